#include "cc/bwe/recent_packets.h"

namespace remb::core {

void RecentPackets::Advance(Timestamp at) {
  const int64_t number = at.us() / kInterval.us();
  if (first_ < 0) first_ = number;
  CompleteNewest();
  // What the places held before is a ring's length older.
  for (int64_t i = std::max(newest_ + 1, number - kIntervals + 1); i <= number; ++i) {
    bytes_before_[Place(i)] = bytes_;
    least_delay_us_[Place(i)] = kNone;
    lower_[Place(i)] = i - 1;
  }
  newest_ = number;
  end_of_newest_ = Timestamp::Micros((number + 1) * kInterval.us());
}

inline void RecentPackets::CompleteNewest() {
  if (newest_least_us_ == kNone) return;
  int64_t lower = newest_ - 1;
  while (lower > newest_ - kIntervals && least_delay_us_[Place(lower)] >= newest_least_us_) {
    lower = lower_[Place(lower)];
  }
  least_delay_us_[Place(newest_)] = newest_least_us_;
  lower_[Place(newest_)] = lower;
  newest_least_us_ = kNone;
}

std::array<int64_t, 3> RecentPackets::LeastDelays(const std::array<int, 3>& intervals) const {
  std::array<int64_t, 3> result;
  int64_t least_us = newest_least_us_;
  int64_t lower = newest_ - 1;
  for (size_t i = 0; i < result.size(); ++i) {
    while (lower > newest_ - intervals[i]) {
      least_us = std::min(least_us, least_delay_us_[Place(lower)]);
      lower = lower_[Place(lower)];
    }
    result[i] = least_us;
  }
  return result;
}

double RecentPackets::Rate(TimeDelta window) const {
  const int64_t count = std::min(window.us() / kInterval.us(), newest_ - first_ + 1);
  if (count <= 0) return 0;
  const int64_t bytes = bytes_ - bytes_before_[Place(newest_ - count + 1)];
  return 8.0 * static_cast<double>(bytes) / (static_cast<double>(count) * kInterval.seconds());
}

std::optional<DataRate> RecentPackets::incoming_bitrate() const {
  if (newest_ == first_) return std::nullopt;
  return DataRate::BitsPerSec(static_cast<int64_t>(Rate(TimeDelta::Seconds(1))));
}

}  // namespace remb::core
