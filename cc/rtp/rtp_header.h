// Reads what the estimator needs from an RTP packet's header: RFC 3550, extensions by RFC 8285.
#ifndef CC_RTP_RTP_HEADER_H_
#define CC_RTP_RTP_HEADER_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/base/attributes.h"
#include "cc/rtp/abs_capture_time.h"
#include "cc/rtp/byte_io.h"

namespace remb::core {

constexpr uint32_t kOneByteProfile = 0xBEDE;  // RFC 8285, section 4.2

struct RtpHeader {
  uint32_t ssrc = 0;
  uint32_t timestamp = 0;
  uint16_t sequence_number = 0;
  uint16_t extension_profile = 0;
  int64_t payload_bytes = 0;  // all behind the header: payload plus padding
  std::span<const uint8_t>
      extension;  // the elements, without profile and length; empty if there are none
  // False for what is too short for the header it says it has, of another version, or RTCP (RFC
  // 5761). Then nothing else here says anything.
  bool is_rtp = false;
};

// An extension's id as negotiated, 1 to 255; 0: not negotiated.
class RtpExtensionId {
 public:
  constexpr RtpExtensionId() = default;
  explicit constexpr RtpExtensionId(int id)
      : code_(static_cast<uint16_t>(id << 4 | kThreeBytes |
                                    (id > 0 && id < 15 ? 0 : kTwoByteForm))) {}

  constexpr int value() const { return code_ >> 4 & 0xFF; }
  // Whether it is the id of an element of the one-byte form that has three bytes of data and begins
  // with `first`.
  constexpr bool IsOfThreeBytes(uint32_t first) const { return first == code_; }

  bool operator==(const RtpExtensionId&) const = default;

 private:
  static constexpr int kThreeBytes = 2;        // RFC 8285, section 4.2: the length less one
  static constexpr int kTwoByteForm = 0x1000;  // the other form has no such id: no byte is equal

  // In the form that headers have it in, since it is compared for each packet.
  uint16_t code_ = kThreeBytes | kTwoByteForm;
};

struct RtpExtensionIds {
  RtpExtensionId abs_send_time = {};
  RtpExtensionId transmission_offset = {};
  RtpExtensionId abs_capture_time = {};
};

struct RtpExtensions {
  std::optional<uint32_t> abs_send_time;       // 24 bits, 6.18 fixed-point seconds
  std::optional<int32_t> transmission_offset;  // 24 bits signed, RTP clock ticks
  std::optional<AbsCaptureTime> abs_capture_time;
};

namespace internal {

constexpr size_t kFixedHeaderBytes = 12;
constexpr size_t kExtensionHeaderBytes = 4;

// With what the first byte says.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline RtpHeader ParseRtpHeader(std::span<const uint8_t> packet,
                                                             uint32_t csrc_count,
                                                             bool has_extension) {
  const uint8_t* data = packet.data();
  size_t header_bytes = kFixedHeaderBytes + 4 * csrc_count;
  if (has_extension) header_bytes += kExtensionHeaderBytes;
  if (packet.size() < header_bytes) return {};
  if ((data[1] & 0xE0) == 0xC0) return {};  // RTCP: 192 to 223, RFC 5761 section 4
  RtpHeader header;
  if (has_extension) {
    const uint8_t* extension = data + header_bytes - kExtensionHeaderBytes;
    header.extension_profile = static_cast<uint16_t>(ReadU16(extension));
    const uint8_t* elements = data + header_bytes;
    header_bytes += 4 * ReadU16(extension + 2);
    if (packet.size() < header_bytes) return {};
    header.extension = {elements, data + header_bytes};
  }
  header.ssrc = ReadU32(data + 8);
  header.timestamp = ReadU32(data + 4);
  header.sequence_number = static_cast<uint16_t>(ReadU16(data + 2));
  header.payload_bytes = static_cast<int64_t>(packet.size() - header_bytes);
  header.is_rtp = true;
  return header;
}

}  // namespace internal

// The padding's own length is not read: SRTP encrypts it, and padding counts like payload.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline RtpHeader ParseRtpHeader(std::span<const uint8_t> packet) {
  if (packet.empty() || packet[0] >> 6 != 2) return {};
  return internal::ParseRtpHeader(packet, packet[0] & 0x0F, packet[0] & 0x10);
}
// The same for the usual header, which has extensions and no CSRCs; to others it says that they are
// not RTP.
constexpr size_t kUsualRtpHeaderBytes =
    internal::kFixedHeaderBytes + internal::kExtensionHeaderBytes;  // and then the extensions
ABSL_ATTRIBUTE_ALWAYS_INLINE inline RtpHeader ParseUsualRtpHeader(std::span<const uint8_t> packet) {
  constexpr uint8_t kPadding = 0x20;
  if (packet.size() < kUsualRtpHeaderBytes) return {};
  if ((packet[0] & ~kPadding) != 0x90) return {};
  return internal::ParseRtpHeader(packet, 0, true);
}

// Moves the sign of the lowest 24 bits to that of 32.
constexpr int32_t SignedOf24Bits(uint32_t bits) { return static_cast<int32_t>(bits << 8) >> 8; }

// Finds the extensions by their ids. An element of the wrong length counts as absent; one that
// reaches beyond the end ends the search; a profile other than the two of RFC 8285 holds nothing.
RtpExtensions ParseRtpExtensions(const RtpHeader& header, RtpExtensionIds ids);

// What most packets have, and nothing else: abs-send-time, and often a transmission offset.
struct UsualRtpExtensions {
  // Bits of `present`.
  static constexpr uint32_t kAbsSendTime = 1;
  static constexpr uint32_t kTransmissionOffset = 2;

  uint32_t present = 0;
  uint32_t abs_send_time = 0;
  int32_t transmission_offset = 0;
};

// Reads these where they are all that the packet has, in the one-byte form, as ParseRtpExtensions
// does; elsewhere none is present.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline UsualRtpExtensions ParseUsualRtpExtensions(
    const RtpHeader& header, RtpExtensionId abs_send_time, RtpExtensionId transmission_offset) {
  if (header.extension_profile != kOneByteProfile || header.extension.empty()) return {};
  UsualRtpExtensions found;
  // An extension is whole words, as such an element is.
  const uint8_t* element = header.extension.data();
  const uint8_t* const end = element + header.extension.size();
  do {
    const uint32_t word = ReadU32(element);
    element += sizeof word;
    if (abs_send_time.IsOfThreeBytes(word >> 24)) {
      found.present |= UsualRtpExtensions::kAbsSendTime;
      found.abs_send_time = word & 0xFFFFFF;
    } else if (transmission_offset.IsOfThreeBytes(word >> 24)) {
      found.present |= UsualRtpExtensions::kTransmissionOffset;
      found.transmission_offset = SignedOf24Bits(word);
    } else {
      return {};
    }
  } while (element != end);
  return found;
}

}  // namespace remb::core

#endif  // CC_RTP_RTP_HEADER_H_
