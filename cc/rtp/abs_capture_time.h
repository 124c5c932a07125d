// The header extension abs-capture-time:
// http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time
#ifndef CC_RTP_ABS_CAPTURE_TIME_H_
#define CC_RTP_ABS_CAPTURE_TIME_H_

#include <cstdint>
#include <optional>
#include <span>

namespace remb::core {

struct AbsCaptureTime {
  uint64_t capture_time;  // NTP, by the capturer's clock: seconds, 32.32 fixed point
  // How far the sender takes the capturer's clock to be ahead of its own; where it forwards what
  // others captured.
  std::optional<int64_t> clock_offset;
};

// Reads the element's data, 8 bytes, or 16 with the offset; none for another length.
std::optional<AbsCaptureTime> ParseAbsCaptureTime(std::span<const uint8_t> data);

// A time of the capturer's clock by the sender's.
constexpr uint64_t ToSenderClock(uint64_t capture_time, int64_t clock_offset) {
  return capture_time - static_cast<uint64_t>(clock_offset);  // both wrap
}

}  // namespace remb::core

#endif  // CC_RTP_ABS_CAPTURE_TIME_H_
