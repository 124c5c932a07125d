#include "cc/testing/plain/rate_control.h"

#include <remb/remb.h>

#include "cc/testing/plain/units.h"

namespace remb::plain {
namespace {

constexpr int64_t kMinBps = 5'000;
constexpr double kBeta = 0.85;

}  // namespace

void LinkCapacity::AddSample(int64_t bps) {
  const double weight = 0.05;
  const int64_t rounded_kbps = (bps + 500) / 1000;
  const auto sample = static_cast<double>(rounded_kbps);
  kbps = kbps ? (1 - weight) * *kbps + weight * sample : sample;
  const double error = *kbps - sample;
  variance = (1 - weight) * variance + weight * error * error / std::max(*kbps, 1.0);
  variance = std::clamp(variance, 0.4, 2.5);
}

std::optional<int64_t> LinkCapacity::Bps() const {
  if (!kbps) return std::nullopt;
  return static_cast<int64_t>(*kbps * 1000);
}

bool LinkCapacity::IsFarBelow(int64_t bps) const {
  if (!kbps) return false;
  return bps > static_cast<int64_t>((*kbps + 3 * std::sqrt(variance * *kbps)) * 1000);
}

bool LinkCapacity::IsFarAbove(int64_t bps) const {
  if (!kbps) return false;
  return bps < static_cast<int64_t>((*kbps - 3 * std::sqrt(variance * *kbps)) * 1000);
}

void RateControl::Start(int64_t bps) {
  bps_ = last_throughput_ = std::max(bps, kMinBps);
  valid_ = true;
}

void RateControl::Adopt(int64_t bps, int64_t now) {
  bps_ = std::max(bps, kMinBps);
  valid_ = true;
  changed_ = now;
}

void RateControl::Update(int32_t state, std::optional<int64_t> throughput, int64_t now) {
  if (throughput) {
    last_throughput_ = *throughput;
    if (!first_throughput_time_) first_throughput_time_ = now;
    if (!valid_ && now - *first_throughput_time_ > 5 * kSecond) {
      bps_ = *throughput;
      valid_ = true;
    }
  }
  switch (state) {
    case REMB_STATE_OVERUSING:
      Decrease(last_throughput_);
      mode_ = Mode::kHold;
      changed_ = now;
      valid_ = true;
      break;
    case REMB_STATE_UNDERUSING:
      if (!valid_) return;
      mode_ = Mode::kHold;
      break;
    default:
      if (!valid_) return;
      if (mode_ == Mode::kHold) changed_ = now;
      mode_ = Mode::kIncrease;
      Increase(last_throughput_, now);
      changed_ = now;
      break;
  }
  bps_ = std::max(bps_, kMinBps);
}

void RateControl::Increase(int64_t throughput, int64_t now) {
  if (capacity_.IsFarBelow(throughput)) capacity_.kbps.reset();
  const int64_t limit = Times(throughput, 1.5) + 10'000;
  if (bps_ >= limit) return;
  const int64_t since = now - *changed_;
  int64_t step = 0;
  if (capacity_.kbps) {
    step = AdditiveStep(since);
  } else {
    step = std::max<int64_t>(Times(bps_, std::pow(1.08, std::min(Seconds(since), 1.0)) - 1), 1'000);
  }
  bps_ = std::min(bps_ + step, limit);
}

// Half an average packet per response time: of a 30 fps video in packets of 1200 bytes.
int64_t RateControl::AdditiveStep(int64_t since) const {
  const int64_t frame_bytes = (bps_ * 33'333 + 4'000'000) / 8'000'000;
  const double packets = std::ceil(static_cast<double>(frame_bytes) / 1200);
  const int64_t packet_bytes = std::llround(static_cast<double>(frame_bytes) / packets);
  const int64_t response_time = 2 * (rtt_ + 100 * kMs);
  const int64_t per_second = std::max<int64_t>(packet_bytes * 8 * kSecond / response_time, 4'000);
  return static_cast<int64_t>(static_cast<double>(per_second) * Seconds(since));
}

void RateControl::Decrease(int64_t throughput) {
  int64_t lower = Times(throughput, kBeta);
  if (lower > 5'000) lower -= 5'000;
  if (lower > bps_ && capacity_.kbps) lower = Times(*capacity_.Bps(), kBeta);
  bps_ = std::min(bps_, lower);
  if (capacity_.IsFarAbove(throughput)) capacity_.kbps.reset();
  capacity_.AddSample(throughput);
}

bool RateControl::MayReduceAgain(int64_t throughput, int64_t now) const {
  if (!changed_ || now - *changed_ >= std::clamp(rtt_, 10 * kMs, 200 * kMs)) return true;
  return valid_ && throughput < Times(bps_, 0.5);
}

int64_t RateControl::FeedbackInterval() const {
  const int64_t rtcp_bits = 80 * 8;
  return std::clamp(rtcp_bits * kSecond / Times(bps_, 0.05), 200 * kMs, 1000 * kMs);
}

}  // namespace remb::plain
