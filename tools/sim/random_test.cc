#include "tools/sim/random.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>

namespace remb::sim {
namespace {

constexpr int kDraws = 400'000;

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments Measure(const std::function<double()>& draw) {
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = draw();
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  return {.mean = mean, .variance = squares / kDraws - mean * mean};
}

TEST_CASE("Random.TheSameOnEveryMachine") {
  // std::mt19937_64 is specified to the bit, and so is the hash that seeds it: these change only if
  // somebody changes the generator, and with it all published results.
  Random random(1, "bottleneck/loss");
  CHECK(random.Uniform() == 0x1.4a98ca9b5a3e2p-1);
  CHECK(random.Uniform() == 0x1.7b5d5f8eaf7bbp-1);
}

TEST_CASE("Random.SeedAndNameBothCount") {
  Random reference(1, "a/loss"), same(1, "a/loss"), name(1, "a/lost"), seed(2, "a/loss");
  const double first = reference.Uniform();
  CHECK(same.Uniform() == first);
  CHECK(name.Uniform() != first);
  CHECK(seed.Uniform() != first);
}

TEST_CASE("Random.NeighbouringSeedsAreIndependent") {
  // The correlation of the first draws of 10 000 pairs of neighbours: sigma is 0.01.
  double product = 0;
  for (uint64_t seed = 0; seed < 10'000; ++seed) {
    Random a(seed, "x"), b(seed + 1, "x");
    product += (a.Uniform() - 0.5) * (b.Uniform() - 0.5) * 12;
  }
  CHECK(std::fabs(product / 10'000) < 0.04);
}

TEST_CASE("Random.Distributions") {
  Random random(7, "test");
  const Moments uniform = Measure([&] { return random.Uniform(2, 4); });
  CHECK(uniform.mean == Catch::Approx(3).margin(0.005));
  CHECK(uniform.variance == Catch::Approx(1.0 / 3).epsilon(0.01));
  const Moments gaussian = Measure([&] { return random.Gaussian(10, 3); });
  CHECK(gaussian.mean == Catch::Approx(10).margin(0.025));
  CHECK(gaussian.variance == Catch::Approx(9).epsilon(0.01));
  const Moments exponential = Measure([&] { return random.Exponential(5); });
  CHECK(exponential.mean == Catch::Approx(5).epsilon(0.01));
  CHECK(exponential.variance == Catch::Approx(25).epsilon(0.02));
  const Moments laplace = Measure([&] { return random.Laplace(0.15); });
  CHECK(laplace.mean == Catch::Approx(0).margin(0.002));
  CHECK(laplace.variance == Catch::Approx(2 * 0.15 * 0.15).epsilon(0.02));
}

TEST_CASE("Random.GaussianTails") {
  Random random(3, "tails");
  int beyond = 0;
  for (int i = 0; i < kDraws; ++i) beyond += std::fabs(random.Gaussian(0, 1)) > 2;
  CHECK(beyond / static_cast<double>(kDraws) == Catch::Approx(0.0455).epsilon(0.03));
}

TEST_CASE("Random.UniformStaysBelowOne") {
  Random random(4, "range");
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Uniform();
    REQUIRE((value >= 0 && value < 1));
  }
  CHECK_FALSE(random.Chance(0));
  CHECK(random.Chance(1));
}

}  // namespace
}  // namespace remb::sim
