// The incoming bitrate over a sliding window of one second.
#ifndef CC_BWE_BITRATE_TRACKER_H_
#define CC_BWE_BITRATE_TRACKER_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/bwe/units.h"

namespace remb::core {

// Bytes in buckets of one millisecond, only those in use, in a ring of fixed size: no allocation,
// and the work of a packet does not depend on the rate.
//
// libwebrtc's estimators reset the tracker when a rate that was known has become unknown. That is
// so if the window is empty, which is a reset too, and if time goes back.
class BitrateTracker {
 public:
  // Counts `size` at `at`; at the newest sample's time if that is later. A bucket holds 4 MB, and a
  // millisecond with more takes further ones. What the window has no further bucket for, beyond
  // 100 MB in such milliseconds, does not count.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Update(DataSize size, TimestampMs at) {
    DropOld(at);
    const int64_t gap_ms = at.ms() - newest_ms_;
    if (ABSL_PREDICT_TRUE(gap_ms > 0)) {
      newest_ms_ = at.ms();
      const uint32_t newest = Next(newest_);
      buckets_[newest_] |= static_cast<uint32_t>(gap_ms) << kBytesBits;
      buckets_[newest] = static_cast<uint32_t>(size.bytes());
      newest_ = newest;
    } else if (!AddToNewest(static_cast<uint32_t>(size.bytes()), at)) {
      return;
    }
    total_bytes_ += size.bytes();
    ++samples_;
  }

  // The rate at `now`. None with no sample in the window, within the first millisecond, or with a
  // single sample before a whole window has passed.
  std::optional<DataRate> Rate(TimestampMs now) {
    DropOld(now);
    return RateOver(WindowMs(now));
  }
  // At the newest sample.
  std::optional<DataRate> latest() const {
    return RateOver(WindowMs(TimestampMs::Millis(newest_ms_)));
  }

  void Reset() {
    samples_ = 0;
    total_bytes_ = 0;
    first_ms_ = oldest_ms_ = newest_ms_ = kNever;
  }

 private:
  static constexpr int64_t kWindowMs = 1000;
  static constexpr uint32_t kRing = 1024;  // a power of two
  // What a window that uses each millisecond leaves.
  static constexpr uint32_t kFurtherBuckets = kRing - kWindowMs;
  // Later than any time, so that an empty ring has nothing to drop and no gap to its newest bucket.
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 2;
  static constexpr int kBytesBits = 22;
  static constexpr uint32_t kMaxBucketBytes = (1 << kBytesBits) - 1;

  static uint32_t Next(uint32_t index) { return (index + 1) % kRing; }

  // Drops what has left the window that ends at `now`.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void DropOld(TimestampMs now) {
    const int64_t gone_ms = now.ms() - kWindowMs;  // and all before
    if (oldest_ms_ > gone_ms) return;
    if (ABSL_PREDICT_FALSE(newest_ms_ <= gone_ms)) return Reset();
    // The newest bucket stays, so there is always a next one.
    do {
      const uint32_t bucket = buckets_[oldest_];
      total_bytes_ -= bucket & kMaxBucketBytes;
      oldest_ms_ += bucket >> kBytesBits;
      oldest_ = Next(oldest_);
    } while (oldest_ms_ <= gone_ms);
  }
  // The length of the window that ends at `now`; 0 if there is no rate.
  int64_t WindowMs(TimestampMs now) const { return WindowMs(now, samples_); }
  int64_t WindowMs(TimestampMs now, int64_t samples) const {
    const int64_t since_first_ms = now.ms() - first_ms_ + 1;
    // Nothing has left a window that is not yet full, so these are the samples in it.
    if (since_first_ms > kWindowMs) return kWindowMs;
    return since_first_ms <= 1 || samples <= 1 ? 0 : since_first_ms;
  }
  std::optional<DataRate> RateOver(int64_t window_ms) const;
  bool AddToNewest(uint32_t bytes, TimestampMs at);
  // How many buckets are further ones of their millisecond.
  uint32_t FurtherBuckets() const;

  // The lower 22 bits are bytes, the upper 10 the milliseconds to the next bucket.
  std::array<uint32_t, kRing> buckets_;
  uint32_t oldest_ = 0;  // in the ring
  uint32_t newest_ = 0;
  int64_t oldest_ms_ = kNever;  // their times
  int64_t newest_ms_ = kNever;
  int64_t first_ms_ = kNever;  // of the sample that last found the window empty
  int64_t samples_ = 0;        // since then
  int64_t total_bytes_ = 0;
};

}  // namespace remb::core

#endif  // CC_BWE_BITRATE_TRACKER_H_
