#include "cc/bwe/bandwidth_estimator.h"

#include <algorithm>

namespace remb::core {
namespace {

// libwebrtc modules/congestion_controller/receive_side_congestion_controller.cc:
// kTimeOffsetSwitchThreshold.
constexpr int kSwitchThreshold = 30;

}  // namespace

BandwidthEstimator::BandwidthEstimator(const Config& config)
    : config_(config), streams_(config.max_streams) {
  Reset();
}

Stream* BandwidthEstimator::Allocate(const ReceivedPacket& packet) {
  // With the automatic choice any packet without abs-send-time may be the one that switches.
  const bool may_need_detector =
      config_.clock == Clock::kAuto ? !packet.has_abs_send_time() : active() == kSingleStream;
  if (may_need_detector) streams_.ReserveDetectors();
  Stream* stream = streams_.Find(packet.ssrc);
  return stream ? stream : streams_.Add(packet.ssrc, config_.default_stream);
}

void BandwidthEstimator::Unprepare(const ReceivedPacket& packet) {
  const Stream* stream = streams_.Find(packet.ssrc);
  if (stream && !stream->added && !stream->alive) streams_.Remove(packet.ssrc);
}

bool BandwidthEstimator::OnOtherPacket(const ReceivedPacket& packet, Timestamp now) {
  const bool reported = AdvanceTo(now);

  const Active active = Pick(packet);
  packets_without_abs_send_time_ =
      packet.has_abs_send_time() ? 0
                                 : std::min(packets_without_abs_send_time_ + 1, kSwitchThreshold);
  if (active != this->active()) Start(active);

  bool reported_now;
  if (auto* abs_send_time = std::get_if<AbsSendTimeEstimator>(&estimator_)) {
    reported_now = abs_send_time->OnPacket(packet, now, streams_.Find(packet.ssrc),
                                           config_.default_stream, streams_);
  } else {
    auto& single_stream = std::get<SingleStreamEstimator>(estimator_);
    single_stream.Start(now);
    reported_now = single_stream.OnPacket(packet, now, config_.clock != Clock::kRtpTimestamp,
                                          config_.default_stream, streams_);
  }
  if (reported_now) OnReport(now);
  return reported || reported_now;
}

bool BandwidthEstimator::RunPeriodicUpdates(Timestamp now) {
  const std::optional<Timestamp> report =
      std::get<SingleStreamEstimator>(estimator_).RunPeriodicUpdates(now, streams_, reports_);
  if (report) last_report_ = report;
  return report.has_value();
}

void BandwidthEstimator::Reset() {
  packets_without_abs_send_time_ = 0;
  reports_ = 0;
  last_report_.reset();
  // libwebrtc begins with the single-stream estimator and switches when it sees abs-send-time.
  Start(config_.clock == Clock::kAbsSendTime ? kAbsSendTime : kSingleStream);
}

void BandwidthEstimator::SetRtt(TimeDelta rtt) {
  rtt_ = rtt;
  rate_control().SetRtt(rtt);
}

std::optional<DataRate> BandwidthEstimator::estimate() const {
  if (!rate_control().ValidEstimate()) return std::nullopt;
  return rate_control().LatestEstimate();
}

std::optional<Timestamp> BandwidthEstimator::next_update() const {
  // Without a stream an update does nothing.
  const auto* single_stream = std::get_if<SingleStreamEstimator>(&estimator_);
  if (!single_stream || streams_.alive_count() == 0) return std::nullopt;
  return single_stream->next_update();
}

BandwidthEstimator::Clock BandwidthEstimator::clock_in_use() const {
  if (config_.clock != Clock::kAuto) return config_.clock;
  return active() == kAbsSendTime ? Clock::kAbsSendTime : Clock::kTransmissionOffset;
}

BandwidthUsage BandwidthEstimator::state() const {
  return std::visit([](const auto& estimator) { return estimator.state(); }, estimator_);
}

DelaySignals BandwidthEstimator::signals() const {
  return std::visit([](const auto& estimator) { return estimator.signals(); }, estimator_);
}

std::optional<DataRate> BandwidthEstimator::incoming_bitrate() const {
  return std::visit([](const auto& estimator) { return estimator.incoming_bitrate().latest(); },
                    estimator_);
}

std::optional<DataRate> BandwidthEstimator::link_capacity() const {
  const LinkCapacityEstimator& capacity = rate_control().link_capacity();
  if (!capacity.has_estimate()) return std::nullopt;
  return capacity.estimate();
}

BandwidthEstimator::Active BandwidthEstimator::Pick(const ReceivedPacket& packet) const {
  if (config_.clock != Clock::kAuto) return active();
  if (packet.has_abs_send_time()) return kAbsSendTime;
  return packets_without_abs_send_time_ + 1 >= kSwitchThreshold ? kSingleStream : active();
}

// A fresh estimator, which has heard no stream yet.
void BandwidthEstimator::Start(Active active) {
  streams_.ExpireAll();
  if (active == kAbsSendTime) {
    estimator_.emplace<AbsSendTimeEstimator>();
  } else {
    estimator_.emplace<SingleStreamEstimator>();
  }
  rate_control().SetRtt(rtt_);
  if (config_.initial_bitrate) rate_control().SetStartBitrate(*config_.initial_bitrate);
}

AimdRateControl& BandwidthEstimator::rate_control() {
  return std::visit([](auto& estimator) -> AimdRateControl& { return estimator.rate_control(); },
                    estimator_);
}

const AimdRateControl& BandwidthEstimator::rate_control() const {
  return std::visit(
      [](const auto& estimator) -> const AimdRateControl& { return estimator.rate_control(); },
      estimator_);
}

}  // namespace remb::core
