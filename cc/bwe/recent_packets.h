// The last second's packets by intervals of 20 ms: the least delay and the bytes of each.
#ifndef CC_BWE_RECENT_PACKETS_H_
#define CC_BWE_RECENT_PACKETS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

class RecentPackets {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  static constexpr TimeDelta kInterval = TimeDelta::Millis(20);
  static constexpr int kIntervals = 64;  // a power of two, more than a second

  // Counts a packet. Times must not go backwards.
  void OnPacket(DataSize size, Timestamp at) {
    if (at >= end_of_newest_) Advance(at);
    bytes_[Place(newest_)] += size.bytes();
  }
  // Notes its delay, in microseconds, after it was counted.
  void OnDelay(int64_t delay_us) {
    int64_t& least = least_delay_us_[Place(newest_)];
    least = std::min(least, delay_us);
  }
  // Forgets delays, not bytes.
  void ForgetDelays() { least_delay_us_.fill(kNone); }

  // The least delay in each of three windows that end with the newest packet, so many intervals
  // long, ascending; kNone if none was noted.
  std::array<int64_t, 3> LeastDelays(const std::array<int, 3>& intervals) const;
  // Bits per second over `window`, at most 1.2 s; less of it while the first packet is younger.
  double Rate(TimeDelta window) const;
  // Over the last second; none within the first interval.
  std::optional<DataRate> incoming_bitrate() const;

 private:
  static size_t Place(int64_t number) {
    return static_cast<size_t>(number) & static_cast<size_t>(kIntervals - 1);
  }
  static constexpr std::array<int64_t, kIntervals> NoDelays() {
    std::array<int64_t, kIntervals> delays{};
    delays.fill(kNone);
    return delays;
  }
  void Advance(Timestamp at);

  int64_t newest_ = -1;  // number of the interval since time 0
  int64_t first_ = -1;
  Timestamp end_of_newest_ = Timestamp::Micros(0);
  std::array<int64_t, kIntervals> bytes_{};
  std::array<int64_t, kIntervals> least_delay_us_ = NoDelays();
};

}  // namespace remb::core

#endif  // CC_BWE_RECENT_PACKETS_H_
