// Plots of one run.
#ifndef TOOLS_SIM_RESULTS_PLOTS_H_
#define TOOLS_SIM_RESULTS_PLOTS_H_

#include <string>
#include <vector>

#include "tools/report/cc/report.h"
#include "tools/sim/recording.h"
#include "tools/sim/results/results.h"

namespace remb::sim {

// A chart of rates and one of queueing delay per media flow, one of rates for all other traffic,
// and per link one of capacity and use and one of its queue.
std::vector<report::Chart> Plots(const Recording& recording);

// A page of all cases' charts, under each case's name; as many charts as cases in `plots`.
report::Report Page(const Results& results, const std::vector<std::vector<report::Chart>>& plots);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_PLOTS_H_
