#include "tools/sim/results/series.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

namespace remb::sim {
namespace {

using Catch::Approx;

TEST_CASE("Sums over bins take those that begin in the time") {
  const BinSums sums({1, 2, 4, 8});
  CHECK(sums.Over(0, 4 * kBin) == 15);
  CHECK(sums.Over(kBin, 3 * kBin) == 6);
  CHECK(sums.Over(kBin + 1, 3 * kBin) == 4);
  CHECK(sums.Over(2 * kBin, 2 * kBin) == 0);
  CHECK(sums.Over(3 * kBin, 100 * kBin) == 8);
  CHECK(sums.Over(-5 * kBin, kBin) == 1);
}

TEST_CASE("A value holds until it changes") {
  const std::vector<Change> changes = {{10, 1}, {20, 2}};
  CHECK(ValueAt(changes, 9) == 0);
  CHECK(ValueAt(changes, 10) == 1);
  CHECK(ValueAt(changes, 19) == 1);
  CHECK(ValueAt(changes, 1000) == 2);
}

TEST_CASE("Integrals split changes between bins") {
  // 1 Mbit/s from 5 ms on, 2 Mbit/s from 25 ms on.
  const std::vector<Change> changes = {{5 * kMillisecond, 1e6}, {25 * kMillisecond, 2e6}};
  const std::vector<double> bits = Integrals(changes, 4);
  CHECK(bits[0] == Approx(5'000));
  CHECK(bits[1] == Approx(10'000));
  CHECK(bits[2] == Approx(15'000));
  CHECK(bits[3] == Approx(20'000));
}

TEST_CASE("Percentiles are of the nearest rank") {
  std::vector<Nanos> values = {40, 10, 30, 20};
  CHECK(Percentile(&values, 0.5) == 20);
  CHECK(Percentile(&values, 0.51) == 30);
  CHECK(Percentile(&values, 0.95) == 40);
  CHECK(Percentile(&values, 0) == 10);
  CHECK(Percentile(&values, 1) == 40);
  std::vector<Nanos> none;
  CHECK(Percentile(&none, 0.5) == 0);
}

TEST_CASE("A paused flow is not active, and what it then receives does not count") {
  FlowRecording flow;
  flow.fair_share = {{0, 1e6}, {kSecond, 0}, {2 * kSecond, 5e5}};
  flow.bins.resize(300);
  for (Bin& bin : flow.bins) bin.received_bytes = 1000;
  const FlowSeries series(flow, 3 * kSecond);
  CHECK(series.start == 0);
  CHECK(series.end == 3 * kSecond);
  CHECK(series.received.Over(0, 3 * kSecond) == Approx(2.4e6));
  CHECK(series.counted.Over(0, 3 * kSecond) == Approx(1.6e6));
  CHECK(series.share.Over(0, 3 * kSecond) == Approx(1.5e6));
  CHECK(series.active.Over(0, 3 * kSecond) == Approx(2));
  CHECK(series.ActiveThroughout(0, kSecond));
  CHECK_FALSE(series.ActiveThroughout(kSecond / 2, 3 * kSecond / 2));
  CHECK(series.ReceivedRate(0, kSecond) == Approx(8e5));
  CHECK(series.ShareRate(0, 3 * kSecond) == Approx(5e5));
}

TEST_CASE("A flow ends when it last has a share") {
  FlowRecording flow;
  flow.fair_share = {{0, 0}, {kSecond, 1e6}, {2 * kSecond, 0}};
  const FlowSeries series(flow, 5 * kSecond);
  CHECK(series.start == kSecond);
  CHECK(series.end == 2 * kSecond);
  CHECK(FlowSeries(FlowRecording(), kSecond).start == -1);
}

}  // namespace
}  // namespace remb::sim
