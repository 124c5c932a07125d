// Whether capture times or RTP timestamps are the better source, where there is no abs-send-time.
#ifndef CC_BWE_CAPTURE_TIME_CHOICE_H_
#define CC_BWE_CAPTURE_TIME_CHOICE_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// By capture times only packets on their line are seen to queue, by RTP timestamps those of every
// stream, if less well. So the packets on the line are counted. The first one of a call chooses
// capture times at once; from then on a window's share does, and not before there is an estimate:
// what begins anew over and over never has one.
class CaptureTimeChoice {
 public:
  // A window takes so long, and so many packets.
  static constexpr TimeDelta kWindow = TimeDelta::Seconds(2);
  static constexpr int kMinPackets = 30;
  // Once left, capture times are not chosen again for so long; the next time for twice that.
  static constexpr TimeDelta kHoldOff = TimeDelta::Seconds(30);
  static constexpr TimeDelta kMaxHoldOff = TimeDelta::Seconds(120);

  // Takes a packet: whether it lies on the line, and whether there is an estimate. Gives whether
  // capture times are to be used, by this packet already.
  bool OnPacket(bool on_line, bool has_estimate, Timestamp now);
  // RTP timestamps are in use, by an estimator that has heard nothing yet.
  void Begin();

 private:
  void StartWindow(Timestamp now);

  bool chosen_ = false;
  bool beginning_ = true;  // the first window
  std::optional<Timestamp> window_start_;
  int64_t packets_ = 0;  // in the window
  int64_t on_line_ = 0;  // of these
  TimeDelta hold_off_ = kHoldOff;
  std::optional<Timestamp> held_until_;
};

}  // namespace remb::core

#endif  // CC_BWE_CAPTURE_TIME_CHOICE_H_
