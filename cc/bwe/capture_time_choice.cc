#include "cc/bwe/capture_time_choice.h"

#include <algorithm>

namespace remb::core {

bool CaptureTimeChoice::OnPacket(bool on_line, bool has_estimate, Timestamp now) {
  if (!window_start_) StartWindow(now);
  ++packets_;
  on_line_ += on_line;
  const bool may_choose = !chosen_ && (!held_until_ || now >= *held_until_);
  if (now - *window_start_ < kWindow) {
    if (beginning_ && may_choose && on_line) {
      chosen_ = true;
      StartWindow(now);
    }
    return chosen_;
  }
  beginning_ = false;
  if (packets_ < kMinPackets) return chosen_;

  // From a half up, below a third: what lies between changes nothing.
  if (may_choose && has_estimate && 2 * on_line_ >= packets_) {
    chosen_ = true;
  } else if (chosen_ && has_estimate && 3 * on_line_ < packets_) {
    chosen_ = false;
    held_until_ = now + hold_off_;
    hold_off_ = std::min(hold_off_ + hold_off_, kMaxHoldOff);
  }
  StartWindow(now);
  return chosen_;
}

void CaptureTimeChoice::Begin() {
  chosen_ = false;
  beginning_ = true;
  window_start_.reset();
}

void CaptureTimeChoice::StartWindow(Timestamp now) {
  window_start_ = now;
  packets_ = 0;
  on_line_ = 0;
}

}  // namespace remb::core
