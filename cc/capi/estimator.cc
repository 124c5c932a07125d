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
  return streams().AddByUser(ssrc, config) != nullptr;
}

bool Estimator::RemoveStream(uint32_t ssrc) {
  if (!streams().Find(ssrc)) return false;
  streams().Remove(ssrc);
  CheckRemb();
  return true;
}

// Whether it was a plain packet of this profile, and then its facts.
template <Estimator::Profile kProfile>
bool Estimator::TakePlain(const ReceivedPacket& packet, Facts& facts) {
  if (!IsPlainTime<kProfile>(packet.arrival)) return false;
  Stream* stream = streams().FindWithNewest(packet.ssrc);
  if (!stream || LeavesOut(*stream) || !HasPlainStamps(packet.stamps)) return false;
  facts = OnPlainPacket<kProfile>(packet.stamps, packet.abs_send_time, packet.sequence_number,
                                  packet.size, packet.arrival, *stream);
  return true;
}

Estimator::Facts Estimator::OnPacket(ReceivedPacket& packet) {
  // Those of an array come here too.
  Facts facts;
  if (TakePlain<Profile::kLibwebrtc>(packet, facts)) return facts;
  if (TakePlain<Profile::kAdaptive>(packet, facts)) return facts;
  quiet_until_ = Timestamp::Micros(0);
  if (IsUnknown(packet)) return OnUnknownPacket(packet);
  Stream* stream = bandwidth_.Prepare(packet);
  if (packet.arrival < now_) OnOlderPacket(packet, stream);
  now_ = packet.arrival;
  if (stream) {
    if (LeavesOut(*stream)) {
      stream->stamps = static_cast<uint8_t>(packet.stamps);
      const Facts left_out = AdvanceTo(now_);
      if (!stream->alive) stream->last_packet = now_;  // else it has its place by its last one
      return left_out;
    }
  } else if (remb_due_) {
    next_remb_check_ = now_;  // keeps no stream alive, so what was due need not be any more
  }
  Count(packet.size);
  const bool updated = bandwidth_.OnPacket(packet, now_);
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
  const bool updated = bandwidth_.OnPlainAdaptivePacket(packet, stream);
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

// It tells the time, and no more.
Estimator::Facts Estimator::OnUnknownPacket(ReceivedPacket& packet) {
  if (packet.arrival < now_) OnOlderPacket(packet, nullptr);
  return AdvanceTo(packet.arrival);
}

void Estimator::OnOlderPacket(ReceivedPacket& packet, const Stream* stream) {
  if (now_ - packet.arrival <= kMaxStepBack) {
    packet.arrival = now_;
    return;
  }
  bandwidth_.OnClockSetBack(stream);
  scheduler_.Rebase(packet.arrival);
  now_ = packet.arrival;
  CheckRemb();
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
  quiet_until_ = Timestamp::Micros(0);
  const std::optional<DataRate> current = rate();
  // Without a rate the next packet may bring one: a first stream that comes alive.
  const Timestamp due = current ? scheduler_.NextDue(*current) : now_;
  remb_due_ = current && now_ >= due ? kRembDue : 0;
  next_remb_check_ = remb_due_ ? Timestamp::Micros(std::numeric_limits<int64_t>::max()) : due;
  return remb_due_;
}

std::optional<DataRate> Estimator::rate() const {
  std::optional<DataRate> rate = bandwidth_.estimate();
  if (!rate || !streams().AnyAliveAt(now_)) return std::nullopt;
  // The one place where the limits are applied.
  *rate = std::max(*rate, min_bitrate_);
  *rate = std::min(*rate, max_bitrate().value_or(kMaxBitrate));
  return rate;
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
