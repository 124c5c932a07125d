#include "cc/capi/estimator.h"

#include <algorithm>
#include <limits>

namespace remb::core {
namespace {

// Reordered reads are older by milliseconds; more than this means that the clock was set back.
constexpr TimeDelta kMaxStepBack = TimeDelta::Seconds(1);

}  // namespace

Estimator::Estimator(const Config& config)
    : config_(config), scheduler_(config.schedule), bandwidth_(config.bandwidth) {
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

Estimator::Facts Estimator::OnPacket(ReceivedPacket& packet) {
  Stream* stream = bandwidth_.Prepare(packet);
  if (packet.arrival < now_) OnOlderPacket(packet, stream);
  now_ = packet.arrival;
  if (stream) {
    if (LeavesOut(*stream)) {
      stream->stamps = packet.stamps;
      const Facts facts = AdvanceTo(now_);
      if (!stream->alive) stream->last_packet = now_;  // else it has its place by its last one
      return facts;
    }
  } else {
    next_remb_check_ = now_;  // keeps no stream alive, so what was due need not be any more
  }
  ++packets_;
  bytes_ = bytes_ + packet.size;
  const bool updated = bandwidth_.OnPacket(packet, now_, stream);
  const bool started_afresh = bandwidth_.TakeStartedAfresh();
  if (updated || started_afresh || now_ >= next_remb_check_) CheckRemb();
  return ToFacts(updated);
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
  config_.max_bitrate = rate;
  scheduler_.SetMaxBitrate(rate);
  return CheckRemb();
}

bool Estimator::SetMinBitrate(DataRate rate) {
  config_.min_bitrate = rate;
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
  const std::optional<DataRate> current = rate();
  // Without a rate the next packet may bring one: a first stream that comes alive.
  const Timestamp due = current ? scheduler_.NextDue(*current) : now_;
  remb_due_ = current && now_ >= due;
  next_remb_check_ = remb_due_ ? Timestamp::Micros(std::numeric_limits<int64_t>::max()) : due;
  return remb_due_;
}

std::optional<DataRate> Estimator::rate() const {
  std::optional<DataRate> rate = bandwidth_.estimate();
  if (!rate || !streams().AnyAliveAt(now_)) return std::nullopt;
  // The one place where the limits are applied.
  *rate = std::max(*rate, config_.min_bitrate);
  *rate = std::min(*rate, config_.max_bitrate.value_or(kMaxBitrate));
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
