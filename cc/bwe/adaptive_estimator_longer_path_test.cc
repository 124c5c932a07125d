// AdaptiveEstimator where the path becomes longer, which looks like a queue.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "cc/bwe/adaptive_estimator.h"
#include "cc/bwe/adaptive_estimator_test_path.h"

namespace remb::core {
namespace {

using Mode = AdaptiveSignals::Mode;

TEST_CASE("AdaptiveEstimator: a longer path is not a queue for long") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_base_us(90'000);
  path.Run(TimeDelta::Seconds(6));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: a longer path that trembles is no competitor") {
  Path path(2'000'000);
  path.set_jitter(15'000);
  path.Run(kSettle);
  const double before = path.Run(TimeDelta::Seconds(10));
  path.set_base_us(150'000);
  for (int i = 0; i < 100; ++i) {
    path.Run(TimeDelta::Millis(100));
    REQUIRE(path.estimator().signals().mode != Mode::kCompetition);
  }
  CHECK(path.Run(TimeDelta::Seconds(10)) > before - 0.05);
  CHECK(path.Wait(0.95) < 45);
}

// It is drained first, for it may be a queue that there was no reason to cut for.
TEST_CASE("AdaptiveEstimator: a path that is a little longer is known by a drain without effect") {
  struct Longer {
    int64_t capacity_bps;
    int64_t by_us;
  };
  for (const Longer& longer : {Longer{600'000, 7'000}, {5'000'000, 5'000}, {5'000'000, 6'000}}) {
    CAPTURE(longer.capacity_bps, longer.by_us);
    Path path(longer.capacity_bps);
    path.Run(kSettle);
    const double before_ms = path.estimator().signals().base_delay_ms;
    const double known_ms = before_ms + 0.5e-3 * static_cast<double>(longer.by_us);
    path.set_base_us(50'000 + longer.by_us);
    bool drained = false;
    for (int i = 0; i < 100 && path.estimator().signals().base_delay_ms < known_ms; ++i) {
      path.Run(TimeDelta::Millis(50));
      drained |= path.estimator().signals().mode == Mode::kHold;
    }
    CHECK(drained);
    CHECK(path.estimator().signals().base_delay_ms > known_ms);
  }
}

TEST_CASE("AdaptiveEstimator: a drain tells nothing where the rate is not used") {
  Path path(600'000);
  path.Run(kSettle);
  path.set_source_max(150'000);
  path.Run(TimeDelta::Seconds(5));
  const double base_ms = path.estimator().signals().base_delay_ms;
  path.set_base_us(59'000);
  bool drained = false;
  for (int i = 0; i < 120; ++i) {  // not until the base that was is forgotten
    path.Run(TimeDelta::Millis(100));
    drained |= path.estimator().signals().mode == Mode::kHold;
    REQUIRE(path.estimator().signals().base_delay_ms < base_ms + 4.5);
  }
  CHECK(drained);
}

}  // namespace
}  // namespace remb::core
