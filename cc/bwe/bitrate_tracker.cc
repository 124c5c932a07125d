#include "cc/bwe/bitrate_tracker.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace remb::core {

void BitrateTracker::Update(DataSize size, Timestamp at) {
  int64_t at_ms = at.ms();
  EraseOld(at_ms);
  if (Empty()) {
    first_ms_ = oldest_ms_ = newest_ms_ = at_ms;
  } else {
    at_ms = newest_ms_ = std::max(newest_ms_, at_ms);
  }
  ++samples_;
  const auto index = static_cast<uint32_t>(at_ms % kRing);
  uint64_t& word = used_[index / kWordBits];
  const uint64_t bit = uint64_t{1} << (index % kWordBits);
  uint32_t& bucket = bytes_[index];
  if (!(word & bit)) {
    word |= bit;
    bucket = 0;
  }
  const int64_t room = std::numeric_limits<uint32_t>::max() - bucket;
  const int64_t added = std::min(size.bytes(), room);
  bucket += static_cast<uint32_t>(added);
  total_bytes_ += added;
}

std::optional<DataRate> BitrateTracker::Rate(Timestamp now) {
  const int64_t now_ms = now.ms();
  EraseOld(now_ms);
  if (Empty()) return std::nullopt;
  const int64_t window_ms = first_ms_ <= now_ms - kWindowMs ? kWindowMs : now_ms - first_ms_ + 1;
  // Nothing has left a window that is not yet full, so samples_ are the samples in it.
  if (window_ms <= 1 || (samples_ <= 1 && window_ms < kWindowMs)) return std::nullopt;
  // In float, as libwebrtc computes it (rtc_base/rate_statistics.cc): it matters to the bit.
  const float scale = 8000.0f / static_cast<float>(window_ms);
  return DataRate::BitsPerSec(
      static_cast<int64_t>(static_cast<float>(total_bytes_) * scale + 0.5f));
}

void BitrateTracker::Reset() {
  used_.fill(0);
  total_bytes_ = 0;
  samples_ = 0;
}

void BitrateTracker::EraseOld(int64_t now_ms) {
  const int64_t keep_from_ms = now_ms - kWindowMs + 1;
  if (keep_from_ms <= oldest_ms_ || Empty()) return;
  if (newest_ms_ < keep_from_ms) {
    Reset();
    return;
  }
  // oldest_ms_ stops at keep_from_ms at the latest, which the newest bucket is not behind.
  while (oldest_ms_ < keep_from_ms) {
    const auto index = static_cast<uint32_t>(oldest_ms_ % kRing);
    uint64_t& word = used_[index / kWordBits];
    const uint64_t rest = word >> (index % kWordBits);
    const int skip = rest ? std::countr_zero(rest) : kWordBits - static_cast<int>(index % kWordBits);
    oldest_ms_ += skip;
    if (!rest || oldest_ms_ >= keep_from_ms) continue;
    total_bytes_ -= bytes_[index + skip];
    word &= ~(uint64_t{1} << (index % kWordBits + skip));
    ++oldest_ms_;
  }
}

void IncomingBitrate::OnPacket(DataSize size, Timestamp at) {
  const std::optional<DataRate> rate = tracker_.Rate(at);
  if (!rate && known_) tracker_.Reset();
  known_ = rate.has_value();
  latest_ = rate.value_or(DataRate::Zero());
  tracker_.Update(size, at);
}

}  // namespace remb::core
