#include "cc/rtp/rtp_header.h"

#include "cc/rtp/byte_io.h"

namespace remb::core {
namespace {

constexpr size_t kFixedHeaderBytes = 12;
constexpr size_t kExtensionHeaderBytes = 4;
constexpr uint32_t kOneByteProfile = 0xBEDE;  // RFC 8285, section 4.2
constexpr uint32_t kTwoByteProfile =
    0x1000;  // RFC 8285, section 4.3: the low 4 bits are the sender's
constexpr uint32_t kTwoByteProfileMask = 0xFFF0;
constexpr int kPaddingId = 0;
constexpr int kOneByteStopId = 15;
constexpr size_t kElementBytes = 3;  // abs-send-time's and transmission offset's

void Take(int id, std::span<const uint8_t> data, RtpExtensionIds ids, RtpExtensions& extensions) {
  if (data.size() != kElementBytes) {
    if (id != ids.abs_capture_time) return;
    if (const auto time = ParseAbsCaptureTime(data)) extensions.abs_capture_time = time;
    return;
  }
  const uint32_t value = ReadU24(data.data());
  if (id == ids.abs_send_time) {
    extensions.abs_send_time = value;
  } else if (id == ids.transmission_offset) {
    // Moves the sign of 24 bits to that of 32.
    extensions.transmission_offset = static_cast<int32_t>(value << 8) >> 8;
  }
}

}  // namespace

std::optional<RtpHeader> ParseRtpHeader(std::span<const uint8_t> packet) {
  if (packet.size() < kFixedHeaderBytes) return std::nullopt;
  const uint8_t* data = packet.data();
  if (data[0] >> 6 != 2) return std::nullopt;
  // RTCP packet types, RFC 5761 section 4.
  if (data[1] >= 192 && data[1] <= 223) return std::nullopt;
  const bool has_extension = data[0] & 0x10;
  size_t header_bytes = kFixedHeaderBytes + 4u * (data[0] & 0x0F);
  RtpHeader header = {.ssrc = ReadU32(data + 8),
                      .timestamp = ReadU32(data + 4),
                      .sequence_number = static_cast<uint16_t>(ReadU16(data + 2)),
                      .payload_bytes = 0,
                      .extension_profile = 0,
                      .extension = {}};
  if (has_extension) {
    if (packet.size() < header_bytes + kExtensionHeaderBytes) return std::nullopt;
    header.extension_profile = static_cast<uint16_t>(ReadU16(data + header_bytes));
    const size_t extension_bytes = 4u * ReadU16(data + header_bytes + 2);
    header_bytes += kExtensionHeaderBytes;
    if (packet.size() < header_bytes + extension_bytes) return std::nullopt;
    header.extension = packet.subspan(header_bytes, extension_bytes);
    header_bytes += extension_bytes;
  } else if (packet.size() < header_bytes) {
    return std::nullopt;
  }
  header.payload_bytes = static_cast<int32_t>(packet.size() - header_bytes);
  return header;
}

RtpExtensions ParseRtpExtensions(const RtpHeader& header, RtpExtensionIds ids) {
  RtpExtensions extensions;
  const bool one_byte = header.extension_profile == kOneByteProfile;
  if (!one_byte && (header.extension_profile & kTwoByteProfileMask) != kTwoByteProfile) {
    return extensions;
  }
  std::span<const uint8_t> rest = header.extension;
  while (!rest.empty()) {
    int id = rest[0];
    size_t element_header = 1;
    size_t length;
    if (id == kPaddingId) {  // a byte of its own in both forms
      rest = rest.subspan(1);
      continue;
    }
    if (one_byte) {
      id = rest[0] >> 4;
      length = (rest[0] & 0x0F) + 1u;
      if (id == kOneByteStopId || id == kPaddingId) break;  // RFC 8285: nothing behind them is read
    } else {
      if (rest.size() < 2) break;
      element_header = 2;
      length = rest[1];
    }
    if (rest.size() < element_header + length) break;
    Take(id, rest.subspan(element_header, length), ids, extensions);
    rest = rest.subspan(element_header + length);
  }
  return extensions;
}

}  // namespace remb::core
