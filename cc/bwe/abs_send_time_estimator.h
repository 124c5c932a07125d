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
  // is the packet's, nullptr if the table has none; `config` is for one that it had no place for
  // and may have now. True if a report was made.
  bool OnPacket(const ReceivedPacket& packet, bool has_send_time, Timestamp now, Stream* stream,
                const StreamConfig& config, StreamTable& streams);

  // Its first part: ends the life of idle streams, and adds the packet's if there is none; nullptr
  // if the table is full. To be called if the oldest stream is idle.
  Stream* ExpireAndAdd(uint32_t ssrc, Timestamp now, Stream* stream, const StreamConfig& config,
                       StreamTable& streams);

  // The same in steps for a packet that the table has counted, where no stream is idle. Most
  // packets need only the first one, as they join their group. What does not calls OnGroup, which
  // gives whether there is over-use. Then UpdateAfter is called if there is, or at a time that is
  // not before QuietUntil; it gives what OnPacket does.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Count(uint32_t abs_send_time, DataSize size,
                                          TimestampMs arrival) {
    incoming_bitrate_.Update(size, arrival);
    return delay_.JoinsGroup(abs_send_time << kAbsSendTimeUpshift, arrival, arrival, size);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnGroup(uint32_t abs_send_time, DataSize size,
                                            TimestampMs arrival) {
    delay_.OnPacketBeyondGroup(abs_send_time << kAbsSendTimeUpshift, arrival, arrival, size);
    return delay_.state() == BandwidthUsage::kOverusing;
  }
  bool UpdateAfter(uint32_t abs_send_time, DataSize size, Timestamp now, TimestampMs now_ms) {
    bool update = now >= next_update_;
    if (probing_) update |= OnProbe(abs_send_time, now, size, now);
    return UpdateIf(update, now_ms, now);
  }
  Timestamp QuietUntil() const {
    const bool quiet = !probing_ && delay_.state() != BandwidthUsage::kOverusing;
    return quiet ? next_update_ : Timestamp::Micros(0);
  }

  // The next packet's send time has nothing to do with those before it.
  void StartNewTimeLine() { delay_.RestartGroups(); }

  AimdRateControl& rate_control() { return rate_control_; }
  const AimdRateControl& rate_control() const { return rate_control_; }
  const BitrateTracker& incoming_bitrate() const { return incoming_bitrate_; }
  BandwidthUsage state() const { return delay_.state(); }
  DelaySignals signals() const { return delay_.signals(); }

 private:
  static constexpr int kAbsSendTimeUpshift = 8;

  // True if a probe changed the rate.
  bool OnProbe(uint32_t abs_send_time, Timestamp arrival, DataSize size, Timestamp now);
  // An update if it is due, or if over-use asks for one.
  bool UpdateIf(bool due, TimestampMs arrival, Timestamp now) {
    if (!due && ABSL_PREDICT_FALSE(delay_.state() == BandwidthUsage::kOverusing)) {
      due = OveruseAsksForUpdate(arrival, now);
    }
    return ABSL_PREDICT_FALSE(due) && Update(arrival, now);
  }
  bool OveruseAsksForUpdate(TimestampMs arrival, Timestamp now);
  // Runs the rate control; true if that made a report.
  bool Update(TimestampMs arrival, Timestamp now);

  // With many estimators a packet costs the cache lines it touches: what every packet needs comes
  // last, next to what BandwidthEstimator needs for it.
  ProbeClusters probe_clusters_;
  AimdRateControl rate_control_;
  std::optional<Timestamp> first_packet_;
  BitrateTracker incoming_bitrate_;
  DelayDetector delay_;
  const bool partial_;
  bool probing_ = true;  // in the first seconds, and until there is a valid estimate
  // From here on an update is due. Before the first report: every packet is one.
  Timestamp next_update_ = Timestamp::Micros(0);
};

}  // namespace remb::core

#endif  // CC_BWE_ABS_SEND_TIME_ESTIMATOR_H_
