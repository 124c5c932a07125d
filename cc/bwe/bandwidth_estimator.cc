#include "cc/bwe/bandwidth_estimator.h"

#include <algorithm>

namespace remb::core {
namespace {

// libwebrtc modules/congestion_controller/receive_side_congestion_controller.cc:
// kTimeOffsetSwitchThreshold.
constexpr int kSwitchThreshold = 30;

// The packet, as it would be with abs-send-time.
ReceivedPacket WithSendTime(const ReceivedPacket& packet, NtpTime sent) {
  ReceivedPacket result = packet;
  result.abs_send_time = static_cast<uint32_t>(sent >> 14) & 0xFFFFFF;  // 6.18 of 32.32
  return result;
}

}  // namespace

BandwidthEstimator::BandwidthEstimator(const Config& config)
    : config_(config), streams_(config.max_streams) {
  Reset();
}

Stream* BandwidthEstimator::Prepare(const ReceivedPacket& packet, Stream* stream) {
  // With the automatic choice any packet without abs-send-time may be the one that switches.
  const bool may_need_rtp_clock =
      config_.clock == Clock::kAuto ? !packet.has_abs_send_time() : active() == kSingleStream;
  if (may_need_rtp_clock) {
    if (config_.profile == Profile::kAdaptive) {
      streams_.ReserveSendClocks();
    } else {
      streams_.ReserveDetectors();
    }
  }
  if (packet.has_capture_time() && MayUseCaptureTimes()) streams_.ReserveCaptureStates();
  return stream ? stream : streams_.Add(packet.ssrc, config_.default_stream);
}

void BandwidthEstimator::Unprepare(const ReceivedPacket& packet) {
  const Stream* stream = streams_.Find(packet.ssrc);
  if (stream && !stream->added && !stream->alive) streams_.Remove(packet.ssrc);
}

bool BandwidthEstimator::OnPacket(const ReceivedPacket& packet, Timestamp now, Stream* stream) {
  bool reported = false;
  if (IsUpdateDue(now)) {
    reported = RunPeriodicUpdates(now);
    stream = streams_.Find(packet.ssrc);  // its life may have ended just now
  }
  // By the adaptive profile a flood does not choose the source of send times either.
  if (estimator_.index() == kAdaptive && streams_.IsCrowded() &&
      !(stream && streams_.IsProven(*stream))) {
    OnUnproven(packet, now, stream);
    return false;
  }
  if (config_.clock == Clock::kAuto) ChooseByAbsSendTime(packet, stream);
  const CaptureTime capture_time = TakeCaptureTime(packet, stream);
  if (config_.clock == Clock::kAuto && active() != kAbsSendTime) {
    const bool chosen = capture_choice_.OnPacket(capture_time.on_line(), has_estimate(), now);
    ChangeTo(chosen ? kCaptureTime : kSingleStream);
  }

  bool reported_now = false;
  switch (estimator_.index()) {
    case kAbsSendTime:
      reported_now = std::get<kAbsSendTime>(estimator_)
                         .OnPacket(packet, packet.has_abs_send_time(), now, stream,
                                   config_.default_stream, streams_);
      break;
    case kSingleStream: {
      auto& single_stream = std::get<kSingleStream>(estimator_);
      single_stream.Start(now);
      reported_now = single_stream.OnPacket(packet, now, config_.clock != Clock::kRtpTimestamp,
                                            stream, config_.default_stream, streams_);
      break;
    }
    case kCaptureTime:
      reported_now = OnCaptureTimePacket(packet, capture_time, now, stream);
      break;
    case kAdaptive:
      reported_now = OnAdaptivePacket(packet, capture_time, now, stream);
      break;
  }
  if (reported_now) OnReport(now);
  return reported || reported_now;
}

// libwebrtc's choice.
void BandwidthEstimator::ChooseByAbsSendTime(const ReceivedPacket& packet, const Stream* stream) {
  if (packet.has_abs_send_time()) {
    packets_without_stamp_ = 0;
    if (active() != kAbsSendTime) SwitchTo(kAbsSendTime, stream);
  } else if (active() == kAbsSendTime && ++packets_without_stamp_ >= kSwitchThreshold) {
    SwitchTo(kSingleStream, stream);
  }
}

// Lets the stream's mapping know the packet. With RTP timestamps in use the line goes on: whether
// it is worth a change hangs on who is on it.
BandwidthEstimator::CaptureTime BandwidthEstimator::TakeCaptureTime(const ReceivedPacket& packet,
                                                                    Stream*& stream) {
  if (!MayUseCaptureTimes()) return {};
  if (!stream && packet.has_capture_time()) {
    stream = streams_.Add(packet.ssrc, config_.default_stream);
  }
  CaptureState* capture = stream ? streams_.Capture(*stream) : nullptr;
  if (!capture) return {};
  const int clock_rate_hz = stream->config.clock_rate_hz;
  if (active() == kAbsSendTime) {
    // For the time when packets cease to have abs-send-time; most of those that have it don't come
    // here.
    if (packet.has_capture_time()) capture->clock.OnStamp(packet, clock_rate_hz);
    return {};
  }
  CaptureTime result;
  if (const auto sent = capture->clock.OnPacket(packet, clock_rate_hz)) {
    result = {.sent = *sent,
              .place = capture_line_.OnPacket(packet.ssrc, capture->clock.jumps(), *sent,
                                              packet.arrival, capture->member)};
  }
  capture->on_line = result.on_line();
  return result;
}

bool BandwidthEstimator::OnCaptureTimePacket(const ReceivedPacket& packet, CaptureTime time,
                                             Timestamp now, Stream* stream) {
  auto& estimator = std::get<kCaptureTime>(estimator_);
  if (time.place == CaptureTimeLine::Place::kNewLine) estimator.StartNewTimeLine();
  return estimator.OnPacket(WithSendTime(packet, time.sent), time.on_line(), now, stream,
                            config_.default_stream, streams_);
}

bool BandwidthEstimator::OnAdaptivePacket(const ReceivedPacket& packet, CaptureTime time,
                                          Timestamp now, Stream* stream) {
  auto& estimator = std::get<kAdaptive>(estimator_);
  const bool new_line = time.place == CaptureTimeLine::Place::kNewLine;
  if (new_line && active() != kSingleStream) estimator.RestartClock();
  // True: OnPacket has taken out what may be a flood's.
  estimator.Count(packet, now, stream, config_.default_stream, streams_);
  switch (active()) {
    case kSingleStream:
      return estimator.OnRtpTimestamp(packet, config_.clock != Clock::kRtpTimestamp, now, stream,
                                      streams_);
    case kCaptureTime:
      return time.on_line() && estimator.OnAbsSendTime(WithSendTime(packet, time.sent),
                                                       packet.has_transmission_offset(), now);
    default:
      return packet.has_abs_send_time() &&
             estimator.OnAbsSendTime(packet, /*own_send_time=*/true, now);
  }
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
  capture_choice_ = {};
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

void BandwidthEstimator::OnClockSetBack(const Stream* keep) {
  const std::optional<DataRate> rate = estimate();
  const Active source = active_;
  Reset(keep);
  if (config_.profile == Profile::kAdaptive && rate) Emplace(source, rate);
}

void BandwidthEstimator::SetRtt(TimeDelta rtt) {
  rtt_ = rtt;
  if (AimdRateControl* control = rate_control()) control->SetRtt(rtt);
}

std::optional<DataRate> BandwidthEstimator::estimate() const {
  const AimdRateControl* control = rate_control();
  if (!control) return std::get<kAdaptive>(estimator_).estimate();
  if (!control->ValidEstimate()) return std::nullopt;
  return control->LatestEstimate();
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
    default:
      return Clock::kAbsCaptureTime;
  }
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
  switch (estimator_.index()) {
    case kAbsSendTime:
      return std::get<kAbsSendTime>(estimator_).signals();
    case kSingleStream:
      return std::get<kSingleStream>(estimator_).signals();
    case kCaptureTime:
      return std::get<kCaptureTime>(estimator_).signals();
    default:
      return {};
  }
}

std::optional<AdaptiveSignals> BandwidthEstimator::adaptive_signals() const {
  const auto* adaptive = std::get_if<kAdaptive>(&estimator_);
  return adaptive ? std::optional(adaptive->signals()) : std::nullopt;
}

std::optional<DataRate> BandwidthEstimator::incoming_bitrate() const {
  switch (estimator_.index()) {
    case kAbsSendTime:
      return std::get<kAbsSendTime>(estimator_).incoming_bitrate().latest();
    case kSingleStream:
      return std::get<kSingleStream>(estimator_).incoming_bitrate().latest();
    case kCaptureTime:
      return std::get<kCaptureTime>(estimator_).incoming_bitrate().latest();
    default:
      return std::get<kAdaptive>(estimator_).incoming_bitrate();
  }
}

std::optional<DataRate> BandwidthEstimator::link_capacity() const {
  const AimdRateControl* control = rate_control();
  if (!control) return std::get<kAdaptive>(estimator_).link_capacity();
  if (!control->link_capacity().has_estimate()) return std::nullopt;
  return control->link_capacity().estimate();
}

// Abs-send-time begins or ceases. libwebrtc makes a fresh estimator then; the adaptive one goes on.
void BandwidthEstimator::SwitchTo(Active active, const Stream* keep) {
  if (config_.profile != Profile::kAdaptive) return Start(active, keep);
  packets_without_stamp_ = 0;
  capture_line_.Reset();
  capture_choice_.Begin();
  ChangeTo(active);
}

// A fresh estimator, which has heard no stream yet.
void BandwidthEstimator::Start(Active active, const Stream* keep) {
  streams_.ExpireAll(keep);
  packets_without_stamp_ = 0;
  capture_line_.Reset();
  capture_choice_.Begin();
  started_afresh_ = true;
  Emplace(active, config_.initial_bitrate);
}

// Another source for the same streams: they live on, what their clocks are known to do stays, and
// so does the estimate.
void BandwidthEstimator::ChangeTo(Active active) {
  if (active == this->active()) return;
  if (auto* adaptive = std::get_if<kAdaptive>(&estimator_)) {
    // It goes on but for the clock.
    active_ = active;
    streams_.ResetSendClocks();
    adaptive->RestartClock();
    return;
  }
  streams_.ResetDetectors();
  Emplace(active, estimate());
}

void BandwidthEstimator::Emplace(Active active, std::optional<DataRate> start_bitrate) {
  active_ = active;
  if (config_.profile == Profile::kAdaptive) {
    auto& adaptive = estimator_.emplace<kAdaptive>();
    if (start_bitrate) adaptive.SetStartBitrate(*start_bitrate);
    return;
  }
  if (active == kAbsSendTime) {
    estimator_.emplace<kAbsSendTime>();
  } else if (active == kSingleStream) {
    estimator_.emplace<kSingleStream>();
  } else {
    estimator_.emplace<kCaptureTime>(/*partial=*/true);
  }
  rate_control()->SetRtt(rtt_);
  if (start_bitrate) rate_control()->SetStartBitrate(*start_bitrate);
}

const AimdRateControl* BandwidthEstimator::rate_control() const {
  switch (estimator_.index()) {
    case kAbsSendTime:
      return &std::get<kAbsSendTime>(estimator_).rate_control();
    case kSingleStream:
      return &std::get<kSingleStream>(estimator_).rate_control();
    case kCaptureTime:
      return &std::get<kCaptureTime>(estimator_).rate_control();
    default:
      return nullptr;
  }
}

}  // namespace remb::core
