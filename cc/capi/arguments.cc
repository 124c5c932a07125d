#include "cc/capi/arguments.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace remb::core {
namespace {

constexpr int32_t kMaxStreams = 1'000'000;
constexpr int32_t kMinClockRate = 1'000;
constexpr int32_t kMaxClockRate = 1'000'000;
constexpr int32_t kMaxExtensionId = 255;
constexpr int64_t kMinRembIntervalUs = 10'000;
constexpr int64_t kMaxRembIntervalUs = 60'000'000;
constexpr int32_t kMaxRembPercent = 1000;
// The adaptive profile's schedule, where it is not libwebrtc's; docs/adaptive.md has what they are
// worth.
constexpr TimeDelta kAdaptiveStartInterval = TimeDelta::Millis(100);
constexpr int kAdaptiveRisePercent = 5;

template <typename T>
bool IsDefaultOr(T value, T least, T most) {
  return value == 0 || (value >= least && value <= most);
}

// 0 is the default; REMB_ID_NONE is none.
RtpExtensionId ToExtensionId(int32_t id, RtpExtensionId default_id) {
  if (id == 0) return default_id;
  return RtpExtensionId(id == REMB_ID_NONE ? 0 : id);
}

uint8_t ToCaptureTimeId(int32_t id, uint32_t default_id) {
  if (id == 0) return static_cast<uint8_t>(default_id);
  return id == REMB_ID_NONE ? uint8_t{0} : static_cast<uint8_t>(id);
}

template <typename T>
bool IsOffOrDefaultOr(T value, T least, T most) {
  return value == REMB_OFF || IsDefaultOr(value, least, most);
}

// 0 leaves what is there; REMB_OFF is none.
void SetUnlessDefault(int64_t us, std::optional<TimeDelta>& to) {
  if (us != 0) to = TimeDelta::Micros(us);
  if (us == REMB_OFF) to.reset();
}
void SetUnlessDefault(int32_t percent, std::optional<int>& to) {
  if (percent != 0) to = percent;
  if (percent == REMB_OFF) to.reset();
}

bool IsSchedule(const remb_config& from) {
  return IsDefaultOr(from.remb_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_start_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsDefaultOr(from.remb_start_duration_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_min_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_fall_percent, 1, kMaxRembPercent) &&
         IsOffOrDefaultOr(from.remb_rise_percent, 1, kMaxRembPercent);
}

// Of a config that was checked; the profile's defaults where it has 0.
RembScheduler::Config ToSchedule(const remb_config& from) {
  RembScheduler::Config to;
  if (from.profile != REMB_PROFILE_LIBWEBRTC) {
    to.start_interval = kAdaptiveStartInterval;
    to.rise_percent = kAdaptiveRisePercent;
  }
  if (from.remb_interval_us) to.interval = TimeDelta::Micros(from.remb_interval_us);
  SetUnlessDefault(from.remb_start_interval_us, to.start_interval);
  if (from.remb_start_duration_us) {
    to.start_duration = TimeDelta::Micros(from.remb_start_duration_us);
  }
  if (from.remb_min_interval_us) {
    to.min_interval = TimeDelta::Micros(std::max<int64_t>(from.remb_min_interval_us, 0));
  }
  SetUnlessDefault(from.remb_fall_percent, to.fall_percent);
  SetUnlessDefault(from.remb_rise_percent, to.rise_percent);
  return to;
}

}  // namespace

int32_t ToConfig(const remb_config& from, Estimator::Config& to) {
  const bool valid =
      from.profile >= REMB_PROFILE_DEFAULT && from.profile <= REMB_PROFILE_ADAPTIVE &&
      from.clock >= REMB_CLOCK_AUTO && from.clock <= REMB_CLOCK_ABS_CAPTURE_TIME &&
      IsDefaultOr(from.max_streams, 1, kMaxStreams) &&
      IsDefaultOr(from.abs_send_time_id, REMB_ID_NONE, kMaxExtensionId) &&
      IsDefaultOr(from.transmission_offset_id, REMB_ID_NONE, kMaxExtensionId) &&
      IsDefaultOr(from.abs_capture_time_id, REMB_ID_NONE, kMaxExtensionId) &&
      IsDefaultOr(from.clock_rate_hz, kMinClockRate, kMaxClockRate) &&
      (from.known_streams_only == 0 || from.known_streams_only == 1) &&
      (from.count_audio == 0 || from.count_audio == 1) && IsRate(from.initial_bitrate_bps) &&
      IsRate(from.min_bitrate_bps) && IsRate(from.max_bitrate_bps) && IsSchedule(from);
  if (!valid) return REMB_ERR_ARGUMENT;
  if (from.min_bitrate_bps) to.min_bitrate = DataRate::BitsPerSec(from.min_bitrate_bps);
  if (from.max_bitrate_bps) {
    to.max_bitrate = DataRate::BitsPerSec(from.max_bitrate_bps);
    if (*to.max_bitrate < to.min_bitrate) return REMB_ERR_ARGUMENT;
  }
  to.bandwidth.profile = from.profile == REMB_PROFILE_LIBWEBRTC
                             ? BandwidthEstimator::Profile::kLibwebrtc
                             : BandwidthEstimator::Profile::kAdaptive;
  to.bandwidth.clock = static_cast<BandwidthEstimator::Clock>(from.clock);
  if (from.max_streams) to.bandwidth.max_streams = from.max_streams;
  StreamConfig& stream = to.bandwidth.default_stream;
  stream.abs_send_time_id = ToExtensionId(from.abs_send_time_id, {});
  stream.transmission_offset_id = ToExtensionId(from.transmission_offset_id, {});
  stream.abs_capture_time_id = ToCaptureTimeId(from.abs_capture_time_id, 0);
  if (from.clock_rate_hz) {
    stream.clock_rate_hz = static_cast<uint32_t>(from.clock_rate_hz) & StreamConfig::kClockRateBits;
  }
  if (from.initial_bitrate_bps) {
    to.bandwidth.initial_bitrate = DataRate::BitsPerSec(from.initial_bitrate_bps);
  }
  to.count_audio = from.count_audio == 1;
  to.known_streams_only = from.known_streams_only == 1;
  to.schedule = ToSchedule(from);
  return REMB_OK;
}

int32_t ToStreamConfig(const remb_stream& from, StreamConfig& to) {
  const bool valid = from.kind >= REMB_KIND_VIDEO && from.kind <= REMB_KIND_AUDIO &&
                     IsDefaultOr(from.clock_rate_hz, kMinClockRate, kMaxClockRate) &&
                     IsDefaultOr(from.abs_send_time_id, REMB_ID_NONE, kMaxExtensionId) &&
                     IsDefaultOr(from.transmission_offset_id, REMB_ID_NONE, kMaxExtensionId) &&
                     IsDefaultOr(from.abs_capture_time_id, REMB_ID_NONE, kMaxExtensionId);
  if (!valid) return REMB_ERR_ARGUMENT;
  to.audio = from.kind == REMB_KIND_AUDIO ? 1u : 0u;
  to.abs_send_time_id = ToExtensionId(from.abs_send_time_id, to.abs_send_time_id);
  to.transmission_offset_id = ToExtensionId(from.transmission_offset_id, to.transmission_offset_id);
  to.abs_capture_time_id = ToCaptureTimeId(from.abs_capture_time_id, to.abs_capture_time_id);
  if (from.clock_rate_hz) {
    to.clock_rate_hz = static_cast<uint32_t>(from.clock_rate_hz) & StreamConfig::kClockRateBits;
  }
  return REMB_OK;
}

}  // namespace remb::core
