// What the structs of remb.h say, checked and in the core's types.
#ifndef CC_CAPI_ARGUMENTS_H_
#define CC_CAPI_ARGUMENTS_H_

#include <cstdint>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/capi/estimator.h"
#include "cc/capi/structs.h"
#include "cc/rtp/abs_capture_time.h"
#include "remb/remb.h"

namespace remb::core {

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
constexpr int64_t kMaxRttUs = 60'000'000;
constexpr uint32_t kMaxRtpBytes = 65'535;  // neither UDP nor RFC 4571 carries more
// What most packets have at most.
constexpr uint32_t kUsualStamps = REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_TRANSMISSION_OFFSET |
                                  REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_SEQUENCE_NUMBER;
constexpr uint32_t kCaptureStamps = REMB_STAMP_ABS_CAPTURE_TIME | REMB_STAMP_CAPTURE_CLOCK_OFFSET;

static_assert(REMB_STAMP_ABS_SEND_TIME == ReceivedPacket::kAbsSendTime);
static_assert(REMB_STAMP_TRANSMISSION_OFFSET == ReceivedPacket::kTransmissionOffset);
static_assert(REMB_STAMP_RTP_TIMESTAMP == ReceivedPacket::kRtpTimestamp);
static_assert(REMB_STAMP_ABS_CAPTURE_TIME == ReceivedPacket::kAbsCaptureTime);
static_assert(REMB_STAMP_CAPTURE_CLOCK_OFFSET == ReceivedPacket::kCaptureClockOffset);
static_assert(REMB_STAMP_SEQUENCE_NUMBER == ReceivedPacket::kSequenceNumber);

inline bool IsTime(int64_t us) { return static_cast<uint64_t>(us) <= uint64_t{REMB_MAX_TIME_US}; }
inline bool IsRate(int64_t bps) { return bps >= 0 && bps <= REMB_MAX_BITRATE_BPS; }
template <typename T>
bool IsDefaultOr(T value, T least, T most) {
  return value == 0 || (value >= least && value <= most);
}

// 0 is the default; REMB_ID_NONE is none.
inline RtpExtensionId ToExtensionId(int32_t id, RtpExtensionId default_id) {
  if (id == 0) return default_id;
  return RtpExtensionId(id == REMB_ID_NONE ? 0 : id);
}

inline uint8_t ToCaptureTimeId(int32_t id, uint32_t default_id) {
  if (id == 0) return static_cast<uint8_t>(default_id);
  return id == REMB_ID_NONE ? uint8_t{0} : static_cast<uint8_t>(id);
}

template <typename T>
bool IsOffOrDefaultOr(T value, T least, T most) {
  return value == REMB_OFF || IsDefaultOr(value, least, most);
}

// 0 leaves what is there; REMB_OFF is none.
inline void SetUnlessDefault(int64_t us, std::optional<TimeDelta>& to) {
  if (us != 0) to = TimeDelta::Micros(us);
  if (us == REMB_OFF) to.reset();
}
inline void SetUnlessDefault(int32_t percent, std::optional<int>& to) {
  if (percent != 0) to = percent;
  if (percent == REMB_OFF) to.reset();
}

inline bool IsSchedule(const remb_config& from) {
  return IsDefaultOr(from.remb_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_start_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsDefaultOr(from.remb_start_duration_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_min_interval_us, kMinRembIntervalUs, kMaxRembIntervalUs) &&
         IsOffOrDefaultOr(from.remb_fall_percent, 1, kMaxRembPercent) &&
         IsOffOrDefaultOr(from.remb_rise_percent, 1, kMaxRembPercent);
}

// Of a config that was checked; the profile's defaults where it has 0.
inline RembScheduler::Config ToSchedule(const remb_config& from) {
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

// REMB_OK or an error.
inline int32_t ToConfig(const remb_config& from, Estimator::Config& to) {
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

// REMB_OK or an error. `to` has the defaults.
inline int32_t ToStreamConfig(const remb_stream& from, StreamConfig& to) {
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

// Whether a packet has none but `stamps`, and all its members are in range, its time aside.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool IsInRange(const remb_packet& packet, uint32_t stamps) {
  // All in one: what is out of range leaves a bit.
  const uint32_t half_offset = uint32_t{1} << 23;
  const uint32_t of_24_bits =
      packet.abs_send_time | (static_cast<uint32_t>(packet.transmission_offset) + half_offset);
  const auto of_16_bits = static_cast<uint32_t>(packet.payload_bytes | packet.sequence_number);
  const uint32_t out_of_range = (packet.stamps & ~stamps) | of_24_bits >> 24 | of_16_bits >> 16;
  return out_of_range == 0;
}

// Whether a packet is valid, its time aside, of this version's size and has no capture time, which
// is quicker to know than CheckPacket.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool IsUsualPacket(const remb_packet& packet) {
  return packet.struct_size == sizeof(remb_packet) && IsInRange(packet, kUsualStamps);
}

// Checks a packet's members: REMB_OK or an error.
inline int32_t CheckPacket(const remb_packet& packet) {
  if (!IsTime(packet.arrival_us)) return REMB_ERR_TIME;
  const bool offset_alone = (packet.stamps & kCaptureStamps) == REMB_STAMP_CAPTURE_CLOCK_OFFSET;
  return IsInRange(packet, kUsualStamps | kCaptureStamps) && !offset_alone ? REMB_OK
                                                                           : REMB_ERR_ARGUMENT;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline ReceivedPacket ToUsualPacket(const remb_packet& packet) {
  return {.ssrc = packet.ssrc,
          .stamps = packet.stamps,
          .abs_send_time = packet.abs_send_time,
          .rtp_timestamp = packet.rtp_timestamp,
          .transmission_offset = packet.transmission_offset,
          .sequence_number = static_cast<uint16_t>(packet.sequence_number),
          .size = DataSize::Bytes(packet.payload_bytes),
          .arrival = Timestamp::Micros(packet.arrival_us)};
}

inline ReceivedPacket ToReceivedPacket(const remb_packet& packet) {
  ReceivedPacket received = ToUsualPacket(packet);
  if (packet.stamps & REMB_STAMP_ABS_CAPTURE_TIME) {
    const bool has_offset = packet.stamps & REMB_STAMP_CAPTURE_CLOCK_OFFSET;
    received.capture_time = ToSenderClock(static_cast<uint64_t>(packet.abs_capture_time),
                                          has_offset ? packet.capture_clock_offset : 0);
  }
  return received;
}

// An array of structs that may all be longer or shorter than ours.
class PacketArray {
 public:
  explicit PacketArray(const remb_packet* packets)
      : packets_(packets), stride_(StructSize(packets)) {}

  int32_t Check(int32_t index) {
    if (StructSize(Address(index)) != stride_) return REMB_ERR_ARGUMENT;
    if (stride_ == sizeof(remb_packet)) return CheckPacket(packets_[index]);
    const int32_t status = CopyIn(Address(index), copy_);
    return status == REMB_OK ? CheckPacket(copy_) : status;
  }
  // One that was checked.
  ReceivedPacket At(int32_t index) {
    if (ABSL_PREDICT_TRUE(stride_ == sizeof(remb_packet))) {
      return ToReceivedPacket(packets_[index]);
    }
    CopyIn(Address(index), copy_);
    return ToReceivedPacket(copy_);
  }

 private:
  const void* Address(int32_t index) const {
    return reinterpret_cast<const unsigned char*>(packets_) + static_cast<size_t>(index) * stride_;
  }

  const remb_packet* packets_;
  uint32_t stride_;
  remb_packet copy_;
};

}  // namespace remb::core

#endif  // CC_CAPI_ARGUMENTS_H_
