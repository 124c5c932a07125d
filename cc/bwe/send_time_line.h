// When packets were sent, as one line of microseconds that neither wraps nor jumps, and how long
// they took.
#ifndef CC_BWE_SEND_TIME_LINE_H_
#define CC_BWE_SEND_TIME_LINE_H_

#include <cstdint>

#include "cc/bwe/units.h"

namespace remb::core {

// Arrival less abs-send-time, in microseconds with an unknown constant. Abs-send-time is 24 bits of
// 6.18 fixed point, which wrap each 64 s: of the delays that it may stand for this is the one
// within 32 s of `near_us`, another packet's. It does not matter how long ago that one came.
inline int64_t AbsSendTimeDelay(uint32_t abs_send_time, Timestamp arrival, int64_t near_us) {
  constexpr int64_t kWrapUs = 64'000'000;
  constexpr int kManyWraps = 37;  // as a power of two: makes what is divided positive
  const int64_t delay_us = arrival.us() - (int64_t{abs_send_time} * 15'625 >> 12);
  const auto beyond_us = static_cast<uint64_t>(delay_us - near_us + kWrapUs / 2) +
                         (static_cast<uint64_t>(kWrapUs) << kManyWraps);
  const auto wraps = static_cast<int64_t>(beyond_us / kWrapUs) - (int64_t{1} << kManyWraps);
  return delay_us - wraps * kWrapUs;
}

// One stream's RTP timestamps, plus transmission offsets, on the common line. What a stream's
// timestamps say of the delay is unknown but for a constant, so a stream begins with the delay that
// the line has at that time, and none may be ahead of the line's base.
class RtpSendClock {
 public:
  // Gives the packet's one-way delay on the line, in microseconds. `line_delay_us` is that of other
  // packets of late, and `base_us` the least one.
  int64_t Delay(uint32_t rtp_timestamp, int clock_rate_hz, Timestamp arrival, int64_t line_delay_us,
                int64_t base_us);

 private:
  bool started_ = false;
  uint32_t newest_ = 0;
  int64_t ticks_ = 0;      // of newest_, unwrapped
  int64_t offset_us_ = 0;  // what arrival minus timestamp is beyond the delay
};

}  // namespace remb::core

#endif  // CC_BWE_SEND_TIME_LINE_H_
