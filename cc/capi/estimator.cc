#include "cc/capi/estimator.h"

#include <algorithm>

namespace remb::core {
namespace {

// Reordered reads are older by milliseconds; more than this means that the clock was set back.
constexpr TimeDelta kMaxStepBack = TimeDelta::Seconds(1);

}  // namespace

Estimator::Estimator(const Config& config)
    : config_(config), bandwidth_(config.bandwidth), scheduler_(config.schedule) {
  scheduler_.SetMaxBitrate(config.max_bitrate);
}

void Estimator::Reset() {
  bandwidth_.Reset();
  scheduler_.Reset();
  now_ = Timestamp::Micros(0);
  packets_ = 0;
  bytes_ = DataSize::Zero();
}

bool Estimator::AddStream(uint32_t ssrc, const StreamConfig& config) {
  Stream* stream = streams().Find(ssrc);
  if (!stream) {
    if (streams().full() && !streams().Evict()) return false;
    stream = streams().Add(ssrc, config);
  }
  // Its detector counts in ticks of the old clock rate.
  if (stream->config.clock_rate_hz != config.clock_rate_hz) streams().ResetDetector(*stream);
  stream->added = true;
  stream->config = config;
  return true;
}

bool Estimator::RemoveStream(uint32_t ssrc) {
  if (!streams().Find(ssrc)) return false;
  streams().Remove(ssrc);
  return true;
}

Estimator::Facts Estimator::OnPacket(BandwidthEstimator::Packet packet) {
  ReceivedPacket& received = packet.received;
  if (now_ - received.arrival > kMaxStepBack) {
    bandwidth_.Reset();
    scheduler_.Rebase(received.arrival);
  } else {
    received.arrival = std::max(received.arrival, now_);
  }
  now_ = received.now = received.arrival;

  const Stream* stream = streams().Find(received.ssrc);
  if (stream && stream->config.audio && !config_.count_audio) return AdvanceTo(now_);
  ++packets_;
  bytes_ = bytes_ + received.size;
  const bool updated = bandwidth_.OnPacket(packet);
  return {.estimate_updated = updated, .remb_due = RembIsDue()};
}

Estimator::Facts Estimator::AdvanceTo(Timestamp now) {
  now_ = std::max(now_, now);
  const bool updated = bandwidth_.AdvanceTo(now_);
  return {.estimate_updated = updated, .remb_due = RembIsDue()};
}

void Estimator::OnRembSent(Timestamp now, DataRate rate) {
  now_ = std::max(now_, now);
  scheduler_.OnSent(now_, rate);
}

bool Estimator::SetMaxBitrate(std::optional<DataRate> rate) {
  config_.max_bitrate = rate;
  scheduler_.SetMaxBitrate(rate);
  return RembIsDue();
}

bool Estimator::SetMinBitrate(DataRate rate) {
  config_.min_bitrate = rate;
  return RembIsDue();
}

std::optional<DataRate> Estimator::rate() const {
  std::optional<DataRate> rate = bandwidth_.estimate();
  if (!rate || !streams().AnyAliveAt(now_)) return std::nullopt;
  // The one place where the limits are applied.
  *rate = std::max(*rate, config_.min_bitrate);
  if (config_.max_bitrate) *rate = std::min(*rate, *config_.max_bitrate);
  return rate;
}

std::optional<Timestamp> Estimator::NextPoll() const {
  std::optional<Timestamp> next = bandwidth_.next_update();
  if (!rate()) return next;
  if (RembIsDue()) return now_;
  const std::optional<Timestamp> remb = scheduler_.NextInterval();
  // Streams that fall silent before then get no REMB.
  if (remb && *remb <= streams().NewestExpiry()) next = next ? std::min(*next, *remb) : *remb;
  return next;
}

}  // namespace remb::core
