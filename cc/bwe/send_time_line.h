// When packets were sent, as one line of microseconds that neither wraps nor jumps.
#ifndef CC_BWE_SEND_TIME_LINE_H_
#define CC_BWE_SEND_TIME_LINE_H_

#include <cstdint>

#include "cc/bwe/units.h"

namespace remb::core {

// Unwraps abs-send-time: 24 bits, 6.18 fixed point, which wrap each 64 s.
class SendTimeLine {
 public:
  // Gives the packet's send time in microseconds from an arbitrary origin. A packet may be up to
  // 32 s older than the one before. After a pause the wraps that nobody saw are made up for.
  int64_t Unwrap(uint32_t abs_send_time, Timestamp arrival) {
    const auto difference =
        static_cast<int32_t>((abs_send_time - static_cast<uint32_t>(ticks_)) << 8) >> 8;
    ticks_ += difference;
    if (arrival - last_arrival_ > kMayHideWrap) AddHiddenWraps(difference, arrival);
    last_arrival_ = arrival;
    // Times 10^6 / 2^18, in two parts: the product of all would not fit in 64 bits.
    return (ticks_ >> 12) * 15'625 + ((ticks_ & 4'095) * 15'625 >> 12);
  }

 private:
  static constexpr TimeDelta kMayHideWrap = TimeDelta::Seconds(20);  // less than half a wrap

  void AddHiddenWraps(int32_t difference, Timestamp arrival);

  int64_t ticks_ = 0;
  Timestamp last_arrival_ = Timestamp::Micros(0);
};

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
