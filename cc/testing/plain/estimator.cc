#include "cc/testing/plain/estimator.h"

#include <algorithm>

#include "cc/testing/packets.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {
namespace {

template <typename T>
T Or(T value, T otherwise) {
  return value == 0 ? otherwise : value;
}

}  // namespace

Estimator::Estimator(const remb_config& config)
    : config_(config),
      min_bps_(Or<int64_t>(config.min_bitrate_bps, 5'000)),
      max_bps_(Or<int64_t>(config.max_bitrate_bps, REMB_MAX_BITRATE_BPS)) {
  config_.max_streams = Or(config.max_streams, 16'384);
  config_.clock_rate_hz = Or(config.clock_rate_hz, 90'000);
  schedule_ = {
      .interval = Or(config.remb_interval_us, kSecond),
      .start_interval = Or<int64_t>(config.remb_start_interval_us, REMB_OFF),
      .start_duration = Or(config.remb_start_duration_us, 3 * kSecond),
      .min_interval = Or(config.remb_min_interval_us, 100 * kMs),
      .fall_percent = Or(config.remb_fall_percent, 3),
      .rise_percent = Or(config.remb_rise_percent, REMB_OFF),
  };
  StartMeasuring(std::nullopt);
}

// All that was measured is forgotten.
void Estimator::StartMeasuring(std::optional<uint32_t> back) {
  for (auto& [ssrc, stream] : streams_) stream.last_seen = -1;
  reports_ = 0;
  last_report_ = -1;
  StartEstimator(config_.clock == REMB_CLOCK_ABS_SEND_TIME, back);
}

void Estimator::StartEstimator(bool by_abs_send_time, std::optional<uint32_t> back) {
  by_abs_send_time_ = by_abs_send_time;
  packets_without_ = 0;
  incoming_bps_ = 0;
  streams_.DropAll(back);
  abs_send_time_ = AbsSendTimeEstimator();
  single_stream_ = SingleStreamEstimator();
  for (RateControl* rate : {&abs_send_time_.rate, &single_stream_.rate}) {
    rate->SetRtt(rtt_);
    if (config_.initial_bitrate_bps > 0) rate->Start(config_.initial_bitrate_bps);
  }
}

void Estimator::Reset() {
  StartMeasuring(std::nullopt);
  for (auto& [ssrc, stream] : streams_) {
    const std::optional<remb_stream> added = stream.added;
    stream = Stream();
    stream.added = added;
  }
  schedule_.first = schedule_.last = -1;
  schedule_.last_bps = 0;
  now_ = packets_ = bytes_ = 0;
}

// ---- Streams

int32_t Estimator::AddStream(const remb_stream& added) {
  const auto known = streams_.find(added.ssrc);
  const bool again = known != streams_.end() && known->second.added;
  if (!again && streams_.CountAdded() == config_.max_streams) return REMB_ERR_TOO_MANY_STREAMS;
  Stream& stream = streams_[added.ssrc];
  const int32_t clock_rate = ClockRate(stream);
  stream.added = added;
  if (ClockRate(stream) != clock_rate) stream.line.reset();
  if (LeftOut(stream)) stream.EndLife();
  return REMB_OK;
}

int32_t Estimator::RemoveStream(uint32_t ssrc) {
  return streams_.erase(ssrc) == 0 ? REMB_ERR_NOT_FOUND : REMB_OK;
}

Stream* Estimator::Find(uint32_t ssrc) {
  const auto known = streams_.find(ssrc);
  if (known != streams_.end()) return &known->second;
  const auto heard = static_cast<int64_t>(streams_.size()) - streams_.CountAdded();
  return heard < config_.max_streams ? &streams_[ssrc] : nullptr;
}

bool Estimator::LeftOut(const Stream& stream) const {
  return stream.added && stream.added->kind == REMB_KIND_AUDIO && config_.count_audio == 0;
}

int32_t Estimator::ClockRate(const Stream& stream) const {
  return stream.added ? Or(stream.added->clock_rate_hz, config_.clock_rate_hz)
                      : config_.clock_rate_hz;
}

// ---- Packets

int32_t Estimator::OnPacket(const remb_packet& packet) {
  if (packet.arrival_us < now_ - kSecond) {
    StartMeasuring(packet.ssrc);
    schedule_.OnClockSetBack(packet.arrival_us);
    now_ = packet.arrival_us;
  }
  Advance(packet.arrival_us);
  const auto known = streams_.find(packet.ssrc);
  if (known == streams_.end() && config_.known_streams_only == 1) return Facts();
  if (known != streams_.end() && LeftOut(known->second)) {
    known->second.stamps = packet.stamps;
    known->second.last_seen = now_;
    return Facts();
  }
  ChooseClock(packet.stamps & REMB_STAMP_ABS_SEND_TIME, packet.ssrc);
  if (by_abs_send_time_) streams_.DropIdle(now_, packet.ssrc);
  const bool alone = !streams_.AnyHeard();
  ++packets_;
  bytes_ += packet.payload_bytes;
  Stream* stream = Find(packet.ssrc);
  if (stream) {
    stream->stamps = packet.stamps;
    stream->last_seen = now_;
    stream->heard = now_;
    stream->order = packets_;
    ++stream->packets;
    stream->bytes += packet.payload_bytes;
  }
  if (Measure(packet, stream, alone)) Report(now_);
  return Facts();
}

bool Estimator::Measure(const remb_packet& packet, Stream* stream, bool alone) {
  if (by_abs_send_time_) {
    std::optional<uint32_t> send_time;
    if (packet.stamps & REMB_STAMP_ABS_SEND_TIME) send_time = packet.abs_send_time;
    const bool report = abs_send_time_.OnPacket(now_, send_time, packet.payload_bytes, alone);
    incoming_bps_ = abs_send_time_.bitrate.Rate(now_).value_or(0);
    return report;
  }
  std::optional<uint32_t> timestamp;
  if (packet.stamps & REMB_STAMP_RTP_TIMESTAMP) {
    timestamp = packet.rtp_timestamp;
    if (packet.stamps & REMB_STAMP_TRANSMISSION_OFFSET &&
        config_.clock != REMB_CLOCK_RTP_TIMESTAMP) {
      *timestamp += static_cast<uint32_t>(packet.transmission_offset);
    }
  }
  const int32_t clock_rate = stream ? ClockRate(*stream) : config_.clock_rate_hz;
  const bool report =
      single_stream_.OnPacket(now_, stream, clock_rate, timestamp, packet.payload_bytes, streams_);
  incoming_bps_ = single_stream_.bitrate.Rate(now_).value_or(0);
  return report;
}

int32_t Estimator::OnRtpPacket(remb_packet packet) {
  const auto known = streams_.find(packet.ssrc);
  remb_stream stream = {};
  if (known != streams_.end()) stream = known->second.added.value_or(stream);
  uint32_t read = REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_SEQUENCE_NUMBER;
  if (Or(stream.abs_send_time_id, config_.abs_send_time_id) == testing::kAbsSendTimeId) {
    read |= packet.stamps & REMB_STAMP_ABS_SEND_TIME;
  }
  if (Or(stream.transmission_offset_id, config_.transmission_offset_id) ==
      testing::kTransmissionOffsetId) {
    read |= packet.stamps & REMB_STAMP_TRANSMISSION_OFFSET;
  }
  packet.stamps = read;
  return OnPacket(packet);
}

// With REMB_CLOCK_AUTO: abs-send-time from the first packet that has it; the RTP clock again after
// 30 in a row without. Each switch starts a fresh estimator.
void Estimator::ChooseClock(bool has_abs_send_time, uint32_t ssrc) {
  if (config_.clock != REMB_CLOCK_AUTO) return;
  packets_without_ = has_abs_send_time ? 0 : packets_without_ + 1;
  if (has_abs_send_time && !by_abs_send_time_) StartEstimator(true, ssrc);
  if (packets_without_ >= 30 && by_abs_send_time_) StartEstimator(false, ssrc);
}

void Estimator::Report(int64_t now) {
  ++reports_;
  last_report_ = now;
  reported_ = true;
}

void Estimator::Advance(int64_t now) {
  now_ = std::max(now_, now);
  if (by_abs_send_time_) return;
  single_stream_.RunUntil(now_, streams_, [this](int64_t at) { Report(at); });
}

int32_t Estimator::Facts() {
  const int64_t bps = Estimate();
  const bool due = bps > 0 && DueAt(bps) <= now_;
  const int32_t facts = (reported_ ? REMB_ESTIMATE_UPDATED : 0) | (due ? REMB_DUE : 0);
  reported_ = false;
  return facts;
}

// ---- What the caller knows

void Estimator::SetRtt(int64_t rtt) {
  rtt_ = rtt;
  abs_send_time_.rate.SetRtt(rtt);
  single_stream_.rate.SetRtt(rtt);
}

int32_t Estimator::SetMaxBitrate(int64_t bps) {
  const auto max = Or<int64_t>(bps, REMB_MAX_BITRATE_BPS);
  if (max < min_bps_) return REMB_ERR_ARGUMENT;
  max_bps_ = max;
  return Facts();
}

int32_t Estimator::SetMinBitrate(int64_t bps) {
  const auto min = Or<int64_t>(bps, 5'000);
  if (min > max_bps_) return REMB_ERR_ARGUMENT;
  min_bps_ = min;
  return Facts();
}

// ---- REMB

int32_t Estimator::Poll(int64_t now) {
  Advance(now);
  return Facts();
}

void Estimator::Sent(int64_t now, int64_t bps) {
  now_ = std::max(now_, now);
  schedule_.Sent(now_, bps);
}

}  // namespace remb::plain
