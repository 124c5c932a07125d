// Reads scenario files: YAML, as scenarios/README.md describes.
#ifndef TOOLS_SIM_SCENARIO_READER_H_
#define TOOLS_SIM_SCENARIO_READER_H_

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "tools/sim/overrides.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

// Which of a file's variants: NAME to the option as the file writes it, spaces not counted. Names
// that a file does not have are passed over.
using VariantChoice = std::map<std::string, std::string>;

// One scenario for each combination of the options of its variants that `choice` leaves, the last
// variant changing first; so the first scenario has the first option of each. Errors:
// kInvalidArgument, "FILE:LINE:COLUMN: what is wrong and what is allowed", or what the system says
// of the file.
absl::StatusOr<std::vector<Scenario>> ReadScenarios(const std::string& path,
                                                    const Overrides& overrides = {},
                                                    const VariantChoice& choice = {});

}  // namespace remb::sim

#endif  // TOOLS_SIM_SCENARIO_READER_H_
