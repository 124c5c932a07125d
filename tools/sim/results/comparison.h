// Two results side by side.
#ifndef TOOLS_SIM_RESULTS_COMPARISON_H_
#define TOOLS_SIM_RESULTS_COMPARISON_H_

#include <absl/status/statusor.h>

#include <string>

#include "tools/sim/results/results.h"

namespace remb::sim {

// A block for each case that both have: means with their standard deviation over seeds, and which
// differences are larger than these two deviations together (root of the sum of squares). A time
// that never came in more seeds is worse, whatever it was in the others. kNotFound if there is no
// such case.
absl::StatusOr<std::string> Compare(const Results& a, const Results& b);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_COMPARISON_H_
