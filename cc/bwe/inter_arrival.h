// Collects packets into groups and compares each group with the one before.
#ifndef CC_BWE_INTER_ARRIVAL_H_
#define CC_BWE_INTER_ARRIVAL_H_

#include <cstdint>

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

  // Takes a packet that arrived at `arrival`, handled at `now`. True when it is the first of a
  // third or later group: deltas() are then those between the two groups before it.
  bool OnPacket(uint32_t timestamp, TimestampMs arrival, TimestampMs now, DataSize size) {
    if (has_current_ && timestamp - current_.first_timestamp <= group_ticks_) {
      current_.Add(timestamp, arrival, now, size);
      return false;
    }
    return OnPacketBeyondGroup(timestamp, arrival, now, size);
  }

  const Deltas& deltas() const { return deltas_; }

  void Reset();

 private:
  struct Group {
    uint32_t first_timestamp = 0;
    uint32_t timestamp = 0;  // the newest
    int64_t size_bytes = 0;
    TimestampMs first_arrival = TimestampMs::Millis(0);
    TimestampMs last_arrival = TimestampMs::Millis(0);
    TimestampMs last_system_time = TimestampMs::Millis(0);

    void Add(uint32_t packet_timestamp, TimestampMs arrival, TimestampMs now, DataSize size) {
      if (IsNewer(packet_timestamp, timestamp)) timestamp = packet_timestamp;
      size_bytes += size.bytes();
      last_arrival = arrival;
      last_system_time = now;
    }
  };

  static constexpr uint32_t kHalfRange = 0x80000000;

  // Of two wrapping timestamps exactly half a range apart the larger number counts as the newer.
  static constexpr bool IsNewer(uint32_t timestamp, uint32_t than) {
    const uint32_t ahead = timestamp - than;
    if (ahead == kHalfRange) return timestamp > than;
    return ahead != 0 && ahead < kHalfRange;
  }

  bool OnPacketBeyondGroup(uint32_t timestamp, TimestampMs arrival, TimestampMs now, DataSize size);
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
  bool has_current_ = false;
  Group current_;
};

}  // namespace remb::core

#endif  // CC_BWE_INTER_ARRIVAL_H_
