// Collects packets into groups and compares each group with the one before.
#ifndef CC_BWE_INTER_ARRIVAL_H_
#define CC_BWE_INTER_ARRIVAL_H_

#include <cstdint>

#include "absl/base/attributes.h"
#include "cc/bwe/units.h"

namespace remb::core {

// A sender emits a frame as a burst, so single packets say little about the path. Packets sent
// within 5 ms of each other, or that a queue let go in one burst, form a group; what counts is how
// much later than it was sent a group arrives, next to the group before.
//
// Send times are 32-bit counters that wrap: abs-send-time shifted left by 8, or RTP timestamps.
class InterArrival {
 public:
  struct Deltas {
    uint32_t send_ticks = 0;  // between the newest timestamps of the two groups
    int64_t arrival_ms = 0;   // between their last arrivals
    int64_t size_bytes = 0;   // between their sizes
  };

  // `group_ticks`: the 5 ms in ticks; `ms_per_tick`: the length of a tick.
  InterArrival(uint32_t group_ticks, double ms_per_tick)
      : ms_per_tick_(ms_per_tick), group_ticks_(group_ticks) {}

  // Takes a packet that arrived at `arrival`, handled at `now`, if it was sent within the current
  // group's 5 ms.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Joins(uint32_t timestamp, TimestampMs arrival, TimestampMs now,
                                          DataSize size) {
    if (timestamp - current_.first_timestamp >= join_below_) return false;
    current_.Add(timestamp, arrival, now, size);
    return true;
  }
  // Takes one that did not join. True when it is the first of a third or later group: deltas() are
  // then those between the two groups before it.
  bool OnPacketBeyondGroup(uint32_t timestamp, TimestampMs arrival, TimestampMs now, DataSize size);
  // Takes any packet: both in one.
  bool OnPacket(uint32_t timestamp, TimestampMs arrival, TimestampMs now, DataSize size) {
    return !Joins(timestamp, arrival, now, size) &&
           OnPacketBeyondGroup(timestamp, arrival, now, size);
  }

  const Deltas& deltas() const { return deltas_; }
  double ms_per_tick() const { return ms_per_tick_; }

  void Reset();

 private:
  struct Group {
    uint32_t first_timestamp = 0;
    uint32_t timestamp = 0;  // the newest
    int64_t size_bytes = 0;
    TimestampMs first_arrival = TimestampMs::Millis(0);
    TimestampMs last_arrival = TimestampMs::Millis(0);
    TimestampMs last_system_time = TimestampMs::Millis(0);

    // Of a timestamp that is less than half a range behind the first one, as the newest is: the two
    // are not exactly half a range apart, where the larger number would count as the newer.
    void Add(uint32_t packet_timestamp, TimestampMs arrival, TimestampMs now, DataSize size) {
      if (static_cast<int32_t>(packet_timestamp - timestamp) > 0) timestamp = packet_timestamp;
      size_bytes += size.bytes();
      last_arrival = arrival;
      last_system_time = now;
    }
  };

  static constexpr uint32_t kHalfRange = 0x80000000;
  // libwebrtc modules/remote_bitrate_estimator/inter_arrival.cc.
  static constexpr int64_t kBurstDeltaThresholdMs = 5;
  static constexpr int64_t kMaxBurstDurationMs = 100;
  static constexpr int64_t kArrivalTimeOffsetThresholdMs = 3000;
  static constexpr int kReorderedResetThreshold = 3;

  bool BelongsToBurst(uint32_t timestamp, TimestampMs arrival) const;

  // What only a new group needs comes first, what every packet needs last: next to the detector's
  // state, which every packet needs too.
  Deltas deltas_;
  double ms_per_tick_;
  // Of the group before, what is needed.
  int64_t previous_size_bytes_ = 0;
  TimestampMs previous_arrival_ = TimestampMs::Millis(0);
  TimestampMs previous_system_time_ = TimestampMs::Millis(0);
  uint32_t previous_timestamp_ = 0;
  int reordered_groups_in_a_row_ = 0;
  uint32_t group_ticks_;
  bool has_previous_ = false;
  // Ticks after the group's first timestamp; 0: there is no group.
  uint32_t join_below_ = 0;
  Group current_;
};

// Packets that a queue on the way held and then let go together: they come faster than they were
// sent.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool InterArrival::BelongsToBurst(uint32_t timestamp,
                                                                      TimestampMs arrival) const {
  const int64_t arrival_delta = arrival.ms() - current_.last_arrival.ms();
  // Unsigned on purpose: a packet behind the newest one has an enormous send delta.
  const uint32_t send_ticks = timestamp - current_.timestamp;
  const auto send_delta = static_cast<int64_t>(ms_per_tick_ * send_ticks + 0.5);
  if (send_delta == 0) return true;
  return arrival_delta - send_delta < 0 && arrival_delta <= kBurstDeltaThresholdMs &&
         arrival.ms() - current_.first_arrival.ms() < kMaxBurstDurationMs;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool InterArrival::OnPacketBeyondGroup(uint32_t timestamp,
                                                                           TimestampMs arrival,
                                                                           TimestampMs now,
                                                                           DataSize size) {
  bool compared = false;
  if (join_below_ != 0) {
    if (timestamp - current_.first_timestamp >= kHalfRange) return false;  // from an older group
    if (BelongsToBurst(timestamp, arrival)) {
      current_.Add(timestamp, arrival, now, size);
      return false;
    }
    if (has_previous_) {
      const int64_t arrival_delta = current_.last_arrival.ms() - previous_arrival_.ms();
      const int64_t system_delta = current_.last_system_time.ms() - previous_system_time_.ms();
      if (arrival_delta - system_delta >= kArrivalTimeOffsetThresholdMs) {
        Reset();  // arrival stamps jumped against the system's clock
        return false;
      }
      if (arrival_delta < 0) {
        if (++reordered_groups_in_a_row_ >= kReorderedResetThreshold) Reset();
        return false;
      }
      reordered_groups_in_a_row_ = 0;
      deltas_ = {.send_ticks = current_.timestamp - previous_timestamp_,
                 .arrival_ms = arrival_delta,
                 .size_bytes = current_.size_bytes - previous_size_bytes_};
      compared = true;
    } else {
      has_previous_ = true;
    }
    previous_timestamp_ = current_.timestamp;
    previous_size_bytes_ = current_.size_bytes;
    previous_arrival_ = current_.last_arrival;
    previous_system_time_ = current_.last_system_time;
  } else {
    join_below_ = group_ticks_ + 1;
  }
  current_ = {.first_timestamp = timestamp,
              .timestamp = timestamp,
              .size_bytes = size.bytes(),
              .first_arrival = arrival,
              .last_arrival = arrival,
              .last_system_time = now};
  return compared;
}

inline void InterArrival::Reset() {
  reordered_groups_in_a_row_ = 0;
  join_below_ = 0;
  has_previous_ = false;
}

}  // namespace remb::core

#endif  // CC_BWE_INTER_ARRIVAL_H_
