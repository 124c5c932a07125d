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

int32_t OnPacket(Estimator& core, ReceivedPacket& packet, Stream* stream) {
  try {
    return core.OnPacket(packet, stream);
  } catch (const std::bad_alloc&) {
    return REMB_ERR_NO_MEMORY;
  }
}

// Each way in is a chain of functions with the caller's arguments, of which one that finds that a
// packet is not its own calls the next in its place: plain packets of the libwebrtc profile, which
// come first, need no stack and do not pay for others.

ABSL_ATTRIBUTE_NOINLINE int32_t OnOtherPacket(remb_estimator* estimator,
                                              const remb_packet* packet) {
  if (!estimator || !packet) return REMB_ERR_NULL;
  Estimator& core = estimator->core;
  remb_packet copy;
  int32_t status = CopyIn(packet, copy);
  if (status == REMB_OK) status = CheckPacket(copy);
  if (status != REMB_OK) return status;
  ReceivedPacket received = ToReceivedPacket(copy);
  return OnPacket(core, received, core.streams().Find(received.ssrc));
}

// Takes a plain packet of the profile; kOther takes any other.
template <Profile kProfile, int32_t (*kOther)(remb_estimator*, const remb_packet*)>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline int32_t OnPlainPacketOr(remb_estimator* estimator,
                                                            const remb_packet* packet) {
  if (ABSL_PREDICT_FALSE(!estimator || !packet || packet->struct_size != sizeof(remb_packet))) {
    return kOther(estimator, packet);
  }
  Estimator& core = estimator->core;
  const Timestamp now = Timestamp::Micros(packet->arrival_us);
  if (ABSL_PREDICT_FALSE(!core.IsPlainTime<kProfile>(now) || !IsUsualPacket(*packet))) {
    return kOther(estimator, packet);
  }
  Stream* stream = core.streams().FindWithNewest(packet->ssrc);
  if (ABSL_PREDICT_FALSE(!stream || core.LeavesOut(*stream) ||
                         !Estimator::HasPlainStamps(packet->stamps))) {
    return kOther(estimator, packet);
  }
  return core.OnPlainPacket<kProfile>(packet->stamps, packet->abs_send_time,
                                      static_cast<uint16_t>(packet->sequence_number),
                                      DataSize::Bytes(packet->payload_bytes), now, *stream);
}

ABSL_ATTRIBUTE_NOINLINE int32_t OnAdaptivePacket(remb_estimator* estimator,
                                                 const remb_packet* packet) {
  return OnPlainPacketOr<Profile::kAdaptive, OnOtherPacket>(estimator, packet);
}

// Reads extensions that are not the usual ones.
ABSL_ATTRIBUTE_NOINLINE void TakeExtensions(const RtpHeader& header, const StreamConfig& config,
                                            ReceivedPacket& packet) {
  const RtpExtensions extensions =
      ParseRtpExtensions(header, {.abs_send_time = config.abs_send_time_id,
                                  .transmission_offset = config.transmission_offset_id,
                                  .abs_capture_time = RtpExtensionId(config.abs_capture_time_id)});
  if (extensions.abs_send_time) {
    packet.stamps |= REMB_STAMP_ABS_SEND_TIME;
    packet.abs_send_time = *extensions.abs_send_time;
  }
  if (extensions.transmission_offset) {
    packet.stamps |= REMB_STAMP_TRANSMISSION_OFFSET;
    packet.transmission_offset = *extensions.transmission_offset;
  }
  if (const std::optional<AbsCaptureTime>& stamp = extensions.abs_capture_time) {
    packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
    if (stamp->clock_offset) packet.stamps |= REMB_STAMP_CAPTURE_CLOCK_OFFSET;
    packet.capture_time = ToSenderClock(stamp->capture_time, stamp->clock_offset.value_or(0));
  }
}

// Takes a packet by its header. `stream` is its SSRC's, nullptr if the table has none.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline int32_t OnHeader(Estimator& core, int64_t now_us,
                                                     const RtpHeader& header, Stream* stream) {
  if (!stream && core.LeavesOutUnknown()) return core.OnUnknownPacket(Timestamp::Micros(now_us));
  const StreamConfig& config = stream ? stream->config : core.bandwidth().config().default_stream;
  const UsualRtpExtensions usual =
      ParseUsualRtpExtensions(header, config.abs_send_time_id, config.transmission_offset_id);
  ReceivedPacket packet = {.ssrc = header.ssrc,
                           .stamps = kRtpStamps | usual.present,
                           .abs_send_time = usual.abs_send_time,
                           .rtp_timestamp = header.timestamp,
                           .transmission_offset = usual.transmission_offset,
                           .sequence_number = header.sequence_number,
                           .size = DataSize::Bytes(header.payload_bytes),
                           .arrival = Timestamp::Micros(now_us)};
  if (!usual.present && !header.extension.empty()) TakeExtensions(header, config, packet);
  return OnPacket(core, packet, stream);
}

ABSL_ATTRIBUTE_NOINLINE int32_t OnOtherRtpPacket(remb_estimator* estimator, int64_t now_us,
                                                 const uint8_t* data, int32_t size) {
  if (!estimator || !data) return REMB_ERR_NULL;
  if (static_cast<uint32_t>(size) > kMaxRtpBytes) return REMB_ERR_ARGUMENT;
  if (!IsTime(now_us)) return REMB_ERR_TIME;
  const RtpHeader header = ParseRtpHeader({data, static_cast<size_t>(size)});
  if (!header.is_rtp) return REMB_ERR_MALFORMED;
  Estimator& core = estimator->core;
  return OnHeader(core, now_us, header, core.streams().Find(header.ssrc));
}

// A packet with the usual header, of an SSRC that the table does not have: it is not looked for
// again.
ABSL_ATTRIBUTE_NOINLINE int32_t OnUnheardRtpPacket(remb_estimator* estimator, int64_t now_us,
                                                   const uint8_t* data, int32_t size) {
  const RtpHeader header = ParseUsualRtpHeader({data, static_cast<size_t>(size)});
  return OnHeader(estimator->core, now_us, header, nullptr);
}

// The same for a plain one of the profile.
template <Profile kProfile>
ABSL_ATTRIBUTE_NOINLINE int32_t OnPlainUnheardRtpPacket(remb_estimator* estimator, int64_t now_us,
                                                        const uint8_t* data, int32_t size) {
  Estimator& core = estimator->core;
  const Timestamp now = Timestamp::Micros(now_us);
  if (core.LeavesOutUnknown()) return core.OnUnknownPacket(now);
  const RtpHeader header = ParseUsualRtpHeader({data, static_cast<size_t>(size)});
  const StreamConfig& config = core.bandwidth().config().default_stream;
  const UsualRtpExtensions extensions =
      ParseUsualRtpExtensions(header, config.abs_send_time_id, config.transmission_offset_id);
  const bool has_abs_send_time = extensions.present & UsualRtpExtensions::kAbsSendTime;
  if (ABSL_PREDICT_FALSE(!has_abs_send_time || !core.TakesPlainUnheard<kProfile>(now))) {
    return OnUnheardRtpPacket(estimator, now_us, data, size);
  }
  try {
    return core.OnPlainUnheardPacket<kProfile>(header.ssrc, kRtpStamps | extensions.present,
                                               extensions.abs_send_time,
                                               DataSize::Bytes(header.payload_bytes), now);
  } catch (const std::bad_alloc&) {
    return REMB_ERR_NO_MEMORY;
  }
}

// Takes a plain packet of the profile; kOther takes any other.
template <Profile kProfile, int32_t (*kOther)(remb_estimator*, int64_t, const uint8_t*, int32_t)>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline int32_t OnPlainRtpPacketOr(remb_estimator* estimator,
                                                               int64_t now_us, const uint8_t* data,
                                                               int32_t size) {
  if (ABSL_PREDICT_FALSE(!estimator || !data ||
                         static_cast<uint32_t>(size) - kUsualRtpHeaderBytes >
                             kMaxRtpBytes - kUsualRtpHeaderBytes)) {
    return kOther(estimator, now_us, data, size);
  }
  Estimator& core = estimator->core;
  const Timestamp now = Timestamp::Micros(now_us);
  if (ABSL_PREDICT_FALSE(!core.IsPlainTime<kProfile>(now))) {
    return kOther(estimator, now_us, data, size);
  }
  const RtpHeader header = ParseUsualRtpHeader({data, static_cast<size_t>(size)});
  if (ABSL_PREDICT_FALSE(!header.is_rtp)) return kOther(estimator, now_us, data, size);
  Stream* stream = core.streams().FindWithNewest(header.ssrc);
  if (ABSL_PREDICT_FALSE(!stream)) {
    return OnPlainUnheardRtpPacket<kProfile>(estimator, now_us, data, size);
  }
  const UsualRtpExtensions extensions = ParseUsualRtpExtensions(
      header, stream->config.abs_send_time_id, stream->config.transmission_offset_id);
  const bool has_abs_send_time = extensions.present & UsualRtpExtensions::kAbsSendTime;
  if (ABSL_PREDICT_FALSE(!has_abs_send_time || core.LeavesOut(*stream))) {
    return kOther(estimator, now_us, data, size);
  }
  return core.OnPlainPacket<kProfile>(kRtpStamps | extensions.present, extensions.abs_send_time,
                                      header.sequence_number, DataSize::Bytes(header.payload_bytes),
                                      now, *stream);
}

ABSL_ATTRIBUTE_NOINLINE int32_t OnAdaptiveRtpPacket(remb_estimator* estimator, int64_t now_us,
                                                    const uint8_t* data, int32_t size) {
  return OnPlainRtpPacketOr<Profile::kAdaptive, OnOtherRtpPacket>(estimator, now_us, data, size);
}

int32_t OnPackets(remb_estimator* estimator, PacketArray packets, int32_t count) {
  Estimator& core = estimator->core;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t status = packets.Check(i);
    if (status != REMB_OK) return status;
  }
  int32_t prepared = 0;
  try {
    for (; prepared < count; ++prepared) {
      const remb_packet& packet = packets[prepared];
      if (core.IsPrepared(packet.ssrc, packet.stamps)) continue;
      core.Prepare(ToReceivedPacket(packet));
    }
  } catch (const std::bad_alloc&) {
    while (prepared-- > 0) core.Unprepare(ToReceivedPacket(packets[prepared]));
    return REMB_ERR_NO_MEMORY;
  }
  int32_t facts = REMB_OK;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t status =
        OnPlainPacketOr<Profile::kLibwebrtc, OnAdaptivePacket>(estimator, &packets[i]);
    // Only if the table was full, places fell free within the array, and there was no memory then.
    if (ABSL_PREDICT_FALSE(status < 0)) return status;
    // An estimate was updated if it was by any packet; a REMB is due if it still is.
    facts = (facts & REMB_ESTIMATE_UPDATED) | status;
  }
  return facts;
}

}  // namespace
}  // namespace remb::core

using namespace remb::core;  // NOLINT: everything below is extern "C"

int32_t remb_on_rtp_packet(remb_estimator* estimator, int64_t now_us, const uint8_t* data,
                           int32_t size) {
  return OnPlainRtpPacketOr<Profile::kLibwebrtc, OnAdaptiveRtpPacket>(estimator, now_us, data,
                                                                      size);
}

int32_t remb_on_packet(remb_estimator* estimator, const remb_packet* packet) {
  return OnPlainPacketOr<Profile::kLibwebrtc, OnAdaptivePacket>(estimator, packet);
}

int32_t remb_on_packets(remb_estimator* estimator, const remb_packet* packets, int32_t count) {
  if (!estimator) return REMB_ERR_NULL;
  if (count < 0) return REMB_ERR_ARGUMENT;
  if (count == 0) return REMB_OK;
  if (!packets) return REMB_ERR_NULL;
  return OnPackets(estimator, PacketArray(packets), count);
}
