#include "cc/capi/estimator.h"

#include <algorithm>
#include <limits>

namespace remb::core {
namespace {

// Reordered reads are older by milliseconds; more than this means that the clock was set back.
constexpr TimeDelta kMaxStepBack = TimeDelta::Seconds(1);

}  // namespace

Estimator::Estimator(const Config& config)
    : min_bitrate_(config.min_bitrate),
      scheduler_(config.schedule),
      bandwidth_(config.bandwidth),
      count_audio_(config.count_audio),
      known_streams_only_(config.known_streams_only) {
  scheduler_.SetMaxBitrate(config.max_bitrate);
}

void Estimator::Reset() {
  bandwidth_.Reset();
  streams().ResetCounts();
  scheduler_.Reset();
  now_ = Timestamp::Micros(0);
  CheckRemb();
  packets_ = 0;
  bytes_ = DataSize::Zero();
}

bool Estimator::AddStream(uint32_t ssrc, const StreamConfig& config) {
  Stream* stream = streams().AddByUser(ssrc, config);
  if (!stream) return false;
  if (stream->alive && LeavesOut(*stream)) {
    streams().EndLife(*stream);  // by packets that counted
    CheckRemb();
  }
  return true;
}

bool Estimator::RemoveStream(uint32_t ssrc) {
  if (!streams().Find(ssrc)) return false;
  streams().Remove(ssrc);
  CheckRemb();
  return true;
}

// Whether it was a plain packet of this profile, and then its facts.
template <Estimator::Profile kProfile>
bool Estimator::TakePlain(const ReceivedPacket& packet, Stream& stream, Facts& facts) {
  if (!IsPlainTime<kProfile>(packet.arrival)) return false;
  if (LeavesOut(stream) || !HasPlainStamps(packet.stamps)) return false;
  facts = OnPlainPacket<kProfile>(packet.stamps, packet.abs_send_time, packet.sequence_number,
                                  packet.size, packet.arrival, stream);
  return true;
}

Estimator::Facts Estimator::OnPacket(ReceivedPacket& packet, Stream* stream) {
  if (stream) {
    // Those of an array come here too.
    Facts facts;
    if (TakePlain<Profile::kLibwebrtc>(packet, *stream, facts)) return facts;
    if (TakePlain<Profile::kAdaptive>(packet, *stream, facts)) return facts;
  } else if (known_streams_only_) {
    return OnUnknownPacket(packet.arrival);
  } else if (HasPlainStamps(packet.stamps)) {
    const auto take = [&]<Profile kProfile>() {
      return OnPlainUnheardPacket<kProfile>(packet.ssrc, packet.stamps, packet.abs_send_time,
                                            packet.size, packet.arrival);
    };
    if (TakesPlainUnheard<Profile::kLibwebrtc>(packet.arrival)) {
      return take.operator()<Profile::kLibwebrtc>();
    }
    if (TakesPlainUnheard<Profile::kAdaptive>(packet.arrival)) {
      return take.operator()<Profile::kAdaptive>();
    }
  }
  return OnOtherPacket(packet, stream);
}

Estimator::Facts Estimator::OnOtherPacket(ReceivedPacket& packet, Stream* stream) {
  quiet_until_ = Timestamp::Micros(0);
  const bool left_out = stream && LeavesOut(*stream);
  if (!left_out) stream = bandwidth_.Prepare(packet, stream);
  if (packet.arrival < now_) packet.arrival = TimeOfOlderPacket(packet.arrival, stream);
  now_ = packet.arrival;
  if (left_out) {
    stream->stamps = static_cast<uint8_t>(packet.stamps);
    stream->last_packet = now_;
    return AdvanceTo(now_);
  }
  if (!stream && remb_due_) {
    next_remb_check_ = now_;  // keeps no stream alive, so what was due need not be any more
  }
  Count(packet.size);
  const bool updated = bandwidth_.OnPacket(packet, now_, stream);
  const bool started_afresh = bandwidth_.TakeStartedAfresh();
  if (updated || started_afresh || now_ >= next_remb_check_) CheckRemb();
  return ToFacts(updated);
}

ABSL_ATTRIBUTE_NOINLINE Estimator::Facts Estimator::OnPlainAdaptivePacket(uint32_t stamps,
                                                                          uint32_t abs_send_time,
                                                                          uint16_t sequence_number,
                                                                          DataSize size,
                                                                          Stream& stream) {
  const ReceivedPacket packet = {.ssrc = stream.ssrc,
                                 .stamps = stamps,
                                 .abs_send_time = abs_send_time,
                                 .rtp_timestamp = 0,
                                 .transmission_offset = 0,
                                 .sequence_number = sequence_number,
                                 .size = size,
                                 .arrival = now_};
  const bool updated = bandwidth_.OnPlainAdaptivePacket(packet, &stream);
  if (updated || now_ >= next_remb_check_) CheckRemb();
  return ToFacts(updated);
}

// What not every plain packet needs. Out of line, so that the others do not pay for it.
ABSL_ATTRIBUTE_NOINLINE Estimator::Facts Estimator::OnPlainGroup(uint32_t abs_send_time,
                                                                 DataSize size,
                                                                 TimestampMs now_ms) {
  const bool overuse = bandwidth_.OnPlainGroup(abs_send_time, size, now_ms);
  if (ABSL_PREDICT_TRUE(!overuse && now_ < quiet_until_)) return remb_due_;
  return UpdateAfterPlainPacket(abs_send_time, size, now_ms);
}

ABSL_ATTRIBUTE_NOINLINE Estimator::Facts Estimator::UpdateAfterPlainPacket(uint32_t abs_send_time,
                                                                           DataSize size,
                                                                           TimestampMs now_ms) {
  const bool updated = bandwidth_.UpdateAfterPlain(abs_send_time, size, now_, now_ms);
  if (updated || now_ >= next_remb_check_) CheckRemb();
  quiet_until_ = std::min(bandwidth_.QuietUntil(), next_remb_check_);
  return ToFacts(updated);
}

ABSL_ATTRIBUTE_NOINLINE Estimator::Facts Estimator::AdvanceByUnknownPacket(Timestamp arrival) {
  if (arrival < now_) arrival = TimeOfOlderPacket(arrival, nullptr);
  return AdvanceTo(arrival);
}

Timestamp Estimator::TimeOfOlderPacket(Timestamp arrival, const Stream* stream) {
  if (now_ - arrival <= kMaxStepBack) return now_;
  bandwidth_.OnClockSetBack(stream);
  scheduler_.OnClockSetBack(arrival);
  now_ = arrival;
  CheckRemb();
  return arrival;
}

Estimator::Facts Estimator::AdvanceTo(Timestamp now) {
  now_ = std::max(now_, now);
  const bool updated = bandwidth_.AdvanceTo(now_);
  CheckRemb();
  return ToFacts(updated);
}

void Estimator::OnRembSent(Timestamp now, DataRate rate) {
  now_ = std::max(now_, now);
  scheduler_.OnSent(now_, rate);
  CheckRemb();
}

bool Estimator::SetMaxBitrate(std::optional<DataRate> rate) {
  scheduler_.SetMaxBitrate(rate);
  return CheckRemb();
}

bool Estimator::SetMinBitrate(DataRate rate) {
  min_bitrate_ = rate;
  return CheckRemb();
}

BandwidthEstimator::Source Estimator::SourceOf(const Stream& stream) const {
  if (!LeavesOut(stream)) return bandwidth_.SourceOf(stream);
  return {BandwidthEstimator::Clock::kNone, BandwidthEstimator::Reason::kAudio};
}

BandwidthUsage Estimator::StateOf(const Stream& stream) const {
  if (SourceOf(stream).clock == BandwidthEstimator::Clock::kNone) return BandwidthUsage::kNormal;
  return bandwidth_.StateOf(stream);
}

bool Estimator::CheckRemb() {
  constexpr Timestamp kNever = Timestamp::Micros(std::numeric_limits<int64_t>::max());
  quiet_until_ = Timestamp::Micros(0);
  remb_due_ = 0;
  const std::optional<DataRate> estimate = bandwidth_.estimate();
  if (!estimate) {
    next_remb_check_ = kNever;  // an update brings one
  } else if (streams().AnyAliveAt(now_)) {
    const Timestamp due = scheduler_.NextDue(WithinLimits(*estimate));
    if (now_ >= due) remb_due_ = kRembDue;
    next_remb_check_ = remb_due_ ? kNever : due;
  } else {
    next_remb_check_ = now_;  // the next packet may bring one: a first stream that comes alive
  }
  return remb_due_;
}

std::optional<DataRate> Estimator::rate() const {
  const std::optional<DataRate> estimate = bandwidth_.estimate();
  if (!estimate || !streams().AnyAliveAt(now_)) return std::nullopt;
  return WithinLimits(*estimate);
}

// The one place where they are applied.
DataRate Estimator::WithinLimits(DataRate rate) const {
  return std::min(std::max(rate, min_bitrate_), max_bitrate().value_or(kMaxBitrate));
}

std::optional<Timestamp> Estimator::NextPoll() const {
  std::optional<Timestamp> next = bandwidth_.next_update();
  const std::optional<DataRate> current = rate();
  if (!current) return next;
  const Timestamp remb = scheduler_.NextDue(*current);
  if (remb <= now_) return now_;
  // Streams that fall silent before then get no REMB.
  if (remb <= streams().NewestExpiry()) next = std::min(next.value_or(remb), remb);
  return next;
}

}  // namespace remb::core
