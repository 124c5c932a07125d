#include "cc/rtp/rtp_header.h"

#include "cc/rtp/byte_io.h"

namespace remb::core {
namespace {

constexpr uint32_t kTwoByteProfile =
    0x1000;  // RFC 8285, section 4.3: the low 4 bits are the sender's
constexpr uint32_t kTwoByteProfileMask = 0xFFF0;
constexpr int kPaddingId = 0;
constexpr int kOneByteStopId = 15;
constexpr size_t kElementBytes = 3;  // abs-send-time's and transmission offset's

void Take(int id, std::span<const uint8_t> data, RtpExtensionIds ids, RtpExtensions& extensions) {
  if (data.size() != kElementBytes) {
    if (id != ids.abs_capture_time.value()) return;
    if (const auto time = ParseAbsCaptureTime(data)) extensions.abs_capture_time = time;
    return;
  }
  const uint32_t value = ReadU24(data.data());
  if (id == ids.abs_send_time.value()) {
    extensions.abs_send_time = value;
  } else if (id == ids.transmission_offset.value()) {
    extensions.transmission_offset = SignedOf24Bits(value);
  }
}

}  // namespace

RtpExtensions ParseRtpExtensions(const RtpHeader& header, RtpExtensionIds ids) {
  RtpExtensions found;
  const bool one_byte = header.extension_profile == kOneByteProfile;
  if (!one_byte && (header.extension_profile & kTwoByteProfileMask) != kTwoByteProfile) {
    return found;
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
    Take(id, rest.subspan(element_header, length), ids, found);
    rest = rest.subspan(element_header + length);
  }
  return found;
}

}  // namespace remb::core
