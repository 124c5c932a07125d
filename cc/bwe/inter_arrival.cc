#include "cc/bwe/inter_arrival.h"

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/inter_arrival.cc.
constexpr int64_t kBurstDeltaThresholdMs = 5;
constexpr int64_t kMaxBurstDurationMs = 100;
constexpr int64_t kArrivalTimeOffsetThresholdMs = 3000;
constexpr int kReorderedResetThreshold = 3;

constexpr uint32_t kHalfRange = 0x80000000;

// Of two wrapping timestamps exactly half a range apart the larger number counts as the newer.
constexpr bool IsNewer(uint32_t timestamp, uint32_t than) {
  const uint32_t ahead = timestamp - than;
  if (ahead == kHalfRange) return timestamp > than;
  return ahead != 0 && ahead < kHalfRange;
}

}  // namespace

std::optional<InterArrival::Deltas> InterArrival::OnPacket(uint32_t timestamp, Timestamp arrival,
                                                           Timestamp now, DataSize size) {
  const int64_t arrival_ms = arrival.ms();
  const int64_t system_ms = arrival == now ? arrival_ms : now.ms();

  std::optional<Deltas> deltas;
  bool opens_group = !has_current_;
  if (has_current_) {
    if (timestamp - current_.first_timestamp >= kHalfRange) return std::nullopt;  // from an older group
    if (BelongsToGroup(timestamp, arrival_ms)) {
      if (IsNewer(timestamp, current_.timestamp)) current_.timestamp = timestamp;
    } else {
      if (has_previous_) {
        const int64_t arrival_delta = current_.last_arrival_ms - previous_.last_arrival_ms;
        const int64_t system_delta = current_.last_system_ms - previous_.last_system_ms;
        if (arrival_delta - system_delta >= kArrivalTimeOffsetThresholdMs) {
          Reset();  // arrival stamps jumped against the system's clock
          return std::nullopt;
        }
        if (arrival_delta < 0) {
          if (++reordered_groups_in_a_row_ >= kReorderedResetThreshold) Reset();
          return std::nullopt;
        }
        reordered_groups_in_a_row_ = 0;
        deltas = Deltas{.send_ticks = current_.timestamp - previous_.timestamp,
                        .arrival_ms = arrival_delta,
                        .size_bytes = current_.size_bytes - previous_.size_bytes};
      }
      previous_ = current_;
      has_previous_ = true;
      opens_group = true;
    }
  }
  if (opens_group) {
    has_current_ = true;
    current_.first_timestamp = timestamp;
    current_.timestamp = timestamp;
    current_.first_arrival_ms = arrival_ms;
    current_.size_bytes = 0;
  }
  current_.size_bytes += size.bytes();
  current_.last_arrival_ms = arrival_ms;
  current_.last_system_ms = system_ms;
  return deltas;
}

void InterArrival::Reset() {
  reordered_groups_in_a_row_ = 0;
  has_current_ = false;
  has_previous_ = false;
}

bool InterArrival::BelongsToGroup(uint32_t timestamp, int64_t arrival_ms) const {
  return timestamp - current_.first_timestamp <= group_ticks_ || BelongsToBurst(timestamp, arrival_ms);
}

// Packets that a queue on the way held and then let go together: they come faster than they were sent.
bool InterArrival::BelongsToBurst(uint32_t timestamp, int64_t arrival_ms) const {
  const int64_t arrival_delta = arrival_ms - current_.last_arrival_ms;
  // Unsigned on purpose: a packet behind the newest one has an enormous send delta.
  const uint32_t send_ticks = timestamp - current_.timestamp;
  const int64_t send_delta = static_cast<int64_t>(ms_per_tick_ * send_ticks + 0.5);
  if (send_delta == 0) return true;
  return arrival_delta - send_delta < 0 && arrival_delta <= kBurstDeltaThresholdMs &&
         arrival_ms - current_.first_arrival_ms < kMaxBurstDurationMs;
}

}  // namespace remb::core
