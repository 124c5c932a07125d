#include "cc/bwe/bandwidth_estimator.h"

#include <algorithm>

namespace remb::core {
namespace {

// libwebrtc modules/congestion_controller/receive_side_congestion_controller.cc:
// kTimeOffsetSwitchThreshold.
constexpr int kSwitchThreshold = 30;
// For capture times also this: RTX comes in bursts, and most often has none.
constexpr TimeDelta kMinUnmapped = TimeDelta::Millis(500);

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
  if (packet.has_capture_time() && MayUseCaptureTimes()) streams_.ReserveCaptureStates();
  Stream* stream = streams_.Find(packet.ssrc);
  return stream ? stream : streams_.Add(packet.ssrc, config_.default_stream);
}

void BandwidthEstimator::Unprepare(const ReceivedPacket& packet) {
  const Stream* stream = streams_.Find(packet.ssrc);
  if (stream && !stream->added && !stream->alive) streams_.Remove(packet.ssrc);
}

bool BandwidthEstimator::OnOtherPacket(const ReceivedPacket& packet, Timestamp now) {
  const bool reported = AdvanceTo(now);

  const std::optional<NtpTime> capture_time = CaptureTime(packet);
  const bool mapped = capture_time.has_value();
  const Active active = Pick(packet, mapped, now);
  const bool has_stamp = packet.has_abs_send_time() || (mapped && this->active() == kCaptureTime);
  packets_without_stamp_ = has_stamp ? 0 : std::min(packets_without_stamp_ + 1, kSwitchThreshold);
  if (mapped) last_mapped_ = now;
  if (active != this->active()) Start(active, streams_.Find(packet.ssrc));

  bool reported_now = false;
  switch (active) {
    case kAbsSendTime:
      reported_now = std::get<kAbsSendTime>(estimator_)
                         .OnPacket(packet, packet.has_abs_send_time(), now,
                                   streams_.Find(packet.ssrc), config_.default_stream, streams_);
      break;
    case kSingleStream: {
      auto& single_stream = std::get<kSingleStream>(estimator_);
      single_stream.Start(now);
      reported_now = single_stream.OnPacket(packet, now, config_.clock != Clock::kRtpTimestamp,
                                            config_.default_stream, streams_);
      break;
    }
    case kCaptureTime:
      reported_now = OnCaptureTimePacket(packet, capture_time, now);
      break;
  }
  if (reported_now) OnReport(now);
  return reported || reported_now;
}

// When the packet was sent by the sender's NTP clock, if that is known.
std::optional<NtpTime> BandwidthEstimator::CaptureTime(const ReceivedPacket& packet) {
  if (!MayUseCaptureTimes()) return std::nullopt;
  Stream* stream = streams_.Find(packet.ssrc);
  // Its life may have ended just now.
  if (!stream && packet.has_capture_time()) {
    stream = streams_.Add(packet.ssrc, config_.default_stream);
  }
  CaptureState* capture = stream ? streams_.Capture(*stream) : nullptr;
  if (!capture) return std::nullopt;
  const int clock_rate_hz = stream->config.clock_rate_hz;
  if (active() != kAbsSendTime) return capture->clock.OnPacket(packet, clock_rate_hz);
  // For the time when packets cease to have abs-send-time; most of those that have it don't come
  // here.
  if (packet.has_capture_time()) capture->clock.OnStamp(packet, clock_rate_hz);
  return capture->clock.Time(packet, clock_rate_hz);
}

bool BandwidthEstimator::OnCaptureTimePacket(const ReceivedPacket& packet,
                                             std::optional<NtpTime> sent, Timestamp now) {
  auto& estimator = std::get<kCaptureTime>(estimator_);
  Stream* stream = streams_.Find(packet.ssrc);
  CaptureState* capture = stream ? streams_.Capture(*stream) : nullptr;
  ReceivedPacket sent_packet = packet;
  bool on_line = false;
  if (capture && sent) {
    const CaptureTimeLine::Place place = capture_line_.OnPacket(
        packet.ssrc, capture->clock.jumps(), *sent, packet.arrival, capture->member);
    if (place == CaptureTimeLine::Place::kNewLine) estimator.StartNewTimeLine();
    on_line = place != CaptureTimeLine::Place::kOff;
    sent_packet.abs_send_time = static_cast<uint32_t>(*sent >> 14) & 0xFFFFFF;  // 6.18 of 32.32
  }
  if (capture) capture->on_line = on_line;
  return estimator.OnPacket(sent_packet, on_line, now, stream, config_.default_stream, streams_);
}

bool BandwidthEstimator::RunPeriodicUpdates(Timestamp now) {
  const std::optional<Timestamp> report =
      std::get<kSingleStream>(estimator_).RunPeriodicUpdates(now, streams_, reports_);
  if (report) last_report_ = report;
  return report.has_value();
}

void BandwidthEstimator::Reset(const Stream* keep) {
  reports_ = 0;
  last_report_.reset();
  streams_.ForgetTimes();
  switch (config_.clock) {
    case Clock::kAbsSendTime:
      return Start(kAbsSendTime, keep);
    case Clock::kAbsCaptureTime:
      return Start(kCaptureTime, keep);
    default:
      // libwebrtc begins with the single-stream estimator and switches when it sees abs-send-time.
      return Start(kSingleStream, keep);
  }
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
  const auto* single_stream = std::get_if<kSingleStream>(&estimator_);
  if (!single_stream || streams_.alive_count() == 0) return std::nullopt;
  return single_stream->next_update();
}

BandwidthEstimator::Clock BandwidthEstimator::clock_in_use() const {
  if (config_.clock != Clock::kAuto) return config_.clock;
  switch (active()) {
    case kAbsSendTime:
      return Clock::kAbsSendTime;
    case kSingleStream:
      return Clock::kTransmissionOffset;
    case kCaptureTime:
      return Clock::kAbsCaptureTime;
  }
  return Clock::kNone;
}

BandwidthEstimator::Source BandwidthEstimator::SourceOf(const Stream& stream) const {
  if (stream.last_packet == Stream::kNever) return {Clock::kNone, Reason::kUnheard};
  if (active() == kCaptureTime) return CaptureSourceOf(stream);
  const bool fixed = config_.clock != Clock::kAuto;
  if (active() == kAbsSendTime) {
    if (!(stream.stamps & ReceivedPacket::kAbsSendTime)) return {Clock::kNone, Reason::kNoStamp};
    return {Clock::kAbsSendTime, fixed ? Reason::kConfig : Reason::kCarried};
  }
  if (!(stream.stamps & ReceivedPacket::kRtpTimestamp)) return {Clock::kNone, Reason::kNoStamp};
  const bool offset = config_.clock != Clock::kRtpTimestamp &&
                      (stream.stamps & ReceivedPacket::kTransmissionOffset);
  return {offset ? Clock::kTransmissionOffset : Clock::kRtpTimestamp,
          fixed ? Reason::kConfig : Reason::kNoAbsSendTime};
}

BandwidthEstimator::Source BandwidthEstimator::CaptureSourceOf(const Stream& stream) const {
  const CaptureState* capture = streams_.Capture(stream);
  if (!(stream.stamps & ReceivedPacket::kRtpTimestamp)) return {Clock::kNone, Reason::kNoStamp};
  if (!capture || !capture->clock.mapped()) return {Clock::kNone, Reason::kNoMapping};
  if (!capture->on_line) return {Clock::kNone, Reason::kOtherClock};
  return {Clock::kAbsCaptureTime,
          config_.clock == Clock::kAuto ? Reason::kMapped : Reason::kConfig};
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

// libwebrtc's choice, with capture times put in before RTP timestamps.
BandwidthEstimator::Active BandwidthEstimator::Pick(const ReceivedPacket& packet, bool mapped,
                                                    Timestamp now) const {
  if (config_.clock != Clock::kAuto) return active();
  if (packet.has_abs_send_time()) return kAbsSendTime;
  const Active next_best = mapped ? kCaptureTime : kSingleStream;
  const bool enough = packets_without_stamp_ + 1 >= kSwitchThreshold;
  switch (active()) {
    case kAbsSendTime:
      return enough ? next_best : kAbsSendTime;
    case kSingleStream:
      return next_best;
    case kCaptureTime:
      return !mapped && enough && now - last_mapped_ >= kMinUnmapped ? kSingleStream : kCaptureTime;
  }
  return kSingleStream;
}

// A fresh estimator, which has heard no stream yet.
void BandwidthEstimator::Start(Active active, const Stream* keep) {
  streams_.ExpireAll(keep);
  packets_without_stamp_ = 0;
  capture_line_.Reset();
  switch (active) {
    case kAbsSendTime:
      estimator_.emplace<kAbsSendTime>();
      break;
    case kSingleStream:
      estimator_.emplace<kSingleStream>();
      break;
    case kCaptureTime:
      estimator_.emplace<kCaptureTime>();
      break;
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
