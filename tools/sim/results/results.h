// What a bench leaves: the figures of scenarios under one receiver, over seeds.
#ifndef TOOLS_SIM_RESULTS_RESULTS_H_
#define TOOLS_SIM_RESULTS_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/results/metrics.h"

namespace remb::sim {

// What a receiver that knows the fair share reaches with REMB = f * that; means over seeds.
struct CurvePoint {
  double f = 0;
  double utilisation = 0;
  double queue_p95_ms = 0;
};

// One scenario, one variant.
struct CaseResult {
  std::string name;
  std::string title;
  std::string source;
  std::vector<std::string> conventions;
  std::vector<RunMetrics> runs;   // in the order of seeds
  std::vector<CurvePoint> curve;  // ascending f; empty if not asked for
  double efficiency = kNotApplicable;
};

struct Results {
  std::string receiver;              // "adaptive", "knowing:0.9"
  std::string library;               // its version, and path if it was loaded
  std::vector<std::string> options;  // that differ from the defaults: "encoder lag 100 ms"
  std::vector<CaseResult> cases;
};

// One figure over seeds. A time that never came is longer than any: it makes the mean and the
// greatest kNeverSeconds.
struct Spread {
  double mean = kNotApplicable;
  double least = kNotApplicable;
  double greatest = kNotApplicable;
  int count = 0;  // of seeds that have the figure
  int never = 0;  // of these, where it never came
  // Of the others.
  double finite_mean = kNotApplicable;
  double deviation = 0;  // standard, of a sample; 0 for one value
};
Spread SpreadOf(const CaseResult& result, double RunMetrics::*member);

// The estimator's mean utilisation / that of the curve at the same mean p95 queueing delay. Between
// points the curve is straight; before its first and behind its last it is level. The curve at a
// delay is the best that a knowing receiver reaches with that or less.
double Efficiency(const CaseResult& result);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_RESULTS_H_
