#include "tools/sim/results/fairness.h"

#include <algorithm>

namespace remb::sim {
namespace {

// A window in which a flow gets nothing has no ratio; this bounds what it does to the mean.
constexpr double kGreatestRatio = 100;

Fairness Compare(const std::vector<double>& rates) {
  if (rates.size() < 2) return {};
  double sum = 0;
  double squares = 0;
  for (double rate : rates) {
    sum += rate;
    squares += rate * rate;
  }
  const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
  if (*most == 0) return {};
  return {sum * sum / (static_cast<double>(rates.size()) * squares),
          *least * kGreatestRatio > *most ? *most / *least : kGreatestRatio};
}

}  // namespace

Fairness FairnessInWindows(const std::vector<FlowSeries>& flows, Nanos window, Nanos from,
                           Nanos until) {
  Fairness sum{0, 0};
  int windows = 0;
  std::vector<double> rates;
  for (Nanos begin = from; begin + window <= until; begin += window) {
    rates.clear();
    for (const FlowSeries& flow : flows) {
      if (!flow.ActiveThroughout(begin, begin + window)) continue;
      rates.push_back(flow.received.Over(begin, begin + window) /
                      flow.share.Over(begin, begin + window));
    }
    const Fairness one = Compare(rates);
    if (!(one.jain > 0)) continue;
    sum.jain += one.jain;
    sum.max_min += one.max_min;
    ++windows;
  }
  if (windows == 0) return {};
  return {sum.jain / windows, sum.max_min / windows};
}

Fairness FairnessOver(const std::vector<FlowSeries>& flows, Nanos from, Nanos until) {
  std::vector<double> rates;
  for (const FlowSeries& flow : flows) {
    if (flow.active.Over(from, until) < Seconds(until - from) / 2 - Seconds(kBin)) continue;
    rates.push_back(flow.counted.Over(from, until) / flow.share.Over(from, until));
  }
  return Compare(rates);
}

}  // namespace remb::sim
