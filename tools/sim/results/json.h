// Results as a JSON file, and back.
#ifndef TOOLS_SIM_RESULTS_JSON_H_
#define TOOLS_SIM_RESULTS_JSON_H_

#include <absl/status/statusor.h>

#include <ostream>
#include <string>

#include "tools/sim/results/results.h"

namespace remb::sim {

// Everything. What does not apply is null, a time that never came the string "never".
void WriteJson(const Results& results, std::ostream& out);

// What comparing needs of such a file: names, figures of each run and efficiencies; not flows,
// links and curves. Errors name the file: kNotFound, kInvalidArgument.
absl::StatusOr<Results> ReadJson(const std::string& path);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_JSON_H_
