#include "tools/sim/results/results.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

namespace remb::sim {
namespace {

using Catch::Approx;

CaseResult WithRuns(const std::vector<double>& utilisations, double queue_p95_ms) {
  CaseResult result;
  for (double utilisation : utilisations) {
    RunMetrics run;
    run.utilisation = utilisation;
    run.queue_p95_ms = queue_p95_ms;
    result.runs.push_back(run);
  }
  return result;
}

TEST_CASE("Mean, worst and deviation over seeds") {
  const Spread spread = SpreadOf(WithRuns({0.8, 0.9, 1.0}, 0), &RunMetrics::utilisation);
  CHECK(spread.mean == Approx(0.9));
  CHECK(spread.least == Approx(0.8));
  CHECK(spread.greatest == Approx(1.0));
  CHECK(spread.deviation == Approx(0.1));
  CHECK(spread.count == 3);
}

TEST_CASE("A time that never came is longer than any; what does not apply is no part of means") {
  CaseResult result = WithRuns({1, 1, 1}, 0);
  result.runs[0].drop_queue_s = 2;
  result.runs[1].drop_queue_s = kNeverSeconds;
  const Spread spread = SpreadOf(result, &RunMetrics::drop_queue_s);
  CHECK(spread.mean == kNeverSeconds);
  CHECK(spread.greatest == kNeverSeconds);
  CHECK(spread.least == 2);
  CHECK(spread.finite_mean == 2);
  CHECK(spread.deviation == 0);
  CHECK(spread.count == 2);
  CHECK(spread.never == 1);
  result.runs[0].drop_queue_s = kNotApplicable;
  const Spread never = SpreadOf(result, &RunMetrics::drop_queue_s);
  CHECK(never.least == kNeverSeconds);
  CHECK(std::isnan(never.finite_mean));
  CHECK(never.never == never.count);
}

TEST_CASE("Efficiency is against the curve at the same delay") {
  CaseResult result = WithRuns({0.7, 0.8}, 30);
  CHECK(std::isnan(Efficiency(result)));
  result.curve = {{0.5, 0.5, 20}, {0.9, 0.9, 40}, {1, 1, 80}};
  CHECK(Efficiency(result) == Approx(0.75 / 0.7));
  result.curve[0].queue_p95_ms = 35;  // before the first point: level
  CHECK(Efficiency(result) == Approx(0.75 / 0.5));
  result.curve = {{0.5, 0.5, 10}, {0.9, 0.9, 25}};  // behind the last: level
  CHECK(Efficiency(result) == Approx(0.75 / 0.9));
}

TEST_CASE("More delay for less is not the curve") {
  CaseResult result = WithRuns({0.8}, 30);
  result.curve = {{0.8, 0.8, 20}, {0.9, 0.9, 40}, {1, 0.6, 30}};
  CHECK(Efficiency(result) == Approx(1));
}

}  // namespace
}  // namespace remb::sim
