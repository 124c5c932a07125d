#include "cc/bwe/link_capacity_estimator.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

DataRate Kbps(int64_t kbps) { return DataRate::KilobitsPerSec(kbps); }

// Whole bit/s: what a real number of kbit/s is cut to.
int64_t CutBps(double kbps) { return static_cast<int64_t>(kbps * 1000); }

TEST_CASE("LinkCapacityEstimator: nothing is known at first") {
  CHECK_FALSE(LinkCapacityEstimator().has_estimate());
}

TEST_CASE("LinkCapacityEstimator: the first sample is taken whole, in whole kbit/s") {
  LinkCapacityEstimator capacity;
  capacity.OnOveruseDetected(DataRate::BitsPerSec(500'499));
  CHECK(capacity.estimate() == Kbps(500));
  // The variance starts at its floor: 0.4 of the estimate.
  CHECK(capacity.LowerBound().bps() == CutBps(500 - 3 * std::sqrt(0.4 * 500)));
  CHECK(capacity.UpperBound().bps() == CutBps(500 + 3 * std::sqrt(0.4 * 500)));
}

TEST_CASE("LinkCapacityEstimator: a further sample weighs a twentieth") {
  LinkCapacityEstimator capacity;
  capacity.OnOveruseDetected(Kbps(500));
  capacity.OnOveruseDetected(Kbps(600));
  CHECK(capacity.estimate() == Kbps(505));
  // The error is against the new estimate: 95 kbit/s.
  const double variance = 0.95 * 0.4 + 0.05 * 95 * 95 / 505;
  CHECK(capacity.UpperBound().bps() == CutBps(505 + 3 * std::sqrt(variance * 505)));
}

TEST_CASE("LinkCapacityEstimator: the variance has a ceiling") {
  LinkCapacityEstimator capacity;
  capacity.OnOveruseDetected(Kbps(500));
  capacity.OnOveruseDetected(Kbps(1000));
  CHECK(capacity.estimate() == Kbps(525));
  CHECK(capacity.UpperBound().bps() == CutBps(525 + 3 * std::sqrt(2.5 * 525)));
}

TEST_CASE("LinkCapacityEstimator: forgetting the capacity keeps the variance") {
  LinkCapacityEstimator capacity;
  capacity.OnOveruseDetected(Kbps(500));
  capacity.OnOveruseDetected(Kbps(1000));
  capacity.Reset();
  CHECK_FALSE(capacity.has_estimate());
  // Taken whole again; its error of 0 still counts.
  capacity.OnOveruseDetected(Kbps(300));
  CHECK(capacity.estimate() == Kbps(300));
  CHECK(capacity.UpperBound().bps() == CutBps(300 + 3 * std::sqrt(0.95 * 2.5 * 300)));
}

TEST_CASE("LinkCapacityEstimator: bounds are never negative") {
  LinkCapacityEstimator capacity;
  capacity.OnOveruseDetected(Kbps(1));
  CHECK(capacity.LowerBound() == DataRate::Zero());
  capacity.OnOveruseDetected(DataRate::Zero());  // an estimate below 1 kbit/s
  CHECK(capacity.LowerBound() == DataRate::Zero());
  CHECK(capacity.estimate() == DataRate::BitsPerSec(950));
  // Of which the error counts as of 1 kbit/s.
  const double variance = 0.95 * 0.4 + 0.05 * 0.95 * 0.95 / 1;
  CHECK(capacity.UpperBound().bps() == CutBps(0.95 + 3 * std::sqrt(variance * 0.95)));
}

TEST_CASE("LinkCapacityEstimator: the estimate stays between its samples and its bounds") {
  testing::Random random(1);
  LinkCapacityEstimator capacity;
  int64_t low = INT64_MAX;
  int64_t high = 0;
  for (int i = 0; i < 10'000; ++i) {
    const int64_t kbps = random.Uniform(100, 5000);
    low = std::min(low, kbps);
    high = std::max(high, kbps);
    capacity.OnOveruseDetected(Kbps(kbps));
    CHECK(capacity.estimate().bps() >= low * 1000 - 1);
    CHECK(capacity.estimate().bps() <= high * 1000);
    CHECK(capacity.LowerBound() < capacity.estimate());
    CHECK(capacity.UpperBound() > capacity.estimate());
  }
}

}  // namespace
}  // namespace remb::core
