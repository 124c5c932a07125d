// RTP as its RFCs describe it, read a byte at a time: what the library's own parser is held
// against.
#ifndef CC_FUZZ_PLAIN_RTP_H_
#define CC_FUZZ_PLAIN_RTP_H_

#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace remb::fuzz {

struct PlainElement {
  int id;
  std::vector<uint8_t> data;
};

struct PlainRtp {
  uint16_t sequence_number;
  uint32_t timestamp;
  uint32_t ssrc;
  std::vector<PlainElement> elements;  // in the packet's order
  int32_t payload_bytes;               // padding included
};

// None: not an RTP packet of version 2, or one that ends within its header.
std::optional<PlainRtp> ReadRtp(std::span<const uint8_t> bytes);

// Extension ids; 0: not negotiated.
struct PlainIds {
  int abs_send_time;
  int transmission_offset;
  int abs_capture_time;
};

// What remb.h says that remb_on_rtp_packet takes of a packet. Of several elements with an id, the
// last of a right length counts.
remb_packet ToPacket(const PlainRtp& rtp, const PlainIds& ids, int64_t now_us);

}  // namespace remb::fuzz

#endif  // CC_FUZZ_PLAIN_RTP_H_
