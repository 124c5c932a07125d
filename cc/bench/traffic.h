// Endless traffic of any number of SSRCs, in turn: 5000 packets of 1000 bytes a second in all,
// unless told otherwise.
#ifndef CC_BENCH_TRAFFIC_H_
#define CC_BENCH_TRAFFIC_H_

#include <remb/remb.h>

#include <cstdint>
#include <random>
#include <vector>

#include "cc/testing/packets.h"

namespace remb::bench {

class Traffic {
 public:
  static constexpr int64_t kStepUs = 200;

  explicit Traffic(int streams, int64_t step_us = kStepUs) : step_us_(step_us) {
    std::mt19937 random(1);
    for (int i = 0; i < streams; ++i) {
      const auto ssrc = static_cast<uint32_t>(random());
      packets_.push_back(testing::MakePacket(ssrc, 0));
      rtp_.push_back(testing::RtpBytes(packets_.back()));
    }
  }

  // Each gives the next packet, good until the next call.
  const remb_packet& NextPacket() {
    Step();
    remb_packet& packet = packets_[stream_];
    packet.arrival_us = us_;
    packet.abs_send_time = testing::AbsSendTime(us_);
    return packet;
  }
  const std::vector<uint8_t>& NextRtp() {
    Step();
    std::vector<uint8_t>& rtp = rtp_[stream_];
    const uint32_t abs_send_time = testing::AbsSendTime(us_);
    rtp[kAbsSendTimeAt] = static_cast<uint8_t>(abs_send_time >> 16);
    rtp[kAbsSendTimeAt + 1] = static_cast<uint8_t>(abs_send_time >> 8);
    rtp[kAbsSendTimeAt + 2] = static_cast<uint8_t>(abs_send_time);
    return rtp;
  }

  int64_t now_us() const { return us_; }

 private:
  static constexpr size_t kAbsSendTimeAt = 17;  // behind header, profile and the element's own

  void Step() {
    us_ += step_us_;
    if (++stream_ == packets_.size()) stream_ = 0;
  }

  int64_t step_us_;                   // between packets
  std::vector<remb_packet> packets_;  // one for each SSRC
  std::vector<std::vector<uint8_t>> rtp_;
  size_t stream_ = 0;
  int64_t us_ = 1'000'000;
};

}  // namespace remb::bench

#endif  // CC_BENCH_TRAFFIC_H_
