// The delay-based part for one line of send times: groups, filter and detector.
#ifndef CC_BWE_DELAY_DETECTOR_H_
#define CC_BWE_DELAY_DETECTOR_H_

#include <cstdint>

#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/inter_arrival.h"
#include "cc/bwe/overuse_detector.h"
#include "cc/bwe/overuse_estimator.h"
#include "cc/bwe/units.h"

namespace remb::core {

// What there is to see inside, after the newest packet group.
struct DelaySignals {
  int64_t groups = 0;
  double send_delta_ms = 0;
  double arrival_delta_ms = 0;
  double size_delta_bytes = 0;
  double offset_ms = 0;
  double modified_offset_ms = 0;
  double threshold_ms = 0;
  double noise_variance_ms2 = 0;
};

class DelayDetector {
 public:
  // What send times are counted in.
  struct Ticks {
    uint32_t per_group;
    double ms_per_tick;
  };
  // Of abs-send-time shifted left by 8, so that 32-bit arithmetic wraps where it does.
  static Ticks ForAbsSendTime();
  // Of RTP timestamps.
  static Ticks ForRtpTimestamps(int clock_rate_hz);

  explicit DelayDetector(Ticks ticks) : inter_arrival_(ticks.per_group, ticks.ms_per_tick) {}

  // Takes a packet if it was sent with the current group; that changes no state.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool JoinsGroup(uint32_t timestamp, TimestampMs arrival,
                                               TimestampMs now, DataSize size) {
    return inter_arrival_.Joins(timestamp, arrival, now, size);
  }
  // Takes one that was not; true if it completed a group and so may have changed the state.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnPacketBeyondGroup(uint32_t timestamp, TimestampMs arrival,
                                                        TimestampMs now, DataSize size) {
    if (!inter_arrival_.OnPacketBeyondGroup(timestamp, arrival, now, size)) return false;
    ++groups_;
    const InterArrival::Deltas& deltas = inter_arrival_.deltas();
    const double send_delta_ms = deltas.send_ticks * inter_arrival_.ms_per_tick();
    const FramePeriod frame_period = {.ticks = frame_periods_.Add(deltas.send_ticks),
                                      .ms_per_tick = inter_arrival_.ms_per_tick()};
    estimator_.Update(static_cast<double>(deltas.arrival_ms), send_delta_ms,
                      static_cast<double>(deltas.size_bytes), frame_period, detector_.state());
    detector_.Detect(estimator_.offset(), send_delta_ms, estimator_.num_deltas(), now);
    return true;
  }
  // Takes any packet: both in one.
  bool OnPacket(uint32_t timestamp, TimestampMs arrival, TimestampMs now, DataSize size) {
    return !JoinsGroup(timestamp, arrival, now, size) &&
           OnPacketBeyondGroup(timestamp, arrival, now, size);
  }

  // Forgets the groups alone.
  void RestartGroups() { inter_arrival_.Reset(); }
  // Forgets groups and filter; the detector, with its state and threshold, stays as it is.
  void ResetFilter();

  BandwidthUsage state() const { return detector_.state(); }
  DelaySignals signals() const;

 private:
  // In this order, what every packet needs is together: the end of inter_arrival_ and the detector.
  FramePeriodWindow frame_periods_;
  OveruseEstimator estimator_;
  int64_t groups_ = 0;
  InterArrival inter_arrival_;
  OveruseDetector detector_;
};

}  // namespace remb::core

#endif  // CC_BWE_DELAY_DETECTOR_H_
