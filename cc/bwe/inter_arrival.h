// Collects packets into groups and compares each group with the one before.
#ifndef CC_BWE_INTER_ARRIVAL_H_
#define CC_BWE_INTER_ARRIVAL_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// A sender emits a frame as a burst, so single packets say little about the path. Packets sent within
// 5 ms of each other, or that a queue let go in one burst, form a group; what counts is how much later
// than it was sent a group arrives, next to the group before.
//
// Send times are 32-bit counters that wrap: abs-send-time shifted left by 8, or RTP timestamps.
class InterArrival {
 public:
  struct Deltas {
    uint32_t send_ticks;  // between the newest timestamps of the two groups
    int64_t arrival_ms;   // between their last arrivals
    int64_t size_bytes;   // between their sizes
  };

  // `group_ticks`: the 5 ms in ticks; `ms_per_tick`: the length of a tick.
  InterArrival(uint32_t group_ticks, double ms_per_tick)
      : group_ticks_(group_ticks), ms_per_tick_(ms_per_tick) {}

  // Takes a packet that arrived at `arrival`, handled at `now`. Gives deltas when the packet is the
  // first of a third or later group: those between the two groups before it.
  std::optional<Deltas> OnPacket(uint32_t timestamp, Timestamp arrival, Timestamp now, DataSize size);

  void Reset();

 private:
  struct Group {
    uint32_t first_timestamp;
    uint32_t timestamp;  // the newest
    int64_t first_arrival_ms;
    int64_t last_arrival_ms;
    int64_t last_system_ms;
    int64_t size_bytes;
  };

  bool BelongsToGroup(uint32_t timestamp, int64_t arrival_ms) const;
  bool BelongsToBurst(uint32_t timestamp, int64_t arrival_ms) const;

  uint32_t group_ticks_;
  int reordered_groups_in_a_row_ = 0;
  double ms_per_tick_;
  bool has_current_ = false;
  bool has_previous_ = false;
  Group current_;
  Group previous_;
};

}  // namespace remb::core

#endif  // CC_BWE_INTER_ARRIVAL_H_
