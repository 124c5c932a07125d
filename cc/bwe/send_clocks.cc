#include "cc/bwe/send_clocks.h"

#include <algorithm>
#include <cstdlib>

namespace remb::core {
namespace {

// A clock that was set is taken at once, as no packet comes by the former one. Frames of another
// sender's may be in between for longer.
constexpr TimeDelta kSilence = TimeDelta::Millis(100);
constexpr double kSilenceIntervals = 4;
// Of two that stay, the one by which more arrives is taken, if it is clearly more.
constexpr TimeDelta kWindow = TimeDelta::Seconds(1);
constexpr double kClearly = 1.5;

}  // namespace

bool SendClocks::OnPacketOff(const Packet& packet) {
  const TimeDelta break_time = std::max(
      kSilence, TimeDelta::Micros(static_cast<int64_t>(kSilenceIntervals * packet.interval * 1e6)));
  const bool silent = packet.silence > break_time;
  const TimeDelta age = other_ ? packet.now - other_->since : kWindow;
  const bool agrees = other_ && std::abs(packet.delay_us - other_->delay_us) <= kApartUs;
  bool over = age >= kWindow;
  if (agrees) {
    Count(packet);
    if (silent) return true;  // a single one may be wrong, not two
    const int64_t all = packet.bytes_before + packet.bytes - other_->bytes_before;
    const auto on = static_cast<double>(all - other_->bytes_off);
    if (over && static_cast<double>(other_->bytes) > kClearly * on) return true;
  } else {
    over |= silent && age > kSilence;  // what was heard first was a lone packet's
    if (!over) other_->bytes_off += packet.bytes;
  }
  if (over) {
    other_ = {
        .since = packet.now, .delay_us = packet.delay_us, .bytes_before = packet.bytes_before};
    Count(packet);
  }
  return false;
}

void SendClocks::Count(const Packet& packet) {
  other_->delay_us = packet.delay_us;
  other_->bytes += packet.bytes;
  other_->bytes_off += packet.bytes;
}

}  // namespace remb::core
