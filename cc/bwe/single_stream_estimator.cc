#include "cc/bwe/single_stream_estimator.h"

namespace remb::core {

bool SingleStreamEstimator::OnPacket(const ReceivedPacket& packet, Timestamp now,
                                     bool use_transmission_offset, Stream* stream,
                                     const StreamConfig& config, StreamTable& streams) {
  if (!stream) stream = streams.Add(packet.ssrc, config);
  if (stream) streams.OnPacket(*stream, packet, now);
  const TimestampMs arrival(packet.arrival);
  const TimestampMs now_ms(now);
  incoming_bitrate_.Update(packet.size, now_ms);
  if (!stream || !packet.has_rtp_timestamp()) return false;

  DelayDetector& detector = streams.Detector(*stream);
  const BandwidthUsage prior_state = stream->usage;
  uint32_t send_time = packet.rtp_timestamp;
  if (use_transmission_offset && packet.has_transmission_offset()) {
    send_time += static_cast<uint32_t>(packet.transmission_offset);
  }
  if (detector.OnPacket(send_time, arrival, now_ms, packet.size)) {
    signals_ = detector.signals();
    signals_.groups = ++groups_;  // over all streams
  }
  state_ = detector.state();
  streams.SetUsage(*stream, state_);
  if (state_ != BandwidthUsage::kOverusing) return false;

  const std::optional<DataRate> throughput = incoming_bitrate_.Rate(now_ms);
  if (!throughput) return false;
  if (prior_state == BandwidthUsage::kOverusing &&
      !rate_control_.TimeToReduceFurther(now, *throughput)) {
    return false;
  }
  return Update(now, streams);
}

std::optional<Timestamp> SingleStreamEstimator::RunPeriodicUpdates(Timestamp now,
                                                                   StreamTable& streams,
                                                                   int64_t& reports) {
  std::optional<Timestamp> last_report;
  while (next_update_ && *next_update_ <= now) {
    const Timestamp due = *next_update_;
    // An update made at once may have changed the interval meanwhile.
    if (due.ms() < (last_update_ + interval_).ms()) {
      next_update_ = last_update_ + interval_;
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
    next_update_ = last_update_ + interval_;
  }
  return last_report;
}

bool SingleStreamEstimator::Update(Timestamp now, StreamTable& streams) {
  streams.ExpireIdle(now);
  if (streams.alive_count() == 0) return false;
  // Of a copy, for to ask forgets what has left the window: latest() is that of the newest packet.
  BitrateTracker incoming_bitrate = incoming_bitrate_;
  rate_control_.Update(streams.WorstUsage(), incoming_bitrate.Rate(TimestampMs(now)), now);
  if (!rate_control_.ValidEstimate()) return false;
  interval_ = rate_control_.FeedbackInterval();
  return true;
}

}  // namespace remb::core
