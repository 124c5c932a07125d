// The window as a cubic function of the time since the last loss: RFC 9438, with fast convergence,
// without HyStart++.
#ifndef TOOLS_SIM_CUBIC_H_
#define TOOLS_SIM_CUBIC_H_

#include <optional>

#include "tools/sim/congestion_control.h"

namespace remb::sim {

class Cubic : public CongestionControl {
 public:
  static constexpr double kC = 0.4;     // segments/s^3, RFC 9438 section 5
  static constexpr double kBeta = 0.7;  // RFC 9438 section 4.6

  using CongestionControl::CongestionControl;

 private:
  double Avoid(int segments, Nanos now, Nanos rtt) override;
  double Reduce(double flight, bool timeout) override;

  void StartEpoch(Nanos now);
  // The cubic function, `elapsed` after the epoch's start.
  double CubicWindow(Nanos elapsed) const;

  double max_window_ = 0;             // W_max: where the function is flat
  double prior_window_ = 0;           // cwnd_prior: at the last reduction
  std::optional<Nanos> epoch_start_;  // of this congestion avoidance
  double time_to_max_ = 0;            // K, s
  double reno_window_ = 0;            // W_est: what NewReno would have by now
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_CUBIC_H_
