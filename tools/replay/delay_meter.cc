#include "tools/replay/delay_meter.h"

#include <cmath>

namespace remb::replay {
namespace {

constexpr double kClockJumpMs = 3000;
constexpr double kAbsSendTimeMs = 1000.0 / (1 << 26);  // a tick, once 24 bits are shifted to 32
constexpr double kRtpMs = 1000.0 / 90'000;             // the traces' video clock

}  // namespace

double DelayMeter::Add(const remb_packet& packet, int32_t clock) {
  const bool abs_send_time = clock == REMB_CLOCK_ABS_SEND_TIME;
  uint32_t stamp = abs_send_time ? packet.abs_send_time << 8 : packet.rtp_timestamp;
  if (clock == REMB_CLOCK_TRANSMISSION_OFFSET) {
    stamp += static_cast<uint32_t>(packet.transmission_offset);
  }
  if (!empty_) {
    // 32-bit stamps, so that their difference wraps as they do.
    const auto ticks = static_cast<int32_t>(stamp - last_stamp_);
    const double sent_ms = ticks * (abs_send_time ? kAbsSendTimeMs : kRtpMs);
    const auto arrived_ms = static_cast<double>(packet.arrival_us - last_arrival_us_) * 1e-3;
    const double change_ms = arrived_ms - sent_ms;
    if (std::abs(change_ms) < kClockJumpMs) delay_ms_ += change_ms;
  }
  empty_ = false;
  last_arrival_us_ = packet.arrival_us;
  last_stamp_ = stamp;
  return delay_ms_;
}

}  // namespace remb::replay
