#include "cc/bwe/overuse_estimator.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <deque>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

// The window in the plain way.
class PlainWindow {
 public:
  uint32_t Add(uint32_t value) {
    values_.push_back(value);
    if (values_.size() > 60) values_.pop_front();
    return *std::min_element(values_.begin(), values_.end());
  }

 private:
  std::deque<uint32_t> values_;
};

TEST_CASE("FramePeriodWindow is the minimum of the last 60") {
  testing::Random random(1);
  FramePeriodWindow window;
  PlainWindow plain;
  int64_t scale = 100;
  for (int i = 0; i < 20'000; ++i) {
    if (random.OneIn(100)) scale = random.Uniform(1, 1'000'000);
    const auto value = static_cast<uint32_t>(random.Uniform(0, scale));
    REQUIRE(window.Add(value) == plain.Add(value));
  }
}

TEST_CASE("FramePeriodWindow forgets a small value after 60") {
  FramePeriodWindow window;
  window.Add(1);
  for (uint32_t i = 0; i < 59; ++i) CHECK(window.Add(100 + i) == 1);
  CHECK(window.Add(200) == 100);
}

constexpr FramePeriod k33Ms = {.ticks = 33 * 90, .ms_per_tick = 1.0 / 90};

// The filter in the plain way, with vectors and matrices as in draft-ietf-rmcat-gcc, section 5.3,
// and the constants of libwebrtc modules/remote_bitrate_estimator/overuse_estimator.cc.
class PlainEstimator {
 public:
  void Update(double arrival_delta_ms, double send_delta_ms, double size_delta,
              double frame_period_ms, BandwidthUsage state) {
    num_deltas_ = std::min(num_deltas_ + 1, 1000);
    const double h[2] = {size_delta, 1};
    e_[0][0] += 1e-13;
    e_[1][1] += 1e-3;
    const bool turning = (state == BandwidthUsage::kOverusing && offset_ < previous_offset_) ||
                         (state == BandwidthUsage::kUnderusing && offset_ > previous_offset_);
    if (turning) e_[1][1] += 10 * 1e-3;
    const double residual = arrival_delta_ms - send_delta_ms - slope_ * h[0] - offset_;
    if (state == BandwidthUsage::kNormal) {
      const double limit = 3 * std::sqrt(variance_);
      const double noise = std::min(std::max(residual, -limit), limit);
      const double alpha = num_deltas_ > 300 ? 0.002 : 0.01;
      const double beta = std::pow(1 - alpha, frame_period_ms * 30 / 1000);
      mean_ = beta * mean_ + (1 - beta) * noise;
      variance_ = std::max(1.0, beta * variance_ + (1 - beta) * std::pow(mean_ - noise, 2));
    }
    double eh[2], k[2], next[2][2];
    for (int i = 0; i < 2; ++i) eh[i] = e_[i][0] * h[0] + e_[i][1] * h[1];
    const double scale = variance_ + h[0] * eh[0] + h[1] * eh[1];
    for (int i = 0; i < 2; ++i) k[i] = eh[i] / scale;
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) {
        next[i][j] = 0;
        for (int m = 0; m < 2; ++m) next[i][j] += ((i == m) - k[i] * h[m]) * e_[m][j];
      }
    }
    for (int i = 0; i < 2; ++i) std::copy(next[i], next[i] + 2, e_[i]);
    slope_ += k[0] * residual;
    previous_offset_ = offset_;
    offset_ += k[1] * residual;
  }
  double offset() const { return offset_; }
  double variance() const { return variance_; }
  int num_deltas() const { return num_deltas_; }

 private:
  int num_deltas_ = 0;
  double slope_ = 8.0 / 512;
  double offset_ = 0;
  double previous_offset_ = 0;
  double mean_ = 0;
  double variance_ = 50;
  double e_[2][2] = {{100, 0}, {0, 0.1}};
};

TEST_CASE("OveruseEstimator does what the plain filter does") {
  testing::Random random(2);
  OveruseEstimator estimator;
  PlainEstimator plain;
  auto state = BandwidthUsage::kNormal;
  FramePeriod frame_period = k33Ms;
  for (int i = 0; i < 5000; ++i) {
    if (random.OneIn(20)) state = static_cast<BandwidthUsage>(random.Uniform(0, 2));
    const auto send_ms = static_cast<double>(random.Uniform(5, 40));
    const double arrival_ms = std::max(0.0, std::round(send_ms + random.Gaussian(0, 4)));
    const auto size = static_cast<double>(random.Uniform(-5000, 5000));
    if (random.OneIn(10)) frame_period.ticks = static_cast<uint32_t>(random.Uniform(0, 3600));
    estimator.Update(arrival_ms, send_ms, size, frame_period, state);
    plain.Update(arrival_ms, send_ms, size, frame_period.ms(), state);
    REQUIRE_THAT(estimator.offset(), WithinRel(plain.offset(), 1e-6) || WithinAbs(0, 1e-9));
    REQUIRE_THAT(estimator.noise_variance(), WithinRel(plain.variance(), 1e-6));
    REQUIRE(estimator.num_deltas() == plain.num_deltas());
  }
  CHECK(estimator.num_deltas() == 1000);
}

TEST_CASE("OveruseEstimator: without queue and noise the offset is 0 and the variance falls to 1") {
  OveruseEstimator estimator;
  for (int i = 0; i < 1000; ++i) estimator.Update(33, 33, 0, k33Ms, BandwidthUsage::kNormal);
  CHECK(estimator.offset() == 0);
  CHECK(estimator.noise_variance() == 1);
}

TEST_CASE("OveruseEstimator: the offset becomes what the queue grows by") {
  OveruseEstimator estimator;
  for (int i = 0; i < 1000; ++i) estimator.Update(34, 33, 0, k33Ms, BandwidthUsage::kNormal);
  CHECK_THAT(estimator.offset(), WithinAbs(1, 1e-3));
}

// 1 Mbit/s: 8 us a byte.
TEST_CASE("OveruseEstimator: what comes with the size is slope, not offset") {
  OveruseEstimator estimator;
  testing::Random random(3);
  for (int i = 0; i < 5000; ++i) {
    const auto size = static_cast<double>(random.Uniform(-4000, 4000));
    estimator.Update(33 + size * 0.008, 33, size, k33Ms, BandwidthUsage::kNormal);
  }
  CHECK_THAT(estimator.offset(), WithinAbs(0, 1e-2));
}

TEST_CASE("OveruseEstimator: noise is learnt only while the path is normal") {
  OveruseEstimator estimator;
  for (int i = 0; i < 100; ++i) {
    estimator.Update(i % 2 ? 60 : 6, 33, 0, k33Ms, BandwidthUsage::kOverusing);
    estimator.Update(i % 2 ? 60 : 6, 33, 0, k33Ms, BandwidthUsage::kUnderusing);
  }
  CHECK(estimator.noise_variance() == 50);
  estimator.Update(60, 33, 0, k33Ms, BandwidthUsage::kNormal);
  CHECK(estimator.noise_variance() != 50);
}

TEST_CASE("OveruseEstimator: within a frame period of 0 no noise is learnt") {
  OveruseEstimator estimator;
  const FramePeriod none = {.ticks = 0, .ms_per_tick = k33Ms.ms_per_tick};
  for (int i = 0; i < 100; ++i) {
    estimator.Update(i % 2 ? 60 : 6, 33, 0, none, BandwidthUsage::kNormal);
  }
  CHECK(estimator.noise_variance() == 50);
}

}  // namespace
}  // namespace remb::core
