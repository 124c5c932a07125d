// Packets to groups, and groups to deltas: docs/algorithm.md, "Groups".
//
// Arrival times here never go back (remb.h, TIME) and are the system's times as well, so what that
// section says of arrival times that jump or go back has nothing to act on.
#ifndef CC_TESTING_PLAIN_PACKET_GROUPS_H_
#define CC_TESTING_PLAIN_PACKET_GROUPS_H_

#include <cstdint>
#include <optional>

#include "cc/testing/plain/units.h"

namespace remb::plain {

// From one group to the next.
struct Deltas {
  double send_ms;
  int64_t arrival_ms;
  int64_t bytes;
};

class PacketGroups {
 public:
  // Send times are 32-bit counts of ticks, which wrap.
  PacketGroups(uint32_t ticks_in_5_ms, double ms_per_tick)
      : ticks_in_5_ms_(ticks_in_5_ms), ms_per_tick_(ms_per_tick) {}

  std::optional<Deltas> Add(uint32_t send_ticks, int64_t arrival, int64_t bytes) {
    const int64_t arrival_ms = Ms(arrival);
    if (!current_) {
      current_ = Group{send_ticks, send_ticks, arrival_ms, arrival_ms, bytes};
      return std::nullopt;
    }
    if (Behind(send_ticks, current_->first_send)) return std::nullopt;
    if (Joins(send_ticks, arrival_ms)) {
      if (!Behind(send_ticks, current_->latest_send)) current_->latest_send = send_ticks;
      current_->last_arrival_ms = arrival_ms;
      current_->bytes += bytes;
      return std::nullopt;
    }
    std::optional<Deltas> deltas;
    if (previous_) {
      deltas = {
          .send_ms = (current_->latest_send - previous_->latest_send) * ms_per_tick_,
          .arrival_ms = current_->last_arrival_ms - previous_->last_arrival_ms,
          .bytes = current_->bytes - previous_->bytes,
      };
    }
    previous_ = current_;
    current_ = Group{send_ticks, send_ticks, arrival_ms, arrival_ms, bytes};
    return deltas;
  }

 private:
  struct Group {
    uint32_t first_send;
    uint32_t latest_send;
    int64_t first_arrival_ms;
    int64_t last_arrival_ms;
    int64_t bytes;
  };

  static bool Behind(uint32_t a, uint32_t b) { return a - b >= 0x8000'0000u; }

  // Sent within 5 ms of the group's first, or together with its latest, or let go by a queue in
  // one burst with it. A packet that was sent before the latest has an enormous send delta.
  bool Joins(uint32_t send_ticks, int64_t arrival_ms) const {
    if (send_ticks - current_->first_send <= ticks_in_5_ms_) return true;
    const auto send_ms =
        static_cast<int64_t>((send_ticks - current_->latest_send) * ms_per_tick_ + 0.5);
    const int64_t gap_ms = arrival_ms - current_->last_arrival_ms;
    return send_ms == 0 ||
           (gap_ms < send_ms && gap_ms <= 5 && arrival_ms - current_->first_arrival_ms < 100);
  }

  uint32_t ticks_in_5_ms_;
  double ms_per_tick_;
  std::optional<Group> current_;
  std::optional<Group> previous_;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_PACKET_GROUPS_H_
