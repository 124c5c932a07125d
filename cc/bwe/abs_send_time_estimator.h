// The estimator for senders that stamp abs-send-time: all streams share one line of send times.
#ifndef CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_
#define CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_

#include <optional>

#include "cc/bwe/aimd_rate_control.h"
#include "cc/bwe/bitrate_tracker.h"
#include "cc/bwe/delay_detector.h"
#include "cc/bwe/probe_clusters.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/stream_table.h"

namespace remb::core {

// libwebrtc's RemoteBitrateEstimatorAbsSendTime.
class AbsSendTimeEstimator {
 public:
  AbsSendTimeEstimator() : delay_(DelayDetector::ForAbsSendTime()) {}

  // Takes a packet; one without abs-send-time counts in the bitrate alone. `config` is for an SSRC that
  // the table has dropped or had no place for. True if a report was made.
  bool OnPacket(const ReceivedPacket& packet, const StreamConfig& config, StreamTable& streams);

  AimdRateControl& rate_control() { return rate_control_; }
  const AimdRateControl& rate_control() const { return rate_control_; }
  const IncomingBitrate& incoming_bitrate() const { return incoming_bitrate_; }
  BandwidthUsage state() const { return delay_.state(); }
  DelaySignals signals() const { return delay_.signals(); }

 private:
  // True if a probe changed the rate.
  bool OnProbe(const ReceivedPacket& packet);
  bool UpdateIsDue(const ReceivedPacket& packet);

  IncomingBitrate incoming_bitrate_;
  ProbeClusters probe_clusters_;
  DelayDetector delay_;
  AimdRateControl rate_control_;
  std::optional<Timestamp> first_packet_;
  std::optional<Timestamp> last_report_;
};

}  // namespace remb::core

#endif  // CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_
