#include "cc/bwe/bitrate_tracker.h"

namespace remb::core {

// In float, as libwebrtc computes it (rtc_base/rate_statistics.cc): it matters to the bit.
std::optional<DataRate> BitrateTracker::RateOver(int64_t window_ms) const {
  if (window_ms == 0) return std::nullopt;
  const float scale = 8000.0f / static_cast<float>(window_ms);
  return DataRate::BitsPerSec(
      static_cast<int64_t>(static_cast<float>(total_bytes_) * scale + 0.5f));
}

void BitrateTracker::DropOld(TimestampMs now) {
  const int64_t keep_from_ms = now.ms() - kWindowMs + 1;
  if (newest_ms_ < keep_from_ms) {
    Reset();
    return;
  }
  // The newest bucket stays, so there is always a next one.
  do {
    total_bytes_ -= buckets_[oldest_].bytes;
    oldest_ = Next(oldest_);
    oldest_ms_ += buckets_[oldest_].gap_ms;
  } while (oldest_ms_ < keep_from_ms);
}

// For the first sample of an empty ring, and for what does not fit into the newest bucket. False if
// there is no bucket left.
bool BitrateTracker::StartBucket(uint32_t bytes, TimestampMs at) {
  if (samples_ == 0) {
    oldest_ = newest_;
    first_ms_ = oldest_ms_ = newest_ms_ = at.ms();
  } else if (Next(newest_) != oldest_) {
    newest_ = Next(newest_);
  } else {
    return false;
  }
  buckets_[newest_] = {.bytes = bytes & kMaxBucketBytes, .gap_ms = 0};
  return true;
}

}  // namespace remb::core
