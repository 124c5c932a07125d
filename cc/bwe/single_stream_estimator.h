// The estimator for senders without abs-send-time: each stream has its own line of send times, its
// RTP timestamps plus the transmission offset.
#ifndef CC_BWE_SINGLE_STREAM_ESTIMATOR_H_
#define CC_BWE_SINGLE_STREAM_ESTIMATOR_H_

#include <optional>

#include "cc/bwe/aimd_rate_control.h"
#include "cc/bwe/bitrate_tracker.h"
#include "cc/bwe/delay_detector.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/stream_table.h"

namespace remb::core {

// libwebrtc's RemoteBitrateEstimatorSingleStream. It reports periodically, besides at once on
// over-use.
class SingleStreamEstimator {
 public:
  // The periodic updates count from the first packet.
  void Start(Timestamp first_packet) {
    if (!next_update_) {
      last_update_ = first_packet;
      next_update_ = first_packet + interval_;
    }
  }
  // Takes a packet, handled at `now`; one without RTP timestamp counts in the bitrate alone.
  // `stream` is the packet's, nullptr if the table has none; `config` is for one that it has
  // dropped or had no place for. The table must have room for its detector. True if a report was
  // made.
  bool OnPacket(const ReceivedPacket& packet, Timestamp now, bool use_transmission_offset,
                Stream* stream, const StreamConfig& config, StreamTable& streams);

  // Runs the periodic updates due by `now`, each at its due time. Gives the time of the last report
  // made, if any, and adds their number to `reports`.
  std::optional<Timestamp> RunPeriodicUpdates(Timestamp now, StreamTable& streams,
                                              int64_t& reports);
  // An update out of turn, as over-use makes one; it may change the interval, but not the time that
  // counts from. True if a report was made.
  bool Update(Timestamp now, StreamTable& streams);
  // When the next one is due; none before the first packet.
  std::optional<Timestamp> next_update() const { return next_update_; }

  AimdRateControl& rate_control() { return rate_control_; }
  const AimdRateControl& rate_control() const { return rate_control_; }
  const BitrateTracker& incoming_bitrate() const { return incoming_bitrate_; }
  // Of the stream heard last.
  BandwidthUsage state() const { return state_; }
  DelaySignals signals() const { return signals_; }

 private:
  BitrateTracker incoming_bitrate_;
  AimdRateControl rate_control_;
  TimeDelta interval_ = TimeDelta::Millis(500);  // libwebrtc: kProcessIntervalMs, before a report
  Timestamp last_update_ = Timestamp::Micros(0);
  std::optional<Timestamp> next_update_;
  BandwidthUsage state_ = BandwidthUsage::kNormal;
  int64_t groups_ = 0;
  DelaySignals signals_;
};

}  // namespace remb::core

#endif  // CC_BWE_SINGLE_STREAM_ESTIMATOR_H_
