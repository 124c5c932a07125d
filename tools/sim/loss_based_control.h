// The rate a browser allows itself by receiver reports, whatever REMB allows.
#ifndef TOOLS_SIM_LOSS_BASED_CONTROL_H_
#define TOOLS_SIM_LOSS_BASED_CONTROL_H_

#include <cstdint>
#include <limits>

#include "tools/sim/time.h"

namespace remb::sim {

// libwebrtc's send side without transport-wide feedback (send_side_bandwidth_estimation.cc): below
// 2 % of loss 8 % + 1 kbit/s more each second, held up to 10 %, then cut by half the loss. REMB
// caps what is sent, never this rate, but for the start: a REMB that comes within 2.6 s of the
// first packet, with no loss reported, is jumped up to (measured with Chromium 156).
class LossBasedControl {
 public:
  // Never below; libwebrtc's congestion_controller::GetMinBitrate.
  static constexpr int64_t kMinBps = 5'000;
  // Never above; libwebrtc's limit where the application sets none.
  static constexpr int64_t kMaxBps = 1'000'000'000;
  static constexpr Nanos kStartPhase = 2'600 * kMillisecond;
  // How often Update is worth a call: libwebrtc's process interval.
  static constexpr Nanos kUpdateInterval = 25 * kMillisecond;

  LossBasedControl(int64_t start_bps, bool start_phase)
      : bps_(start_bps), start_phase_(start_phase) {}

  // The first packet goes out.
  void Start(Nanos now) { started_ = now; }

  void OnRemb(Nanos now, int64_t bps);

  // A receiver report: packets expected and lost since the start, of all streams. Reports lost on
  // the way are made up for by the next, as with RTCP's cumulative counts (RFC 3550 6.4.1).
  void OnReport(Nanos now, int64_t expected, int64_t lost);

  void OnRtt(Nanos rtt) { rtt_ = rtt; }

  // Grows if it is time to.
  void Update(Nanos now);

  int64_t bps() const { return bps_; }

 private:
  static constexpr Nanos kNever = std::numeric_limits<Nanos>::min() / 2;

  void Cut(Nanos now);

  int64_t bps_;
  bool start_phase_;
  Nanos started_ = std::numeric_limits<Nanos>::max() / 2;
  Nanos rtt_ = 0;
  int64_t expected_ = 0;  // up to the newest report whose packets were enough
  int64_t lost_ = 0;
  double loss_ = 0;  // between the two newest of these
  bool any_loss_ = false;
  Nanos last_report_ = kNever;
  Nanos last_growth_ = kNever;
  Nanos last_cut_ = kNever;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_LOSS_BASED_CONTROL_H_
