#include "cc/bwe/base_delay.h"

#include <algorithm>

namespace remb::core {
namespace {

// Less than what a single packet more or less makes at 5 Mbit/s: a queue varies by more.
constexpr int64_t kBandUs = 2'000;
constexpr TimeDelta kSteadyTime = TimeDelta::Seconds(2);
// A queue that came at a stroke empties by more than the band in this time, the rate being cut.
constexpr TimeDelta kSteadyTimeAfterLeap = TimeDelta::Millis(500);
// What was in the queue before the leap has to leave first.
constexpr TimeDelta kLeapTime = TimeDelta::Millis(1'500);
constexpr int64_t kBackUs = 25'000;  // half of what is taken for a leap

}  // namespace

bool SteadyDelay::Update(int64_t delay_us, double jitter, Timestamp now) {
  low_us_ = std::min(low_us_, delay_us);
  high_us_ = std::max(high_us_, delay_us);
  const int64_t band_us = kBandUs + (HasLeapt(now) ? static_cast<int64_t>(jitter * 1e6) : 0);
  if (!started_ || high_us_ - low_us_ > band_us) {
    started_ = true;
    low_us_ = high_us_ = delay_us;
    since_ = now;
  }
  // What was steady before the leap is not what the path has now.
  if (HasLeapt(now)) return now - std::max(since_, *leap_) >= kSteadyTimeAfterLeap;
  return now - since_ >= kSteadyTime;
}

void SteadyDelay::OnFall(int64_t delay_us) {
  if (leap_ && delay_us < leap_from_us_ + kBackUs) leap_.reset();
}

bool SteadyDelay::HasLeapt(Timestamp now) const { return leap_ && now - *leap_ <= kLeapTime; }

}  // namespace remb::core
