#include "cc/bwe/start_up.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

using Catch::Approx;

TEST_CASE("StartUp: lasts 2.5 s, or until the path is busy") {
  StartUp start;
  CHECK(start.IsOn(Timestamp::Millis(10'000)));
  CHECK(start.IsOn(Timestamp::Millis(12'499)));
  CHECK_FALSE(start.IsOn(Timestamp::Millis(12'500)));
  CHECK_FALSE(start.IsOn(Timestamp::Millis(12'501)));
  StartUp busy;
  CHECK(busy.IsOn(Timestamp::Millis(10'000)));
  busy.End();
  CHECK_FALSE(busy.IsOn(Timestamp::Millis(10'001)));
}

TEST_CASE("StartUp: to what the best long train shows, sent and arrived") {
  StartUp start;
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == 0);
  start.OnTrain({.gaps = 3, .send_rate = 9e6, .arrival_rate = 9e6});
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == 0);
  start.OnTrain({.gaps = 4, .send_rate = 3e6, .arrival_rate = 2e6});
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == Approx(1.9e6));
  start.OnTrain({.gaps = 4, .send_rate = 2.5e6, .arrival_rate = 4e6});
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == Approx(0.95 * 2.5e6));
  start.OnTrain({.gaps = 9, .send_rate = 1e6, .arrival_rate = 1e6});
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == Approx(0.95 * 2.5e6));
  start.OnTrain({.gaps = 4, .send_rate = std::nullopt, .arrival_rate = 3e6});
  CHECK(start.Rate(1e6, std::nullopt, std::nullopt) == Approx(0.95 * 3e6));
}

TEST_CASE("StartUp: to no more than ten times what is received") {
  StartUp start;
  start.OnTrain({.gaps = 9, .send_rate = 1e9, .arrival_rate = 0.9e9});
  CHECK(start.Rate(0.3e6, 0.9e9, 1e9) == Approx(3e6));
}

TEST_CASE("StartUp: to the rate of trains, but at most twice what is received") {
  const StartUp start;
  CHECK(start.Rate(1e6, 4e6, 4e6) == Approx(2e6));
  CHECK(start.Rate(9e6, 4e6, 4e6) == Approx(3.6e6));   // the path keeps up: to how they were sent
  CHECK(start.Rate(9e6, 3e6, 4e6) == Approx(2.85e6));  // it does not: to how they arrive
  CHECK(start.Rate(9e6, 3e6, std::nullopt) == Approx(2.85e6));
}

}  // namespace
}  // namespace remb::core
