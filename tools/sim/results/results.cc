#include "tools/sim/results/results.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace remb::sim {
namespace {

double CurveAt(std::vector<CurvePoint> curve, double queue_p95_ms) {
  std::stable_sort(curve.begin(), curve.end(), [](const CurvePoint& a, const CurvePoint& b) {
    return a.queue_p95_ms < b.queue_p95_ms;
  });
  double best = 0;
  for (size_t i = 0; i < curve.size(); ++i) {
    const double before = best;
    best = std::max(best, curve[i].utilisation);
    if (curve[i].queue_p95_ms < queue_p95_ms) continue;
    if (i == 0) return best;
    const double from = curve[i - 1].queue_p95_ms;
    const double part = (queue_p95_ms - from) / (curve[i].queue_p95_ms - from);
    return before + part * (best - before);
  }
  return best;
}

}  // namespace

Spread SpreadOf(const CaseResult& result, double RunMetrics::*member) {
  Spread spread;
  double sum = 0;
  for (const RunMetrics& run : result.runs) {
    const double value = run.*member;
    if (std::isnan(value)) continue;
    ++spread.count;
    spread.least = std::fmin(spread.least, value);
    spread.greatest = std::fmax(spread.greatest, value);
    if (std::isinf(value)) {
      ++spread.never;
    } else {
      sum += value;
    }
  }
  const int finite = spread.count - spread.never;
  if (finite > 0) spread.finite_mean = sum / finite;
  spread.mean = spread.never > 0 ? kNeverSeconds : spread.finite_mean;
  double squares = 0;
  for (const RunMetrics& run : result.runs) {
    const double value = run.*member - spread.finite_mean;
    if (std::isfinite(value)) squares += value * value;
  }
  if (finite > 1) spread.deviation = std::sqrt(squares / (finite - 1));
  return spread;
}

double Efficiency(const CaseResult& result) {
  if (result.curve.empty()) return kNotApplicable;
  const double delay = SpreadOf(result, &RunMetrics::queue_p95_ms).mean;
  const double reachable = CurveAt(result.curve, delay);
  if (!(reachable > 0)) return kNotApplicable;
  return SpreadOf(result, &RunMetrics::utilisation).mean / reachable;
}

}  // namespace remb::sim
