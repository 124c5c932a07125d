#include "cc/bwe/abs_send_time_estimator.h"

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/remote_bitrate_estimator_abs_send_time.cc.
constexpr TimeDelta kInitialProbingInterval = TimeDelta::Seconds(2);
constexpr int kAbsSendTimeUpshift = 8;

}  // namespace

bool AbsSendTimeEstimator::OnPacket(const ReceivedPacket& packet, const StreamConfig& config,
                                    StreamTable& streams) {
  incoming_bitrate_.OnPacket(packet.size, packet.arrival);

  if (!first_packet_) first_packet_ = packet.now;
  streams.ExpireIdle(packet.now);
  if (streams.alive_count() == 0) delay_.ResetFilter();
  Stream* stream = streams.Find(packet.ssrc);
  if (!stream) stream = streams.Add(packet.ssrc, config);
  if (stream) streams.Touch(*stream, packet.now);

  bool update = false;
  if (packet.has_abs_send_time) {
    update = OnProbe(packet);
    delay_.OnPacket(packet.abs_send_time << kAbsSendTimeUpshift, packet.arrival, packet.now,
                    packet.size);
  }
  if (!update && !UpdateIsDue(packet)) return false;

  rate_control_.Update(delay_.state(), incoming_bitrate_.Rate(packet.arrival), packet.now);
  if (!rate_control_.ValidEstimate()) return false;
  last_report_ = packet.now;
  return true;
}

bool AbsSendTimeEstimator::OnProbe(const ReceivedPacket& packet) {
  const bool valid = rate_control_.ValidEstimate();
  if (valid && packet.now - *first_packet_ >= kInitialProbingInterval) return false;
  if (packet.size <= ProbeClusters::kMinPacketSize) return false;
  std::optional<DataRate> estimate;
  if (valid) estimate = rate_control_.LatestEstimate();
  const std::optional<DataRate> probe = probe_clusters_.OnPacket(
      packet.abs_send_time, packet.arrival, packet.size, estimate);
  if (!probe) return false;
  rate_control_.SetEstimate(*probe, packet.now);
  return true;
}

bool AbsSendTimeEstimator::UpdateIsDue(const ReceivedPacket& packet) {
  if (!last_report_ ||
      packet.now.ms() - last_report_->ms() > rate_control_.FeedbackInterval().ms()) {
    return true;
  }
  if (delay_.state() != BandwidthUsage::kOverusing) return false;
  const std::optional<DataRate> throughput = incoming_bitrate_.Rate(packet.arrival);
  return throughput && rate_control_.TimeToReduceFurther(packet.now, *throughput);
}

}  // namespace remb::core
