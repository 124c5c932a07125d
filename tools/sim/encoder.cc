#include "tools/sim/encoder.h"

#include <algorithm>
#include <cmath>

#include "tools/sim/recorded_encoder.h"

namespace remb::sim {
namespace {

// A change that sets off a burst (RFC 8593, the two models combined).
constexpr double kBurstChange = 0.10;
// Noise is cut here, on both sides alike to keep its mean 0: an interval can't be negative.
// Laplace noise of scale 0.15 is beyond it once in 400 times.
constexpr double kMostNoise = 0.9;
// Of the mean size. Even a picture that does not change costs some bytes.
constexpr double kSmallestFrame = 0.1;
// The time constant of paying back: 95 % within a second.
constexpr double kPayBackSeconds = 1.0 / 3;
// Debts and credits beyond what a second makes are written off.
constexpr double kMostExcessSeconds = 1;

double Noise(Random& random, double scale) {
  return std::clamp(random.Laplace(scale), -kMostNoise, kMostNoise);
}

}  // namespace

std::unique_ptr<Encoder> Encoder::Create(const StreamConfig& config, uint64_t seed,
                                         const std::string& name) {
  if (config.source == StreamConfig::Source::kRecorded) {
    return std::make_unique<RecordedEncoder>(config);
  }
  return std::make_unique<SyntheticEncoder>(config, seed, name);
}

int64_t Lagging::At(Nanos now) {
  while (!pending_.empty() && pending_.front().at <= now) {
    value_ = pending_.front().value;
    pending_.pop_front();
  }
  return value_;
}

SyntheticEncoder::SyntheticEncoder(const StreamConfig& config, uint64_t seed,
                                   const std::string& name)
    : config_(config),
      mean_interval_(1e9 / config.frames_per_second),
      sizes_(seed, name + "/sizes"),
      intervals_(seed, name + "/intervals"),
      target_(config.lag) {}

Nanos SyntheticEncoder::NextInterval() {
  return static_cast<Nanos>(mean_interval_ * (1 + Noise(intervals_, config_.interval_noise)));
}

int64_t SyntheticEncoder::Encode(Nanos now) {
  const auto bps = static_cast<double>(std::min(target_.At(now), config_.max_bps));
  if (bps == 0) {
    bps_ = 0;
    last_ = now;
    return 0;
  }
  if (bps_ > 0) {
    excess_ -= bps_ * Seconds(now - last_);
    if (std::abs(bps - bps_) > kBurstChange * bps_) burst_left_ = config_.burst_frames;
  } else {
    // The first frame owes its own interval.
    excess_ = -bps * mean_interval_ * 1e-9;
  }
  bps_ = bps;
  last_ = now;
  excess_ = std::max(excess_, -bps * kMostExcessSeconds);

  const bool rare = bps < static_cast<double>(config_.min_bps);
  if (rare && excess_ > 0) return 0;
  const double mean =
      std::max(bps, static_cast<double>(config_.min_bps)) / config_.frames_per_second;
  // What frames before were over: `excess_` lacks this one's own share, which is its mean. Rare
  // frames are balanced by when they come.
  const double over = rare ? 0 : excess_ + mean;
  const double size = FrameSize(mean, over);
  excess_ = std::min(excess_ + size, mean * config_.frames_per_second * kMostExcessSeconds);
  return std::llround(size / 8);
}

double SyntheticEncoder::FrameSize(double mean, double over) {
  if (burst_left_ > 0) {
    const bool first = burst_left_-- == config_.burst_frames;
    const double large = static_cast<double>(config_.burst_bytes) * 8;
    if (first) return large;
    const double rest = (mean * config_.burst_frames - large) / (config_.burst_frames - 1);
    const double noise = mean * Noise(sizes_, config_.size_noise);
    return std::max(rest + noise, mean * kSmallestFrame);
  }
  const double balance = over / (kPayBackSeconds * config_.frames_per_second);
  const double size = mean * (1 + Noise(sizes_, config_.size_noise)) - balance;
  return std::max(size, mean * kSmallestFrame);
}

}  // namespace remb::sim
