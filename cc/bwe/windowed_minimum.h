// The minimum of a value over a sliding window, by buckets: a fixed cost and no sorted history.
#ifndef CC_BWE_WINDOWED_MINIMUM_H_
#define CC_BWE_WINDOWED_MINIMUM_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "cc/bwe/units.h"

namespace remb::core {

// The window is kBuckets buckets long, of which the newest is filling: a value counts for between
// kBuckets - 1 and kBuckets buckets of time. Times must not go backwards.
template <size_t kBuckets, int64_t kBucketUs>
class WindowedMinimum {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  void OnValue(int64_t value, Timestamp at) {
    if (at >= end_of_newest_) Advance(at);
    newest_ = std::min(newest_, value);
  }
  // Forgets all values but this one.
  void Restart(int64_t value, Timestamp at) {
    older_.fill(kNone);
    oldest_minimum_ = kNone;
    newest_ = value;
    end_of_newest_ = at + TimeDelta::Micros(kBucketUs);
  }
  // kNone without a value. As of the newest one: with time alone none leaves the window.
  int64_t value() const { return std::min(newest_, oldest_minimum_); }

 private:
  void Advance(Timestamp at) {
    const int64_t steps = (at - end_of_newest_).us() / kBucketUs + 1;
    for (int64_t i = 0; i < std::min(steps, int64_t{kBuckets}); ++i) {
      std::copy(older_.begin() + 1, older_.end(), older_.begin());
      older_.back() = newest_;
      newest_ = kNone;
    }
    end_of_newest_ = end_of_newest_ + TimeDelta::Micros(steps * kBucketUs);
    oldest_minimum_ = *std::min_element(older_.begin(), older_.end());
  }
  static constexpr std::array<int64_t, kBuckets - 1> Empty() {
    std::array<int64_t, kBuckets - 1> buckets{};
    buckets.fill(kNone);
    return buckets;
  }

  int64_t newest_ = kNone;
  int64_t oldest_minimum_ = kNone;  // of older_
  Timestamp end_of_newest_ = Timestamp::Micros(0);
  std::array<int64_t, kBuckets - 1> older_ = Empty();  // the oldest one first
};

}  // namespace remb::core

#endif  // CC_BWE_WINDOWED_MINIMUM_H_
