#include "tools/sim/results/fairness.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

namespace remb::sim {
namespace {

using Catch::Approx;

// Due `share` bit/s from `start` on; receives `bytes` each 10 ms for 10 s.
FlowRecording Flow(double share, int64_t bytes, Nanos start = 0) {
  FlowRecording flow;
  flow.media = true;
  flow.fair_share = {{start, share}};
  flow.bins.resize(1000);
  for (Bin& bin : flow.bins) bin.received_bytes = bytes;
  return flow;
}

std::vector<FlowSeries> Series(const std::vector<FlowRecording>& flows) {
  std::vector<FlowSeries> series;
  series.reserve(flows.size());
  for (const FlowRecording& flow : flows) series.emplace_back(flow, 10 * kSecond);
  return series;
}

TEST_CASE("Jain's index and max/min of two flows") {
  const std::vector<FlowRecording> flows = {Flow(1e6, 1000), Flow(1e6, 500)};
  const Fairness fairness = FairnessInWindows(Series(flows), kSecond, 0, 10 * kSecond);
  CHECK(fairness.max_min == Approx(2));
  CHECK(fairness.jain == Approx(0.9));  // (1 + 0.5)^2 / (2 * 1.25)
}

TEST_CASE("Shares that differ and are reached are fair") {
  const std::vector<FlowRecording> flows = {Flow(2e6, 1000), Flow(1e6, 500)};
  const Fairness fairness = FairnessOver(Series(flows), 0, 10 * kSecond);
  CHECK(fairness.max_min == Approx(1));
  CHECK(fairness.jain == Approx(1));
}

TEST_CASE("Windows need two flows that are active throughout") {
  const std::vector<FlowRecording> flows = {Flow(1e6, 1000), Flow(1e6, 500, 6 * kSecond)};
  CHECK(std::isnan(FairnessInWindows(Series(flows), 20 * kSecond, 0, 10 * kSecond).jain));
  CHECK(FairnessInWindows(Series(flows), kSecond, 0, 10 * kSecond).max_min == Approx(2));
  CHECK(std::isnan(FairnessOver(Series(flows), 0, 10 * kSecond).jain));  // 40 % of the time
  CHECK(FairnessOver(Series(flows), 2 * kSecond, 10 * kSecond).max_min == Approx(2));
}

TEST_CASE("Who gets nothing counts as a ratio of 100") {
  const std::vector<FlowRecording> flows = {Flow(1e6, 1000), Flow(1e6, 0)};
  CHECK(FairnessOver(Series(flows), 0, 10 * kSecond).max_min == 100);
}

}  // namespace
}  // namespace remb::sim
