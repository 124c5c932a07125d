// The part of the ABI that takes packets. Most are plain (see BandwidthEstimator), and those come
// first: for them a call looks at nothing else.
#include <cstdint>
#include <new>
#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/capi/arguments.h"
#include "cc/capi/estimator.h"
#include "cc/capi/handle.h"
#include "cc/capi/structs.h"
#include "cc/rtp/abs_capture_time.h"
#include "cc/rtp/rtp_header.h"
#include "remb/remb.h"

namespace remb::core {
namespace {

// What each RTP packet has.
constexpr uint32_t kRtpStamps = REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_SEQUENCE_NUMBER;

static_assert(REMB_STAMP_ABS_SEND_TIME == UsualRtpExtensions::kAbsSendTime);
static_assert(REMB_STAMP_TRANSMISSION_OFFSET == UsualRtpExtensions::kTransmissionOffset);
static_assert(REMB_MAX_TIME_US == Timestamp::Max().us());

using Profile = Estimator::Profile;

int32_t OnPacket(Estimator& core, ReceivedPacket packet) {
  try {
    return core.OnPacket(packet);
  } catch (const std::bad_alloc&) {
    return REMB_ERR_NO_MEMORY;
  }
}

// Whether it was a plain packet of this profile, and then its facts.
template <Profile kProfile>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool TakePlainPacket(remb_estimator* estimator,
                                                         const remb_packet* packet,
                                                         int32_t& facts) {
  if (ABSL_PREDICT_FALSE(!estimator || !packet || packet->struct_size != sizeof(remb_packet))) {
    return false;
  }
  Estimator& core = estimator->core;
  const Timestamp now = Timestamp::Micros(packet->arrival_us);
  if (ABSL_PREDICT_FALSE(!core.IsPlainTime<kProfile>(now) || !IsUsualPacket(*packet))) return false;
  Stream* stream = core.streams().FindWithNewest(packet->ssrc);
  if (ABSL_PREDICT_FALSE(!stream || core.LeavesOut(*stream) ||
                         !Estimator::HasPlainStamps(packet->stamps))) {
    return false;
  }
  facts = core.OnPlainPacket<kProfile>(packet->stamps, packet->abs_send_time,
                                       static_cast<uint16_t>(packet->sequence_number),
                                       DataSize::Bytes(packet->payload_bytes), now, *stream);
  return true;
}

// The same for bytes.
template <Profile kProfile>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool TakePlainRtpPacket(remb_estimator* estimator,
                                                            int64_t now_us, const uint8_t* data,
                                                            int32_t size, int32_t& facts) {
  if (ABSL_PREDICT_FALSE(!estimator || !data ||
                         static_cast<uint32_t>(size) - kUsualRtpHeaderBytes >
                             kMaxRtpBytes - kUsualRtpHeaderBytes)) {
    return false;
  }
  Estimator& core = estimator->core;
  const Timestamp now = Timestamp::Micros(now_us);
  if (ABSL_PREDICT_FALSE(!core.IsPlainTime<kProfile>(now))) return false;
  const RtpHeader header = ParseUsualRtpHeader({data, static_cast<size_t>(size)});
  if (ABSL_PREDICT_FALSE(!header.is_rtp)) return false;
  Stream* stream = core.streams().FindWithNewest(header.ssrc);
  if (ABSL_PREDICT_FALSE(!stream)) return false;
  const UsualRtpExtensions extensions = ParseUsualRtpExtensions(
      header, stream->config.abs_send_time_id, stream->config.transmission_offset_id);
  const bool has_abs_send_time = extensions.present & UsualRtpExtensions::kAbsSendTime;
  if (ABSL_PREDICT_FALSE(!has_abs_send_time || core.LeavesOut(*stream))) return false;
  facts = core.OnPlainPacket<kProfile>(kRtpStamps | extensions.present, extensions.abs_send_time,
                                       header.sequence_number,
                                       DataSize::Bytes(header.payload_bytes), now, *stream);
  return true;
}

// Any packet. Out of line and with nothing but the caller's arguments, so that plain ones of the
// libwebrtc profile do not pay for others.
ABSL_ATTRIBUTE_NOINLINE int32_t OnOtherPacket(remb_estimator* estimator,
                                              const remb_packet* packet) {
  int32_t facts;
  if (TakePlainPacket<Profile::kAdaptive>(estimator, packet, facts)) return facts;
  if (!estimator || !packet) return REMB_ERR_NULL;
  remb_packet copy;
  int32_t status = CopyIn(packet, copy);
  if (status == REMB_OK) status = CheckPacket(copy);
  return status == REMB_OK ? OnPacket(estimator->core, ToReceivedPacket(copy)) : status;
}

ABSL_ATTRIBUTE_NOINLINE int32_t OnOtherRtpPacket(remb_estimator* estimator, int64_t now_us,
                                                 const uint8_t* data, int32_t size) {
  int32_t facts;
  if (TakePlainRtpPacket<Profile::kAdaptive>(estimator, now_us, data, size, facts)) return facts;
  if (!estimator || !data) return REMB_ERR_NULL;
  if (static_cast<uint32_t>(size) > kMaxRtpBytes) return REMB_ERR_ARGUMENT;
  if (!IsTime(now_us)) return REMB_ERR_TIME;
  const RtpHeader header = ParseRtpHeader({data, static_cast<size_t>(size)});
  if (!header.is_rtp) return REMB_ERR_MALFORMED;
  Estimator& core = estimator->core;
  const Stream* stream = core.streams().Find(header.ssrc);
  const StreamConfig& config = stream ? stream->config : core.bandwidth().config().default_stream;
  const RtpExtensions extensions =
      ParseRtpExtensions(header, {.abs_send_time = config.abs_send_time_id,
                                  .transmission_offset = config.transmission_offset_id,
                                  .abs_capture_time = RtpExtensionId(config.abs_capture_time_id)});
  uint32_t stamps = kRtpStamps;
  if (extensions.abs_send_time) stamps |= REMB_STAMP_ABS_SEND_TIME;
  if (extensions.transmission_offset) stamps |= REMB_STAMP_TRANSMISSION_OFFSET;
  ReceivedPacket packet = {.ssrc = header.ssrc,
                           .stamps = stamps,
                           .abs_send_time = extensions.abs_send_time.value_or(0),
                           .rtp_timestamp = header.timestamp,
                           .transmission_offset = extensions.transmission_offset.value_or(0),
                           .sequence_number = header.sequence_number,
                           .size = DataSize::Bytes(header.payload_bytes),
                           .arrival = Timestamp::Micros(now_us)};
  if (const std::optional<AbsCaptureTime>& stamp = extensions.abs_capture_time) {
    packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
    if (stamp->clock_offset) packet.stamps |= REMB_STAMP_CAPTURE_CLOCK_OFFSET;
    packet.capture_time = ToSenderClock(stamp->capture_time, stamp->clock_offset.value_or(0));
  }
  return OnPacket(core, packet);
}

int32_t OnPackets(Estimator& core, PacketArray packets, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    const int32_t status = packets.Check(i);
    if (status != REMB_OK) return status;
  }
  int32_t prepared = 0;
  try {
    for (; prepared < count; ++prepared) core.Prepare(packets.At(prepared));
  } catch (const std::bad_alloc&) {
    while (prepared-- > 0) core.Unprepare(packets.At(prepared));
    return REMB_ERR_NO_MEMORY;
  }
  int32_t facts = REMB_OK;
  for (int32_t i = 0; i < count; ++i) {
    // An estimate was updated if it was by any packet; a REMB is due if it still is.
    facts = (facts & REMB_ESTIMATE_UPDATED) | OnPacket(core, packets.At(i));
  }
  return facts;
}

}  // namespace
}  // namespace remb::core

using namespace remb::core;  // NOLINT: everything below is extern "C"

int32_t remb_on_rtp_packet(remb_estimator* estimator, int64_t now_us, const uint8_t* data,
                           int32_t size) {
  int32_t facts;
  if (ABSL_PREDICT_TRUE(
          TakePlainRtpPacket<Profile::kLibwebrtc>(estimator, now_us, data, size, facts))) {
    return facts;
  }
  return OnOtherRtpPacket(estimator, now_us, data, size);
}

int32_t remb_on_packet(remb_estimator* estimator, const remb_packet* packet) {
  int32_t facts;
  if (TakePlainPacket<Profile::kLibwebrtc>(estimator, packet, facts)) return facts;
  return OnOtherPacket(estimator, packet);
}

int32_t remb_on_packets(remb_estimator* estimator, const remb_packet* packets, int32_t count) {
  if (!estimator) return REMB_ERR_NULL;
  if (count < 0) return REMB_ERR_ARGUMENT;
  if (count == 0) return REMB_OK;
  if (!packets) return REMB_ERR_NULL;
  return OnPackets(estimator->core, PacketArray(packets), count);
}
