// Any bytes as an RTCP packet. What is read as a REMB must come back from its own bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "cc/remb/remb_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace remb::core;
  ParsedRemb remb;
  if (ParseRemb({data, size}, remb) != ParseResult::kOk) return 0;
  const std::span<const uint32_t> ssrcs(remb.ssrcs.data(), static_cast<size_t>(remb.ssrc_count));
  std::vector<uint8_t> bytes(static_cast<size_t>(RembSize(remb.ssrc_count)));
  WriteRemb({.sender_ssrc = remb.sender_ssrc, .bitrate_bps = remb.bitrate_bps, .ssrcs = ssrcs},
            bytes.data());
  ParsedRemb again;
  if (ParseRemb(bytes, again) != ParseResult::kOk) std::abort();
  // A rate beyond 2^63 - 1 was cut to a number with more than 18 significant bits.
  const bool same_rate = again.bitrate_bps == remb.bitrate_bps || remb.bitrate_bps == INT64_MAX;
  if (!same_rate || again.sender_ssrc != remb.sender_ssrc || again.ssrc_count != remb.ssrc_count) {
    std::abort();
  }
  return 0;
}
