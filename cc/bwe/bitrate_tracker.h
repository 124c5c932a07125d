// The incoming bitrate over a sliding window of one second.
#ifndef CC_BWE_BITRATE_TRACKER_H_
#define CC_BWE_BITRATE_TRACKER_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// Bytes in buckets of one millisecond, only those in use, in a ring of fixed size: no allocation,
// and the work of a packet does not depend on the rate.
class BitrateTracker {
 public:
  // Counts `size` at `at`; at the newest sample's time if that is later. A bucket holds 4 MB, and a
  // millisecond with more takes several; what the ring has no bucket for, beyond about 100 MB
  // within milliseconds, does not count.
  void Update(DataSize size, TimestampMs at) {
    Advance(at);
    Add(size, at);
  }

  // The rate at `now`. None with no sample in the window, within the first millisecond, or with a
  // single sample before a whole window has passed.
  std::optional<DataRate> Rate(TimestampMs now) { return RateOver(Advance(now)); }

  void Reset() {
    samples_ = 0;
    total_bytes_ = 0;
    first_ms_ = oldest_ms_ = newest_ms_ = kNever;
  }

 protected:
  // Drops what has left the window that ends at `now`. Gives the window's length in milliseconds; 0
  // if there is no rate.
  int64_t Advance(TimestampMs now) {
    if (now.ms() - kWindowMs >= oldest_ms_) DropOld(now);
    return WindowMs(now);
  }
  // The same without dropping.
  int64_t WindowMs(TimestampMs now) const {
    const int64_t since_first_ms = now.ms() - first_ms_ + 1;
    // Nothing has left a window that is not yet full, so samples_ are the samples in it.
    if (since_first_ms > kWindowMs) return kWindowMs;
    return since_first_ms <= 1 || samples_ <= 1 ? 0 : since_first_ms;
  }
  std::optional<DataRate> RateOver(int64_t window_ms) const;
  TimestampMs newest() const { return TimestampMs::Millis(newest_ms_); }
  // Counts; what is old must have been dropped.
  void Add(DataSize size, TimestampMs at) {
    const auto bytes = static_cast<uint32_t>(size.bytes());
    const int64_t gap_ms = at.ms() - newest_ms_;
    if (gap_ms > 0) {
      newest_ms_ = at.ms();
      newest_ = Next(newest_);
      buckets_[newest_] = {.bytes = bytes & kMaxBucketBytes,
                           .gap_ms = static_cast<uint32_t>(gap_ms) & kMaxGapMs};
    } else if (samples_ != 0 && buckets_[newest_].bytes + bytes <= kMaxBucketBytes) {
      buckets_[newest_].bytes = (buckets_[newest_].bytes + bytes) & kMaxBucketBytes;
    } else if (!StartBucket(bytes, at)) {
      return;
    }
    total_bytes_ += bytes;
    ++samples_;
  }

 private:
  static constexpr int64_t kWindowMs = 1000;
  static constexpr uint32_t kRing = 1024;  // more than the window; a power of two
  // Later than any time, so that an empty ring has nothing to drop and no gap to its newest bucket.
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 2;
  // What a bucket's members hold. A packet has less, and a gap within the window is shorter.
  static constexpr uint32_t kMaxBucketBytes = (1 << 22) - 1;
  static constexpr uint32_t kMaxGapMs = (1 << 10) - 1;

  struct Bucket {
    uint32_t bytes : 22;
    uint32_t gap_ms : 10;  // to the bucket before
  };

  static uint32_t Next(uint32_t index) { return (index + 1) % kRing; }
  void DropOld(TimestampMs now);
  bool StartBucket(uint32_t bytes, TimestampMs at);

  std::array<Bucket, kRing> buckets_;
  uint32_t oldest_ = 0;  // in the ring
  uint32_t newest_ = 0;
  int64_t oldest_ms_ = kNever;  // their times
  int64_t newest_ms_ = kNever;
  int64_t first_ms_ = kNever;  // of the sample that last found the window empty
  int64_t samples_ = 0;        // since then
  int64_t total_bytes_ = 0;
};

// The estimators' way to ask and then to add: a rate that has become unknown forgets its window.
class IncomingBitrate : private BitrateTracker {
 public:
  // Counts a packet.
  void OnPacket(DataSize size, TimestampMs at) {
    if (Advance(at) != 0) {
      known_ = true;
    } else if (known_) {
      known_ = false;
      Reset();
    }
    Add(size, at);
  }
  using BitrateTracker::Rate;
  // At the newest packet.
  std::optional<DataRate> latest() const { return RateOver(WindowMs(newest())); }

 private:
  bool known_ = false;
};

}  // namespace remb::core

#endif  // CC_BWE_BITRATE_TRACKER_H_
