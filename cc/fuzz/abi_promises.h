// Which status remb.h promises for which arguments, written from the manual alone.
#ifndef CC_FUZZ_ABI_PROMISES_H_
#define CC_FUZZ_ABI_PROMISES_H_

#include <remb/remb.h>

#include <cstdint>

namespace remb::fuzz {

inline bool IsTime(int64_t us) { return us >= 0 && us <= REMB_MAX_TIME_US; }

inline bool IsRate(int64_t bps) { return bps >= 0 && bps <= REMB_MAX_BITRATE_BPS; }

inline bool IsWithin(int64_t value, int64_t least, int64_t most) {
  return value >= least && value <= most;
}

// 0 is the default.
inline bool IsDefaultOr(int64_t value, int64_t least, int64_t most) {
  return value == 0 || IsWithin(value, least, most);
}

inline bool IsOffOr(int64_t value, int64_t least, int64_t most) {
  return value == REMB_OFF || IsDefaultOr(value, least, most);
}

inline bool IsId(int32_t id) { return id == REMB_ID_NONE || IsDefaultOr(id, 1, 255); }

inline bool IsConfig(const remb_config& config) {
  constexpr int64_t kShortest = 10'000, kLongest = 60'000'000;
  const int64_t min = config.min_bitrate_bps == 0 ? 5'000 : config.min_bitrate_bps;
  return IsWithin(config.profile, REMB_PROFILE_DEFAULT, REMB_PROFILE_ADAPTIVE) &&
         IsWithin(config.clock, REMB_CLOCK_AUTO, REMB_CLOCK_ABS_CAPTURE_TIME) &&
         IsDefaultOr(config.max_streams, 1, 1'000'000) && IsId(config.abs_send_time_id) &&
         IsId(config.transmission_offset_id) && IsId(config.abs_capture_time_id) &&
         IsDefaultOr(config.clock_rate_hz, 1'000, 1'000'000) &&
         IsWithin(config.count_audio, 0, 1) && IsWithin(config.known_streams_only, 0, 1) &&
         IsRate(config.initial_bitrate_bps) && IsRate(config.min_bitrate_bps) &&
         IsRate(config.max_bitrate_bps) &&
         (config.max_bitrate_bps == 0 || min <= config.max_bitrate_bps) &&
         IsDefaultOr(config.remb_interval_us, kShortest, kLongest) &&
         IsOffOr(config.remb_start_interval_us, kShortest, kLongest) &&
         IsDefaultOr(config.remb_start_duration_us, kShortest, kLongest) &&
         IsOffOr(config.remb_min_interval_us, kShortest, kLongest) &&
         IsOffOr(config.remb_fall_percent, 1, 1'000) && IsOffOr(config.remb_rise_percent, 1, 1'000);
}

inline bool IsStream(const remb_stream& stream) {
  return IsWithin(stream.kind, REMB_KIND_VIDEO, REMB_KIND_AUDIO) &&
         IsDefaultOr(stream.clock_rate_hz, 1'000, 1'000'000) && IsId(stream.abs_send_time_id) &&
         IsId(stream.transmission_offset_id) && IsId(stream.abs_capture_time_id);
}

// REMB_OK: it is taken.
inline int32_t StatusOf(const remb_packet& packet) {
  if (!IsTime(packet.arrival_us)) return REMB_ERR_TIME;
  constexpr uint32_t kCapture = REMB_STAMP_ABS_CAPTURE_TIME | REMB_STAMP_CAPTURE_CLOCK_OFFSET;
  const bool valid =
      packet.stamps < 64 && (packet.stamps & kCapture) != REMB_STAMP_CAPTURE_CLOCK_OFFSET &&
      packet.abs_send_time < 1 << 24 &&
      IsWithin(packet.transmission_offset, -(1 << 23), (1 << 23) - 1) &&
      IsWithin(packet.payload_bytes, 0, 65'535) && IsWithin(packet.sequence_number, 0, 65'535);
  return valid ? REMB_OK : REMB_ERR_ARGUMENT;
}

}  // namespace remb::fuzz

#endif  // CC_FUZZ_ABI_PROMISES_H_
