#include "cc/bwe/growth.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <utility>

namespace remb::core {
namespace {

using Catch::Approx;

GrowthState Steady(double rate) {
  return {.rate = rate,
          .share = rate,
          .trains = std::nullopt,
          .capacity = std::nullopt,
          .idle = 1,
          .episode = std::nullopt};
}

TEST_CASE("Growth: the same for all, but for small rates") {
  CHECK(GrowthPerSecond(Steady(1e6)) == 120e3);
  CHECK(GrowthPerSecond(Steady(1e8)) == 120e3);
  CHECK(GrowthPerSecond(Steady(100e3)) == 25e3);
}

TEST_CASE("Growth: faster and faster while there is no queue") {
  GrowthState state = Steady(10e6);
  state.idle = 2.5;
  CHECK(GrowthPerSecond(state) == Approx(1.5e6));
  state.idle = 3.5;
  CHECK(GrowthPerSecond(state) == Approx(3e6));
  state.idle = 60;
  CHECK(GrowthPerSecond(state) == Approx(5e6));
}

TEST_CASE("Growth: to where trains show room") {
  GrowthState state = Steady(1e6);
  for (const auto& [trains, growth] : {std::pair(1.05e6, 120e3), std::pair(1.2e6, 0.75e6),
                                       std::pair(1.35e6, 1.5e6), std::pair(9e6, 1.5e6)}) {
    state.trains = trains;
    CHECK(GrowthPerSecond(state) == Approx(growth));
  }
}

TEST_CASE("Growth: slower to where trains show room that others share") {
  GrowthState state = Steady(1e6);
  state.trains = 1.2e6;
  for (const auto& [share, growth] : {std::pair(1.0, 0.75e6), std::pair(0.9, 0.75e6),
                                      std::pair(0.8, 0.576e6), std::pair(0.3, 0.225e6)}) {
    state.capacity = *state.trains / share;
    CHECK(GrowthPerSecond(state) == Approx(growth));
  }
}

TEST_CASE("Growth: back to the rate before an episode, if that was short") {
  GrowthState state = Steady(1e6);
  state.share = 1e6;
  state.episode = {.rate_before = 2e6, .length = 0, .since = 0.5};
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 2e6 - 1e6) / 0.3));
  state.episode->length = 0.7;
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 1.36788e6 - 1e6) / 0.3).epsilon(1e-4));
  state.episode->length = 30;
  CHECK(GrowthPerSecond(state) == 120e3);
  state.episode = {.rate_before = 2e6, .length = 0, .since = 1.9};
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 2e6 - 1e6) / 0.3));
  state.episode->since = 2;
  CHECK(GrowthPerSecond(state) == 120e3);
}

TEST_CASE("Growth: back to no more than trains show, or what is delivered") {
  GrowthState state = Steady(0.5e6);
  state.share = 0.8e6;
  state.episode = {.rate_before = 2e6, .length = 0, .since = 0.5};
  state.capacity = 1e6;
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 1e6 - 0.5e6) / 0.3));
  state.capacity = 0.6e6;
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 0.8e6 - 0.5e6) / 0.3));
  state.capacity = 9e6;
  CHECK(GrowthPerSecond(state) == Approx((0.98 * 2e6 - 0.5e6) / 0.3));
}

TEST_CASE("Growth: a cut that was too deep is taken back in the second after it") {
  GrowthState state = Steady(0.5e6);
  CHECK(RateAfterEpisode(state) == 0);
  state.share = 1e6;
  state.episode = {.rate_before = 2e6, .length = 1, .since = 0.5};
  CHECK(RateAfterEpisode(state) == Approx(0.95e6));
  state.episode->since = 1;
  CHECK(RateAfterEpisode(state) == 0);
}

TEST_CASE("Growth: stops where the sender does not follow") {
  CHECK(GrowthLimit(0, {}) == 300e3);
  CHECK(GrowthLimit(2e6, {}) == Approx(3.01e6));
}

TEST_CASE("Growth: goes on where trains show that the path carries more") {
  CHECK(GrowthLimit(2e6, 2e6) == Approx(3.01e6));
  CHECK(GrowthLimit(1e6, 4.2e6) == Approx(4e6));
}

TEST_CASE("Growth: to no more than ten times what is received") {
  CHECK(GrowthLimit(2e6, 1e9) == Approx(20e6));
  CHECK(GrowthLimit(20e3, 1e9) == 300e3);
}

TEST_CASE("Growth: an episode tells nothing without a share") {
  GrowthState state = Steady(1e6);
  state.share = std::nullopt;
  state.episode = {.rate_before = 2e6, .length = 0, .since = 0.5};
  CHECK(GrowthPerSecond(state) == 120e3);
  CHECK(RateAfterEpisode(state) == 0);
}

}  // namespace
}  // namespace remb::core
