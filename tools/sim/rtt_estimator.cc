#include "tools/sim/rtt_estimator.h"

#include <algorithm>
#include <cstdlib>

namespace remb::sim {
namespace {

// The clock's granularity G, the least that is added to the smoothed time. The simulator's clock
// would allow 1 ns; then a round trip that stays the same for long, behind a full queue of a
// second, would time out at its next small change. RFC 6298 section 4 puts up with 100 ms.
constexpr Nanos kGranularity = 100 * kMillisecond;

}  // namespace

void RttEstimator::Add(Nanos sample) {
  if (smoothed_ == 0) {
    smoothed_ = sample;
    variation_ = sample / 2;
    return;
  }
  variation_ += (std::abs(smoothed_ - sample) - variation_) / 4;
  smoothed_ += (sample - smoothed_) / 8;
}

Nanos RttEstimator::Timeout(int backoffs) const {
  Nanos timeout = kMinTimeout;
  if (smoothed_ > 0) {
    timeout = std::max(timeout, smoothed_ + std::max(kGranularity, 4 * variation_));
  }
  for (int i = 0; i < backoffs && timeout < kMaxTimeout; ++i) timeout *= 2;
  return std::min(timeout, kMaxTimeout);
}

}  // namespace remb::sim
