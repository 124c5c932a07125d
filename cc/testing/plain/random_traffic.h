// A sender, the path to the receiver, and the receiver's clock.
#ifndef CC_TESTING_PLAIN_RANDOM_TRAFFIC_H_
#define CC_TESTING_PLAIN_RANDOM_TRAFFIC_H_

#include <remb/remb.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "cc/testing/packets.h"
#include "cc/testing/plain/units.h"
#include "cc/testing/random.h"

namespace remb::plain {

struct Traffic {
  explicit Traffic(uint64_t seed) : random(seed) {}

  testing::Random random;
  // The sender's time, and what its stamps are ahead of that.
  int64_t send = 0;
  uint32_t abs_send_time_start = 0;
  uint32_t rtp_start = 0;
  // The receiver's time.
  int64_t receive = kSecond;

  int64_t gap = 5 * kMs;
  int64_t queue_growth = 0;  // a packet; negative: a queue drains
  int64_t jitter = 0;        // at most
  int32_t payload_bytes = 1'000;
  int late_one_in = 0;  // 0: none
  int lost_one_in = 0;
  uint32_t first_ssrc = 1;
  uint32_t streams = 1;
  uint32_t stamps = REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_RTP_TIMESTAMP;
  int32_t transmission_offset = 0;

  uint32_t Ssrc(uint32_t n) const { return first_ssrc + n % streams; }

  // The next packet, which arrives if it is not lost.
  std::optional<remb_packet> Next() {
    send += gap;
    receive += std::max<int64_t>(gap + queue_growth, 0);
    if (lost_one_in > 0 && random.OneIn(lost_one_in)) return std::nullopt;
    int64_t sent = send;
    if (late_one_in > 0 && random.OneIn(late_one_in)) sent -= random.Uniform(0, 30 * kMs);
    const uint32_t ssrc = Ssrc(static_cast<uint32_t>(random.Uniform(0, streams - 1)));
    return Packet(ssrc, sent, receive + random.Uniform(0, jitter));
  }

  remb_packet Packet(uint32_t ssrc, int64_t sent, int64_t arrival) const {
    remb_packet packet = testing::MakePacket(ssrc, std::max<int64_t>(sent, 0), payload_bytes);
    packet.arrival_us = arrival;
    packet.abs_send_time = (packet.abs_send_time + abs_send_time_start) & 0xFF'FFFF;
    packet.rtp_timestamp += rtp_start;
    packet.transmission_offset = transmission_offset;
    packet.stamps = stamps;
    return packet;
  }
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_RANDOM_TRAFFIC_H_
