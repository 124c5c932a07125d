#include "cc/bwe/recent_packets.h"

namespace remb::core {

void RecentPackets::Advance(Timestamp at) {
  const int64_t number = at.us() / kInterval.us();
  if (first_ < 0) first_ = number;
  // What the places held before is a ring's length older.
  for (int64_t i = std::max(newest_ + 1, number - kIntervals + 1); i <= number; ++i) {
    bytes_[Place(i)] = 0;
    least_delay_us_[Place(i)] = kNone;
  }
  newest_ = number;
  end_of_newest_ = Timestamp::Micros((number + 1) * kInterval.us());
}

std::array<int64_t, 3> RecentPackets::LeastDelays(const std::array<int, 3>& intervals) const {
  std::array<int64_t, 3> result;
  int64_t least_us = kNone;
  int age = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    for (; age < intervals[i]; ++age) {
      least_us = std::min(least_us, least_delay_us_[Place(newest_ - age)]);
    }
    result[i] = least_us;
  }
  return result;
}

double RecentPackets::Rate(TimeDelta window) const {
  const int64_t count = std::min(window.us() / kInterval.us(), newest_ - first_ + 1);
  int64_t bytes = 0;
  for (int64_t i = 0; i < count; ++i) bytes += bytes_[Place(newest_ - i)];
  const double seconds = static_cast<double>(count) * kInterval.seconds();
  return count > 0 ? 8.0 * static_cast<double>(bytes) / seconds : 0;
}

std::optional<DataRate> RecentPackets::incoming_bitrate() const {
  if (newest_ == first_) return std::nullopt;
  return DataRate::BitsPerSec(static_cast<int64_t>(Rate(TimeDelta::Seconds(1))));
}

}  // namespace remb::core
