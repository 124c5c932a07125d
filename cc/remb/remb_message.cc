#include "cc/remb/remb_message.h"

#include <bit>
#include <limits>

#include "cc/rtp/byte_io.h"

namespace remb::core {
namespace {

constexpr int kPacketTypePsfb = 206;                // RFC 4585
constexpr int kFormatAfb = 15;                      // application layer feedback
constexpr uint32_t kUniqueIdentifier = 0x52454D42;  // "REMB"
constexpr int kMantissaBits = 18;
constexpr size_t kCommonHeaderBytes = 4;

ParseResult ParseFeedback(std::span<const uint8_t> block, ParsedRemb& remb) {
  const uint8_t* data = block.data();
  const int count = data[16];
  // The count must be what the length says: the two are redundant.
  if (block.size() != static_cast<size_t>(RembSize(count))) return ParseResult::kMalformed;
  const int exponent = data[17] >> 2;
  const uint64_t mantissa = ReadU24(data + 17) & 0x3FFFF;
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  remb.sender_ssrc = ReadU32(data + 4);
  remb.bitrate_bps = mantissa != 0 && static_cast<int>(std::bit_width(mantissa)) + exponent > 63
                         ? kMax
                         : static_cast<int64_t>(mantissa << exponent);
  remb.ssrc_count = count;
  for (size_t i = 0; i < data[16]; ++i) remb.ssrcs[i] = ReadU32(data + kRembHeaderBytes + 4 * i);
  return ParseResult::kOk;
}

}  // namespace

void WriteRemb(const RembMessage& message, uint8_t* buffer) {
  const auto rate = static_cast<uint64_t>(message.bitrate_bps);
  const int width = static_cast<int>(std::bit_width(rate));
  const uint32_t exponent =
      width > kMantissaBits ? static_cast<uint32_t>(width - kMantissaBits) : 0;
  const auto mantissa = static_cast<uint32_t>(rate >> exponent);
  const int count = static_cast<int>(message.ssrcs.size());

  buffer[0] = 2 << 6 | kFormatAfb;
  buffer[1] = kPacketTypePsfb;
  WriteU16(buffer + 2, static_cast<uint32_t>(RembSize(count) / 4 - 1));
  WriteU32(buffer + 4, message.sender_ssrc);
  WriteU32(buffer + 8, 0);  // media SSRC, always 0
  WriteU32(buffer + 12, kUniqueIdentifier);
  WriteU32(buffer + 16, static_cast<uint32_t>(count) << 24 | exponent << kMantissaBits | mantissa);
  for (size_t i = 0; i < message.ssrcs.size(); ++i) {
    WriteU32(buffer + kRembHeaderBytes + 4 * i, message.ssrcs[i]);
  }
}

ParseResult ParseRemb(std::span<const uint8_t> rtcp, ParsedRemb& remb) {
  if (rtcp.empty()) return ParseResult::kMalformed;
  while (!rtcp.empty()) {
    if (rtcp.size() < kCommonHeaderBytes || rtcp[0] >> 6 != 2) return ParseResult::kMalformed;
    const size_t size = 4 * (ReadU16(&rtcp[2]) + size_t{1});
    if (rtcp.size() < size) return ParseResult::kMalformed;
    std::span<const uint8_t> block = rtcp.first(size);
    if (block[0] & 0x20) {  // padding, its length in the last byte
      const size_t padding = block.back();
      if (padding == 0 || padding % 4 != 0 || padding > size - kCommonHeaderBytes) {
        return ParseResult::kMalformed;
      }
      block = block.first(size - padding);
    }
    const bool is_remb = block[1] == kPacketTypePsfb && (block[0] & 0x1F) == kFormatAfb &&
                         block.size() >= kRembHeaderBytes &&
                         ReadU32(&block[12]) == kUniqueIdentifier;
    if (is_remb) return ParseFeedback(block, remb);
    rtcp = rtcp.subspan(size);
  }
  return ParseResult::kNoRemb;
}

}  // namespace remb::core
