#include "tools/sim/capacity_process.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

namespace remb::sim {
namespace {

TEST_CASE("CapacityProcess.AWalkStaysWithinItsBoundsAndStepsAsSaid") {
  EventQueue events;
  CapacityConfig config;
  config.kind = CapacityConfig::Kind::kRandomWalk;
  config.bps = 2'000'000;
  config.low_bps = 250'000;
  config.high_bps = 8'000'000;
  config.interval = 200 * kMillisecond;
  config.sigma = 0.1;
  std::vector<int64_t> rates;
  CapacityProcess process(config, &events, 1, "link", [&](int64_t bps) { rates.push_back(bps); });
  CHECK(process.bps() == 2'000'000);
  events.RunUntil(4000 * kSecond);
  REQUIRE(rates.size() == 20'000);
  CHECK(process.bps() == rates.back());
  double squares = 0, logs = 0;
  int steps = 0;
  for (size_t i = 1; i < rates.size(); ++i) {
    REQUIRE((rates[i] >= config.low_bps && rates[i] <= config.high_bps));
    logs += std::log(static_cast<double>(rates[i]));
    // Near the bounds steps are turned back.
    if (rates[i - 1] < 500'000 || rates[i - 1] > 4'000'000) continue;
    const double step = std::log(static_cast<double>(rates[i]) / static_cast<double>(rates[i - 1]));
    squares += step * step;
    ++steps;
  }
  CHECK(std::sqrt(squares / steps) == Catch::Approx(0.1).epsilon(0.03));
  // All rates are equally likely in the logarithm, so the mean is the bounds' geometric one. The
  // walk crosses its range some 200 times in this run: a loose bound.
  CHECK(logs / static_cast<double>(rates.size()) ==
        Catch::Approx(std::log(std::sqrt(250e3 * 8e6))).margin(0.25));
}

TEST_CASE("CapacityProcess.UniformRatesForExponentialTimes") {
  EventQueue events;
  CapacityConfig config;
  config.kind = CapacityConfig::Kind::kUniform;
  config.low_bps = 500'000;
  config.high_bps = 4'500'000;
  config.interval = 2 * kSecond;
  std::vector<double> rates;
  std::vector<Nanos> times;
  CapacityProcess process(config, &events, 1, "link", [&](int64_t bps) {
    rates.push_back(static_cast<double>(bps));
    times.push_back(events.now());
  });
  events.RunUntil(40'000 * kSecond);
  CHECK(static_cast<double>(rates.size()) == Catch::Approx(20'000).epsilon(0.03));
  double sum = 0;
  for (const double rate : rates) sum += rate;
  CHECK(sum / static_cast<double>(rates.size()) == Catch::Approx(2.5e6).epsilon(0.02));
  CHECK(*std::min_element(rates.begin(), rates.end()) < 510'000);
  CHECK(*std::max_element(rates.begin(), rates.end()) > 4'490'000);
  int64_t longer = 0;
  for (size_t i = 1; i < times.size(); ++i) longer += times[i] - times[i - 1] > config.interval;
  CHECK(static_cast<double>(longer) / static_cast<double>(times.size()) ==
        Catch::Approx(std::exp(-1)).epsilon(0.04));
}

}  // namespace
}  // namespace remb::sim
