// Reads an RTP header of which the capture may have no more than that.
#ifndef TOOLS_REPLAY_CAPTURE_RTP_PACKET_H_
#define TOOLS_REPLAY_CAPTURE_RTP_PACKET_H_

#include <cstdint>
#include <span>

#include "tools/replay/capture/parsed.h"

namespace remb::replay {

struct RtpPacket {
  uint32_t ssrc = 0;
  uint32_t timestamp = 0;
  uint16_t sequence_number = 0;
  uint8_t payload_type = 0;
  int32_t payload_bytes = 0;  // all behind the header, captured or not: payload, padding, SRTP tag
  uint16_t extension_profile = 0;
  std::span<const uint8_t> extension;  // the elements; empty if there are none
};

// An element of a header extension (RFC 8285) with three bytes of data, as abs-send-time and
// transmission offset have.
struct ThreeBytes {
  uint8_t id;
  uint32_t value;
};

// RTP by the first byte (RFC 7983), not RTCP by the second (RFC 5761), and a header that fits into
// the datagram's size, of which `captured` has the beginning.
Parsed ParseRtp(std::span<const uint8_t> captured, int32_t datagram_bytes, RtpPacket* packet);

// Whether the extension is encrypted as a whole: RFC 9335 (Cryptex).
bool IsEncrypted(uint16_t profile);

// Takes the first element of three bytes from *extension. False: there is none any more.
bool NextThreeBytes(uint16_t profile, std::span<const uint8_t>* extension, ThreeBytes* element);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_RTP_PACKET_H_
