#include "tools/sim/cubic.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

namespace remb::sim {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

constexpr Nanos kRtt = 100 * kMillisecond;

// Acknowledges a window in each round trip, evenly, for this long.
void Acknowledge(Cubic& cubic, Nanos& now, Nanos length) {
  const Nanos end = now + length;
  while (now < end) {
    cubic.OnAck(1, now, kRtt);
    now += static_cast<Nanos>(kRtt / cubic.window());
  }
}

TEST_CASE("Cubic.CutsToSevenTenths") {
  Cubic cubic(1000);
  cubic.OnLoss(1000);
  CHECK(cubic.window() == 700);
  CHECK(cubic.slow_start_threshold() == 700);
  cubic.OnLoss(1);
  CHECK(cubic.window() == 2);
}

TEST_CASE("Cubic.FollowsTheCubicFunction") {
  // 1000 segments at 100 ms are far from where it would go as NewReno does.
  Cubic cubic(1000);
  Nanos now = 0;
  for (int i = 0; i < 990; ++i) cubic.OnAck(1, now, kRtt);  // slow start from ten
  REQUIRE(cubic.window() == 1000);
  cubic.OnLoss(1000);
  const double k = std::cbrt(1000 * 0.3 / 0.4);  // 9.09 s
  now = 5 * kSecond;
  for (const int second : {1, 3, 6, 9, 12, 15}) {
    Acknowledge(cubic, now, 5 * kSecond + second * kSecond - now);
    const double t = Seconds(now - 5 * kSecond);
    CHECK_THAT(cubic.window(), WithinRel(0.4 * std::pow(t - k, 3) + 1000, 0.002));
  }
}

TEST_CASE("Cubic.GivesUpRoomWhenItsMaximumFalls") {
  Cubic cubic(1000);
  Nanos now = 0;
  for (int i = 0; i < 990; ++i) cubic.OnAck(1, now, kRtt);
  cubic.OnLoss(1000);
  Acknowledge(cubic, now, kSecond);
  const double before = cubic.window();
  REQUIRE(before < 1000);
  cubic.OnLoss(before);
  // Flat at 0.85 of where the loss was: there after K, and hardly more a second later.
  const double max = before * 1.7 / 2;
  const double k = std::cbrt((max - 0.7 * before) / 0.4);
  const Nanos start = now;
  Acknowledge(cubic, now, FromSeconds(k));
  CHECK_THAT(cubic.window(), WithinRel(max, 0.001));
  Acknowledge(cubic, now, kSecond);
  CHECK_THAT(cubic.window(), WithinAbs(max + 0.4 * std::pow(Seconds(now - start) - k, 3), 0.5));
}

TEST_CASE("Cubic.GoesAsNewRenoDoesWhereThatIsFaster") {
  Cubic cubic(1000);
  Nanos now = 0;
  for (int i = 0; i < 10; ++i) cubic.OnAck(1, now, kRtt);
  cubic.OnLoss(20);
  REQUIRE(cubic.window() == 14);
  // K is 2.5 s; NewReno's share, 0.53 segments in a round trip, is at 20 after 11 of them, and
  // grows by one in each from there.
  Acknowledge(cubic, now, 11 * kRtt);
  CHECK_THAT(cubic.window(), WithinAbs(14 + 11 * 0.529, 0.3));
  const double at_prior = cubic.window();
  Acknowledge(cubic, now, 10 * kRtt);
  CHECK_THAT(cubic.window(), WithinAbs(at_prior + 10, 0.6));
}

TEST_CASE("Cubic.StartsFlatAfterATimeout") {
  Cubic cubic(1000);
  Nanos now = 0;
  for (int i = 0; i < 990; ++i) cubic.OnAck(1, now, kRtt);
  cubic.OnTimeout(1000, /*again=*/false);
  CHECK(cubic.window() == 1);
  CHECK(cubic.slow_start_threshold() == 700);
  for (int i = 0; i < 699; ++i) cubic.OnAck(1, now, kRtt);
  CHECK(cubic.window() == 700);
  Acknowledge(cubic, now, 4 * kSecond);
  // C t^3 above where it starts; NewReno's 0.53 in a round trip are 21 by then.
  CHECK_THAT(cubic.window(), WithinRel(700 + 0.4 * 64, 0.003));
}

}  // namespace
}  // namespace remb::sim
