#include "cc/bwe/abs_send_time_estimator.h"

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/remote_bitrate_estimator_abs_send_time.cc.
constexpr TimeDelta kInitialProbingInterval = TimeDelta::Seconds(2);

}  // namespace

void AbsSendTimeEstimator::ExpireAndCount(const ReceivedPacket& packet, Timestamp now,
                                          const StreamConfig& config, StreamTable& streams) {
  Stream* stream = streams.Find(packet.ssrc);
  streams.ExpireIdle(now, stream);
  if (streams.alive_count() == 0) delay_.ResetFilter();
  if (!stream) stream = streams.Add(packet.ssrc, config);
  if (stream) streams.OnPacket(*stream, packet, now);
}

bool AbsSendTimeEstimator::OnProbe(const ReceivedPacket& packet, Timestamp now) {
  if (!first_packet_) first_packet_ = now;
  std::optional<DataRate> estimate;
  if (rate_control_.ValidEstimate()) {
    estimate = rate_control_.LatestEstimate();
    probing_ = now - *first_packet_ < kInitialProbingInterval;
  }
  if (!probing_ || packet.size <= ProbeClusters::kMinPacketSize) return false;
  const std::optional<DataRate> probe =
      probe_clusters_.OnPacket(packet.abs_send_time, packet.arrival, packet.size, estimate);
  if (!probe) return false;
  if (partial_ && incoming_bitrate_.Rate(TimestampMs(packet.arrival)) > probe) return false;
  rate_control_.SetEstimate(*probe, now);
  return true;
}

bool AbsSendTimeEstimator::OveruseAsksForUpdate(const ReceivedPacket& packet, Timestamp now) {
  const std::optional<DataRate> throughput = incoming_bitrate_.Rate(TimestampMs(packet.arrival));
  return throughput && rate_control_.TimeToReduceFurther(now, *throughput);
}

bool AbsSendTimeEstimator::Update(const ReceivedPacket& packet, Timestamp now) {
  rate_control_.Update(delay_.state(), incoming_bitrate_.Rate(TimestampMs(packet.arrival)), now);
  if (!rate_control_.ValidEstimate()) return false;
  // libwebrtc compares whole milliseconds, strictly; this is the first microsecond for which that
  // holds.
  const int64_t interval_ms = rate_control_.FeedbackInterval().ms();
  next_update_ = Timestamp::Millis(now.ms() + interval_ms) + TimeDelta::Micros(500);
  return true;
}

}  // namespace remb::core
