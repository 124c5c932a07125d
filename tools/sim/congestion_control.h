// How large a TCP sender's window is: slow start, which all have in common (RFC 5681 section 3.1),
// and what an algorithm makes of acknowledgements beyond it and of losses. Windows are in segments.
#ifndef TOOLS_SIM_CONGESTION_CONTROL_H_
#define TOOLS_SIM_CONGESTION_CONTROL_H_

#include <limits>

#include "tools/sim/time.h"

namespace remb::sim {

class CongestionControl {
 public:
  // Starts with the initial window of RFC 6928: ten segments, or fewer where they are large.
  explicit CongestionControl(int segment_bytes);
  virtual ~CongestionControl() = default;

  // `segments` that were outstanding are acknowledged, and nothing is being recovered.
  // `rtt`: smoothed.
  void OnAck(int segments, Nanos now, Nanos rtt);
  // Segments were lost; at most once for what was sent before the last call. `flight`: segments
  // that were outstanding, the window at most.
  void OnLoss(double flight);
  // Nothing came back for a whole retransmission timeout. `again`: nor did it since the last one.
  void OnTimeout(double flight, bool again);

  double window() const { return window_; }
  double slow_start_threshold() const { return threshold_; }

 protected:
  // RFC 5681 section 3.1, equation 4, and RFC 9438 section 4.6: no threshold is lower.
  static constexpr double kMinThreshold = 2;

  // The window after an acknowledgement in congestion avoidance.
  virtual double Avoid(int segments, Nanos now, Nanos rtt) = 0;
  // The slow start threshold that follows from a loss; after a `timeout` the window falls to one
  // segment besides.
  virtual double Reduce(double flight, bool timeout) = 0;

 private:
  double window_;
  double threshold_ = std::numeric_limits<double>::infinity();
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_CONGESTION_CONTROL_H_
