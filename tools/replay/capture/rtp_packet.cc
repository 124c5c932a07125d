#include "tools/replay/capture/rtp_packet.h"

#include <cstddef>

#include "tools/replay/capture/byte_io.h"

namespace remb::replay {
namespace {

constexpr size_t kFixedHeaderBytes = 12;     // RFC 3550, section 5.1
constexpr size_t kExtensionHeaderBytes = 4;  // RFC 3550, section 5.3.1

// RFC 8285, sections 4.2 and 4.3; the low 4 bits of the second are the sender's.
constexpr uint16_t kOneByteProfile = 0xbede;
constexpr uint16_t kTwoByteProfile = 0x1000;
constexpr uint16_t kTwoByteProfileMask = 0xfff0;
// RFC 9335, section 5.1.
constexpr uint16_t kEncryptedOneByteProfile = 0xc0de;
constexpr uint16_t kEncryptedTwoByteProfile = 0xc2de;
constexpr uint8_t kOneByteStopId = 15;

}  // namespace

Parsed ParseRtp(std::span<const uint8_t> captured, int32_t datagram_bytes, RtpPacket* packet) {
  const auto size = static_cast<size_t>(datagram_bytes);
  if (size < kFixedHeaderBytes) return Parsed::kNotRtp;
  if (captured.size() < kFixedHeaderBytes) {
    const bool not_rtp = !captured.empty() && captured[0] >> 6 != 2;
    return not_rtp ? Parsed::kNotRtp : Parsed::kCut;
  }
  // RFC 7983: 128 to 191 are RTP and RTCP; RFC 5761, section 4: packet types 192 to 223 are RTCP.
  if (captured[0] >> 6 != 2) return Parsed::kNotRtp;
  if (captured[1] >= 192 && captured[1] <= 223) return Parsed::kNotRtp;
  size_t header = kFixedHeaderBytes + 4u * (captured[0] & 0x0f);
  *packet = {};
  if ((captured[0] & 0x10) != 0) {
    if (size < header + kExtensionHeaderBytes) return Parsed::kNotRtp;
    if (captured.size() < header + kExtensionHeaderBytes) return Parsed::kCut;
    packet->extension_profile = ReadU16(captured, header);
    const size_t extension = 4u * ReadU16(captured, header + 2);
    header += kExtensionHeaderBytes;
    if (size < header + extension) return Parsed::kNotRtp;
    if (captured.size() < header + extension) return Parsed::kCut;
    packet->extension = captured.subspan(header, extension);
    header += extension;
  }
  if (size < header) return Parsed::kNotRtp;
  packet->payload_type = captured[1] & 0x7f;
  packet->sequence_number = ReadU16(captured, 2);
  packet->timestamp = ReadU32(captured, 4);
  packet->ssrc = ReadU32(captured, 8);
  packet->payload_bytes = static_cast<int32_t>(size - header);
  return Parsed::kOk;
}

bool IsEncrypted(uint16_t profile) {
  return profile == kEncryptedOneByteProfile || profile == kEncryptedTwoByteProfile;
}

bool NextThreeBytes(uint16_t profile, std::span<const uint8_t>* extension, ThreeBytes* element) {
  const bool one_byte = profile == kOneByteProfile;
  if (!one_byte && (profile & kTwoByteProfileMask) != kTwoByteProfile) return false;
  std::span<const uint8_t>& rest = *extension;
  while (!rest.empty()) {
    if (rest[0] == 0) {  // padding, a byte of its own in both forms
      rest = rest.subspan(1);
      continue;
    }
    uint8_t id = rest[0];
    size_t header = 2;
    size_t length = 0;
    if (one_byte) {
      header = 1;
      length = (rest[0] & 0x0fu) + 1;
      id = rest[0] >> 4;
      if (id == 0 || id == kOneByteStopId) return false;  // nothing behind them is to be read
    } else {
      if (rest.size() < header) return false;
      length = rest[1];
    }
    if (rest.size() < header + length) return false;
    const std::span<const uint8_t> data = rest.subspan(header, length);
    rest = rest.subspan(header + length);
    if (length == 3) {
      *element = {id, uint32_t{data[0]} << 16 | ReadU16(data, 1)};
      return true;
    }
  }
  return false;
}

}  // namespace remb::replay
