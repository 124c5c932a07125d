#include "cc/bwe/inter_arrival.h"

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/inter_arrival.cc.
constexpr int64_t kBurstDeltaThresholdMs = 5;
constexpr int64_t kMaxBurstDurationMs = 100;
constexpr int64_t kArrivalTimeOffsetThresholdMs = 3000;
constexpr int kReorderedResetThreshold = 3;

}  // namespace

// Packets that a queue on the way held and then let go together: they come faster than they were
// sent.
inline bool InterArrival::BelongsToBurst(uint32_t timestamp, TimestampMs arrival) const {
  const int64_t arrival_delta = arrival.ms() - current_.last_arrival.ms();
  // Unsigned on purpose: a packet behind the newest one has an enormous send delta.
  const uint32_t send_ticks = timestamp - current_.timestamp;
  const auto send_delta = static_cast<int64_t>(ms_per_tick_ * send_ticks + 0.5);
  if (send_delta == 0) return true;
  return arrival_delta - send_delta < 0 && arrival_delta <= kBurstDeltaThresholdMs &&
         arrival.ms() - current_.first_arrival.ms() < kMaxBurstDurationMs;
}

bool InterArrival::OnPacketBeyondGroup(uint32_t timestamp, TimestampMs arrival, TimestampMs now,
                                       DataSize size) {
  bool compared = false;
  if (has_current_) {
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
    }
    previous_timestamp_ = current_.timestamp;
    previous_size_bytes_ = current_.size_bytes;
    previous_arrival_ = current_.last_arrival;
    previous_system_time_ = current_.last_system_time;
    has_previous_ = true;
  }
  has_current_ = true;
  current_ = {.first_timestamp = timestamp,
              .timestamp = timestamp,
              .size_bytes = size.bytes(),
              .first_arrival = arrival,
              .last_arrival = arrival,
              .last_system_time = now};
  return compared;
}

void InterArrival::Reset() {
  reordered_groups_in_a_row_ = 0;
  has_current_ = false;
  has_previous_ = false;
}

}  // namespace remb::core
