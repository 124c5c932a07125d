// The estimator for senders that stamp abs-send-time: all streams share one line of send times.
#ifndef CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_
#define CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_

#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
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
  // With `partial` a great part of the packets may lack a send time: four far apart are no probe of
  // a link that carries more in between.
  explicit AbsSendTimeEstimator(bool partial = false)
      : delay_(DelayDetector::ForAbsSendTime()), partial_(partial) {}

  // Takes a packet, handled at `now`; without a send time it counts in the bitrate alone. `stream`
  // is the packet's as found in the table; `config` is for an SSRC that the table drops or had no
  // place for. True if a report was made.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnPacket(const ReceivedPacket& packet, bool has_send_time,
                                             Timestamp now, Stream* stream,
                                             const StreamConfig& config, StreamTable& streams) {
    const TimestampMs arrival(packet.arrival);
    incoming_bitrate_.OnPacket(packet.size, arrival);

    if (ABSL_PREDICT_TRUE(stream && !streams.OldestIsIdle(now))) {
      streams.OnPacket(*stream, packet, now);
    } else {
      ExpireAndCount(packet, now, config, streams);
    }

    bool update = now >= next_update_;
    if (has_send_time) {
      if (probing_) update |= OnProbe(packet, now);
      const TimestampMs now_ms = now == packet.arrival ? arrival : TimestampMs(now);
      delay_.OnPacket(packet.abs_send_time << kAbsSendTimeUpshift, arrival, now_ms, packet.size);
    }
    if (!update && delay_.state() == BandwidthUsage::kOverusing) {
      update = OveruseAsksForUpdate(packet, now);
    }
    return update && Update(packet, now);
  }

  // The next packet's send time has nothing to do with those before it.
  void StartNewTimeLine() { delay_.RestartGroups(); }

  AimdRateControl& rate_control() { return rate_control_; }
  const AimdRateControl& rate_control() const { return rate_control_; }
  const IncomingBitrate& incoming_bitrate() const { return incoming_bitrate_; }
  BandwidthUsage state() const { return delay_.state(); }
  DelaySignals signals() const { return delay_.signals(); }

 private:
  static constexpr int kAbsSendTimeUpshift = 8;

  void ExpireAndCount(const ReceivedPacket& packet, Timestamp now, const StreamConfig& config,
                      StreamTable& streams);
  // True if a probe changed the rate.
  bool OnProbe(const ReceivedPacket& packet, Timestamp now);
  bool OveruseAsksForUpdate(const ReceivedPacket& packet, Timestamp now);
  // Runs the rate control; true if that made a report.
  bool Update(const ReceivedPacket& packet, Timestamp now);

  // With many estimators a packet costs the cache lines it touches: what every packet needs comes
  // last, next to what BandwidthEstimator needs for it.
  ProbeClusters probe_clusters_;
  AimdRateControl rate_control_;
  std::optional<Timestamp> first_packet_;
  IncomingBitrate incoming_bitrate_;
  DelayDetector delay_;
  const bool partial_;
  bool probing_ = true;  // in the first seconds, and until there is a valid estimate
  // From here on an update is due. Before the first report: every packet is one.
  Timestamp next_update_ = Timestamp::Micros(0);
};

}  // namespace remb::core

#endif  // CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_
