// How evenly flows share.
#ifndef TOOLS_SIM_RESULTS_FAIRNESS_H_
#define TOOLS_SIM_RESULTS_FAIRNESS_H_

#include <vector>

#include "tools/sim/results/metrics.h"
#include "tools/sim/results/series.h"

namespace remb::sim {

// Means over windows of this length, one after the other from `from` to `until`, in which two or
// more flows are active throughout.
Fairness FairnessInWindows(const std::vector<FlowSeries>& flows, Nanos window, Nanos from,
                           Nanos until);

// Over one stretch of time, of the flows that are active for half of it or more; what flows receive
// while paused does not count.
Fairness FairnessOver(const std::vector<FlowSeries>& flows, Nanos from, Nanos until);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_FAIRNESS_H_
