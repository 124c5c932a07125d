#include "cc/rtp/abs_capture_time.h"

#include "cc/rtp/byte_io.h"

namespace remb::core {
namespace {

constexpr size_t kTimeBytes = 8;
constexpr size_t kOffsetBytes = 8;

}  // namespace

std::optional<AbsCaptureTime> ParseAbsCaptureTime(std::span<const uint8_t> data) {
  const bool has_offset = data.size() == kTimeBytes + kOffsetBytes;
  if (data.size() != kTimeBytes && !has_offset) return std::nullopt;
  AbsCaptureTime parsed = {.capture_time = ReadU64(data.data()), .clock_offset = {}};
  if (has_offset) parsed.clock_offset = static_cast<int64_t>(ReadU64(data.data() + kTimeBytes));
  return parsed;
}

}  // namespace remb::core
