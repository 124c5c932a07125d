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
    bytes_ += size.bytes();
  }
  // Notes its delay, in microseconds, after it was counted.
  void OnDelay(int64_t delay_us) { newest_least_us_ = std::min(newest_least_us_, delay_us); }
  // Forgets delays, not bytes.
  void ForgetDelays() {
    newest_least_us_ = kNone;
    least_delay_us_.fill(kNone);
  }

  // All that were counted.
  int64_t bytes() const { return bytes_; }
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
  static constexpr std::array<int64_t, kIntervals> AllOf(int64_t value) {
    std::array<int64_t, kIntervals> values{};
    values.fill(value);
    return values;
  }
  void Advance(Timestamp at);
  void CompleteNewest();

  Timestamp end_of_newest_ = Timestamp::Micros(0);
  int64_t bytes_ = 0;
  int64_t newest_least_us_ = kNone;
  int64_t newest_ = -1;  // number of the interval since time 0
  int64_t first_ = -1;
  std::array<int64_t, kIntervals> bytes_before_{};  // the interval
  // Of those before the newest, and the number of the next older one that has less: all between
  // have no less, so who seeks the least need not look at them.
  std::array<int64_t, kIntervals> least_delay_us_ = AllOf(kNone);
  std::array<int64_t, kIntervals> lower_ = AllOf(std::numeric_limits<int64_t>::min());
};

}  // namespace remb::core

#endif  // CC_BWE_RECENT_PACKETS_H_
