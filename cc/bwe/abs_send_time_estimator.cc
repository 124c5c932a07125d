#include "cc/bwe/abs_send_time_estimator.h"

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/remote_bitrate_estimator_abs_send_time.cc.
constexpr TimeDelta kInitialProbingInterval = TimeDelta::Seconds(2);

}  // namespace

bool AbsSendTimeEstimator::OnPacket(const ReceivedPacket& packet, bool has_send_time, Timestamp now,
                                    Stream* stream, const StreamConfig& config,
                                    StreamTable& streams) {
  if (streams.OldestIsIdle(now)) {
    stream = ExpireAndAdd(packet.ssrc, now, stream, config, streams);
  } else if (!stream) {
    stream = streams.Add(packet.ssrc, config);
  }
  if (stream) streams.OnPacket(*stream, packet, now);
  const TimestampMs arrival(packet.arrival);
  incoming_bitrate_.Update(packet.size, arrival);
  bool update = now >= next_update_;
  if (has_send_time) {
    if (probing_) update |= OnProbe(packet.abs_send_time, packet.arrival, packet.size, now);
    delay_.OnPacket(packet.abs_send_time << kAbsSendTimeUpshift, arrival, TimestampMs(now),
                    packet.size);
  }
  return UpdateIf(update, arrival, now);
}

Stream* AbsSendTimeEstimator::ExpireAndAdd(uint32_t ssrc, Timestamp now, Stream* stream,
                                           const StreamConfig& config, StreamTable& streams) {
  stream = streams.ExpireAndAdd(ssrc, now, stream, config);
  if (streams.alive_count() == 0) delay_.ResetFilter();
  return stream;
}

bool AbsSendTimeEstimator::OnProbe(uint32_t abs_send_time, Timestamp arrival, DataSize size,
                                   Timestamp now) {
  if (!first_packet_) first_packet_ = now;
  std::optional<DataRate> estimate;
  if (rate_control_.ValidEstimate()) {
    estimate = rate_control_.LatestEstimate();
    probing_ = now - *first_packet_ < kInitialProbingInterval;
  }
  if (!probing_ || size <= ProbeClusters::kMinPacketSize) return false;
  const std::optional<DataRate> probe =
      probe_clusters_.OnPacket(abs_send_time, arrival, size, estimate);
  if (!probe) return false;
  if (partial_ && incoming_bitrate_.Rate(TimestampMs(arrival)) > probe) return false;
  rate_control_.SetEstimate(*probe, now);
  return true;
}

bool AbsSendTimeEstimator::OveruseAsksForUpdate(TimestampMs arrival, Timestamp now) {
  const std::optional<DataRate> throughput = incoming_bitrate_.Rate(arrival);
  return throughput && rate_control_.TimeToReduceFurther(now, *throughput);
}

bool AbsSendTimeEstimator::Update(TimestampMs arrival, Timestamp now) {
  rate_control_.Update(delay_.state(), incoming_bitrate_.Rate(arrival), now);
  if (!rate_control_.ValidEstimate()) return false;
  // libwebrtc compares whole milliseconds, strictly; this is the first microsecond for which that
  // holds.
  const int64_t interval_ms = rate_control_.FeedbackInterval().ms();
  next_update_ = Timestamp::Millis(now.ms() + interval_ms) + TimeDelta::Micros(500);
  return true;
}

}  // namespace remb::core
