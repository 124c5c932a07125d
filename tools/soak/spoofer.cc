#include "tools/soak/spoofer.h"

#include <remb/remb.h>

#include <algorithm>
#include <cstddef>

#include "cc/testing/packets.h"

namespace remb::soak {

std::vector<Flood> Floods() {
  using Times = Flood::Times;
  using Ssrcs = Flood::Ssrcs;
  return {
      {.name = "one SSRC, true times", .times = Times::kTrue, .ssrcs = Ssrcs::kOne},
      {.name = "true times", .times = Times::kTrue, .ssrcs = Ssrcs::kOnce},
      {.name = "lying times", .times = Times::kLying, .ssrcs = Ssrcs::kOnce},
      {.name = "early times", .times = Times::kEarly, .ssrcs = Ssrcs::kOnce},
      {.name = "no times", .times = Times::kNone, .ssrcs = Ssrcs::kOnce},
      {.name = "all shapes", .times = Times::kLying, .ssrcs = Ssrcs::kOnce, .all_shapes = true},
      {.name = "strided SSRCs", .times = Times::kLying, .ssrcs = Ssrcs::kStrided},
      {.name = "10 000 SSRCs in turn", .times = Times::kLying, .ssrcs = Ssrcs::kInTurn},
  };
}

std::vector<uint8_t> Spoofer::Next(int64_t now_us) {
  const auto bytes = static_cast<int32_t>(random_.Uniform(0, 1'200));
  ssrc_ = NextSsrc();
  remb_packet packet = testing::MakePacket(ssrc_, now_us, bytes);
  packet.sequence_number = static_cast<int32_t>(random_.Uniform(0, 65'535));
  packet.rtp_timestamp = static_cast<uint32_t>(random_.Next());
  switch (flood_.times) {
    case Flood::Times::kTrue:
      break;
    case Flood::Times::kLying:
      packet.abs_send_time = static_cast<uint32_t>(random_.Uniform(0, 0xFFFFFF));
      break;
    case Flood::Times::kEarly:
      packet.abs_send_time = testing::AbsSendTime(now_us + 400'000);
      break;
    case Flood::Times::kNone:
      packet.stamps = REMB_STAMP_RTP_TIMESTAMP;
      break;
  }
  std::vector<uint8_t> rtp = testing::RtpBytes(packet);
  if (flood_.all_shapes) Reshape(rtp);
  return rtp;
}

uint32_t Spoofer::NextSsrc() {
  ++count_;
  switch (flood_.ssrcs) {
    case Flood::Ssrcs::kOnce:
      return static_cast<uint32_t>(count_ * 2'654'435'761u);  // odd: a permutation
    case Flood::Ssrcs::kInTurn:
      return static_cast<uint32_t>(count_ % 10'000 * 2'654'435'761u);
    case Flood::Ssrcs::kStrided:
      // Steps of 1, 2, 4 to 2^17, each for as long as it takes to fill the table.
      return static_cast<uint32_t>(count_ << (count_ / 16'384 % 18));
    default:
      return 0xF00D;
  }
}

// Any bytes in the first two, in the extension and where the packet ends.
void Spoofer::Reshape(std::vector<uint8_t>& rtp) {
  rtp.resize(static_cast<size_t>(random_.Uniform(0, static_cast<int64_t>(rtp.size()))));
  for (size_t i = 12; i < std::min<size_t>(rtp.size(), 24); ++i) {
    if (random_.OneIn(3)) rtp[i] = static_cast<uint8_t>(random_.Next() >> 32);
  }
  if (!rtp.empty()) {
    rtp[0] = static_cast<uint8_t>(0x80 | random_.Uniform(0, 0x3F));  // padding, extension, CSRCs
    if (random_.OneIn(8)) rtp[0] = static_cast<uint8_t>(random_.Next() >> 32);
  }
  if (rtp.size() >= 16 && random_.OneIn(2)) {
    rtp[12] = 0x10;  // the two-byte form
    rtp[13] = 0x00;
  }
}

}  // namespace remb::soak
