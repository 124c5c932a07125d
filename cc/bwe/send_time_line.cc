#include "cc/bwe/send_time_line.h"

#include <cstdlib>

namespace remb::core {
namespace {

// Thousands of years at 1 kHz: only timestamps that lie come here. Whole seconds apart, the product
// stays within 64 bits.
constexpr int64_t kMostTicks = int64_t{1} << 50;

}  // namespace

int64_t RtpSendClock::Delay(uint32_t rtp_timestamp, int clock_rate_hz, Timestamp arrival,
                            int64_t line_delay_us, int64_t base_us) {
  int64_t ticks = started_ ? ticks_ + static_cast<int32_t>(rtp_timestamp - newest_) : 0;
  if (std::abs(ticks) > kMostTicks) {
    ticks = 0;
    started_ = false;
  }
  const int64_t sent_us =
      ticks / clock_rate_hz * 1'000'000 + ticks % clock_rate_hz * 1'000'000 / clock_rate_hz;
  const int64_t beyond_us = arrival.us() - sent_us;
  if (!started_) {
    started_ = true;
    offset_us_ = beyond_us - line_delay_us;
  }
  ticks_ = ticks;
  newest_ = rtp_timestamp;
  if (beyond_us - offset_us_ < base_us) offset_us_ = beyond_us - base_us;
  return beyond_us - offset_us_;
}

}  // namespace remb::core
