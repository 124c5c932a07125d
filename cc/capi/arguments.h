// What the structs of remb.h say, checked and in the core's types.
#ifndef CC_CAPI_ARGUMENTS_H_
#define CC_CAPI_ARGUMENTS_H_

#include <cstddef>
#include <cstdint>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/capi/estimator.h"
#include "cc/capi/structs.h"
#include "cc/rtp/abs_capture_time.h"
#include "remb/remb.h"

namespace remb::core {

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

// REMB_OK or an error.
int32_t ToConfig(const remb_config& from, Estimator::Config& to);
// The same; `to` has the defaults.
int32_t ToStreamConfig(const remb_stream& from, StreamConfig& to);

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
  // One that was checked, as a struct of ours; good until the next call.
  const remb_packet& operator[](int32_t index) {
    if (ABSL_PREDICT_TRUE(stride_ == sizeof(remb_packet))) return packets_[index];
    CopyIn(Address(index), copy_);
    copy_.struct_size = sizeof copy_;
    return copy_;
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
