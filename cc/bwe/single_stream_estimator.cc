#include "cc/bwe/single_stream_estimator.h"

namespace remb::core {

bool SingleStreamEstimator::OnPacket(const ReceivedPacket& packet, const StreamConfig& config,
                                     StreamTable& streams) {
  Stream* stream = streams.Find(packet.ssrc);
  if (!stream) stream = streams.Add(packet.ssrc, config);
  if (stream) streams.Touch(*stream, packet.now);
  incoming_bitrate_.OnPacket(packet.size, packet.now);
  if (!stream || !packet.has_rtp_timestamp) return false;

  DelayDetector& detector = streams.Detector(*stream);
  const BandwidthUsage prior_state = stream->usage;
  if (detector.OnPacket(packet.rtp_timestamp, packet.arrival, packet.now, packet.size)) {
    signals_ = detector.signals();
    signals_.groups = ++groups_;  // over all streams
  }
  state_ = detector.state();
  streams.SetUsage(*stream, state_);
  if (state_ != BandwidthUsage::kOverusing) return false;

  const std::optional<DataRate> throughput = incoming_bitrate_.Rate(packet.now);
  if (!throughput) return false;
  if (prior_state == BandwidthUsage::kOverusing &&
      !rate_control_.TimeToReduceFurther(packet.now, *throughput)) {
    return false;
  }
  return Update(packet.now, streams);
}

std::optional<Timestamp> SingleStreamEstimator::RunPeriodicUpdates(Timestamp now,
                                                                   StreamTable& streams,
                                                                   int64_t& reports) {
  std::optional<Timestamp> last_report;
  if (!next_update_) next_update_ = now;  // the first packet
  while (*next_update_ <= now) {
    const Timestamp due = *next_update_;
    // An update made at once may have changed the interval meanwhile.
    if (last_update_ && due.ms() < (*last_update_ + interval_).ms()) {
      next_update_ = *last_update_ + interval_;
      continue;
    }
    last_update_ = due;
    if (Update(due, streams)) {
      last_report = due;
      ++reports;
    } else if (streams.alive_count() == 0) {
      // Nothing happens until the next packet: on to the last due time before now.
      const int64_t skipped = (now - due).us() / interval_.us();
      last_update_ = due + TimeDelta::Micros(skipped * interval_.us());
    }
    next_update_ = *last_update_ + interval_;
  }
  return last_report;
}

bool SingleStreamEstimator::Update(Timestamp now, StreamTable& streams) {
  streams.ExpireIdle(now);
  if (streams.alive_count() == 0) return false;
  rate_control_.Update(streams.WorstUsage(), incoming_bitrate_.Rate(now), now);
  if (!rate_control_.ValidEstimate()) return false;
  interval_ = rate_control_.FeedbackInterval();
  return true;
}

}  // namespace remb::core
