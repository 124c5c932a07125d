// Any bytes as an RTP packet, with the ids that the corpus uses.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "cc/rtp/rtp_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace remb::core;
  const std::optional<RtpHeader> header = ParseRtpHeader({data, size});
  if (!header) return 0;
  if (header->payload_bytes < 0 || static_cast<size_t>(header->payload_bytes) + 12 > size) {
    std::abort();
  }
  const RtpExtensions extensions = ParseRtpExtensions(
      *header, {.abs_send_time = 3, .transmission_offset = 2, .abs_capture_time = 4});
  if (extensions.abs_send_time && *extensions.abs_send_time >> 24 != 0) std::abort();
  const int32_t offset = extensions.transmission_offset.value_or(0);
  if (offset < -(1 << 23) || offset >= 1 << 23) std::abort();
  return 0;
}
