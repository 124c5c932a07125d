// Runs scenarios with seeds and receivers, and gathers the figures.
#ifndef TOOLS_SIM_COMMAND_BENCH_H_
#define TOOLS_SIM_COMMAND_BENCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/report/cc/report.h"
#include "tools/sim/library.h"
#include "tools/sim/recording.h"
#include "tools/sim/results/results.h"
#include "tools/sim/results/time_series.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

struct BenchOptions {
  std::vector<uint64_t> seeds;
  ReceiverConfig receiver;
  Library library;
  int jobs = 1;
  bool plots = false;       // of each case's first seed
  bool series = false;      // likewise
  bool trace = false;       // likewise: what its first media receiver gets
  bool efficiency = false;  // also runs knowing receivers
};

struct BenchOutput {
  std::vector<CaseResult> cases;                  // in the order of scenarios
  std::vector<std::vector<report::Chart>> plots;  // by case, if asked for
  std::vector<std::vector<SeriesRow>> series;     // likewise
  std::vector<std::vector<TraceRow>> traces;      // likewise
};

// Keeps the curves of knowing receivers, so that comparing receivers runs those once. The same
// scenarios in the same order give the same output whatever the number of jobs.
class Bench {
 public:
  // Progress is told on standard error.
  BenchOutput Run(const std::vector<Scenario>& scenarios, const BenchOptions& options);

 private:
  // By scenario name; seeds are the same within one program.
  std::map<std::string, std::vector<CurvePoint>> curves_;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_BENCH_H_
