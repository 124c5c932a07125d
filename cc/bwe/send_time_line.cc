#include "cc/bwe/send_time_line.h"

namespace remb::core {

void SendTimeLine::AddHiddenWraps(int32_t difference, Timestamp arrival) {
  constexpr int64_t kWrapUs = 64'000'000;
  const int64_t sent_us = difference * int64_t{15'625} >> 12;
  const int64_t hidden_us = (arrival - last_arrival_).us() - sent_us;
  const int64_t wraps = (hidden_us + kWrapUs / 2) / kWrapUs;
  if (wraps > 0) ticks_ += wraps << 24;
}

int64_t RtpSendClock::Delay(uint32_t rtp_timestamp, int clock_rate_hz, Timestamp arrival,
                            int64_t line_delay_us, int64_t base_us) {
  const int64_t ticks = ticks_ + static_cast<int32_t>(rtp_timestamp - newest_);
  // Whole seconds apart: the product stays within 64 bits also after years.
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
