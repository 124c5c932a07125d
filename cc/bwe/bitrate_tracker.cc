#include "cc/bwe/bitrate_tracker.h"

namespace remb::core {

// In float, as libwebrtc computes it (rtc_base/rate_statistics.cc): it matters to the bit.
std::optional<DataRate> BitrateTracker::RateOver(int64_t window_ms) const {
  if (window_ms == 0) return std::nullopt;
  const float scale = 8000.0f / static_cast<float>(window_ms);
  return DataRate::BitsPerSec(
      static_cast<int64_t>(static_cast<float>(total_bytes_) * scale + 0.5f));
}

// For samples within the newest bucket's millisecond or before it, and for the first of an empty
// ring. False if there is no bucket left.
bool BitrateTracker::AddToNewest(uint32_t bytes, TimestampMs at) {
  // It was known at the newest sample, before that was added, and is not at this one.
  const TimestampMs newest = TimestampMs::Millis(newest_ms_);
  if (at < newest && WindowMs(at) == 0 && WindowMs(newest, samples_ - 1) != 0) Reset();
  if (samples_ == 0) {
    oldest_ = newest_;
    first_ms_ = oldest_ms_ = newest_ms_ = at.ms();
  } else if (buckets_[newest_] + bytes <= kMaxBucketBytes) {
    buckets_[newest_] += bytes;
    return true;
  } else if (FurtherBuckets() < kFurtherBuckets) {
    newest_ = Next(newest_);
  } else {
    return false;
  }
  buckets_[newest_] = bytes;
  return true;
}

uint32_t BitrateTracker::FurtherBuckets() const {
  uint32_t further = 0;
  for (uint32_t i = oldest_; i != newest_; i = Next(i)) further += buckets_[i] >> kBytesBits == 0;
  return further;
}

}  // namespace remb::core
