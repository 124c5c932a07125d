// The bytes of a REMB, an RTCP payload-specific feedback message (draft-alvestrand-rmcat-remb,
// section 2.2).
#ifndef CC_REMB_REMB_MESSAGE_H_
#define CC_REMB_REMB_MESSAGE_H_

#include <array>
#include <cstdint>
#include <span>

namespace remb::core {

constexpr int kMaxRembSsrcs = 255;  // the count is one byte
constexpr int kRembHeaderBytes = 20;

struct RembMessage {
  uint32_t sender_ssrc = 0;
  int64_t bitrate_bps = 0;
  std::span<const uint32_t> ssrcs;
};

struct ParsedRemb {
  uint32_t sender_ssrc = 0;
  int64_t bitrate_bps = 0;
  int ssrc_count = 0;
  std::array<uint32_t, kMaxRembSsrcs> ssrcs;
};

// Bytes of a REMB with this many SSRCs.
constexpr int RembSize(int ssrc_count) { return kRembHeaderBytes + 4 * ssrc_count; }

// Writes RembSize(message.ssrcs.size()) bytes; `buffer` must have them, and the SSRCs be at most
// kMaxRembSsrcs. The rate is rounded down to what 18 bits of mantissa can say.
void WriteRemb(const RembMessage& message, uint8_t* buffer);

enum class ParseResult { kOk, kMalformed, kNoRemb };

// Reads the first REMB of an RTCP packet, which may be compound; what comes before it must be well
// formed. `remb` is set only on kOk. Rates beyond 2^63 - 1 become that.
ParseResult ParseRemb(std::span<const uint8_t> rtcp, ParsedRemb& remb);

}  // namespace remb::core

#endif  // CC_REMB_REMB_MESSAGE_H_
