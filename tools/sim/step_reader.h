// Reads a step of a scenario file.
#ifndef TOOLS_SIM_STEP_READER_H_
#define TOOLS_SIM_STEP_READER_H_

#include <yaml-cpp/yaml.h>

#include "tools/sim/scenario.h"
#include "tools/sim/yaml_fields.h"

namespace remb::sim {

// What it is done to is among the links and flows of `scenario`, and needs no name where there is
// only one that it could be. Errors are left in the context.
Step ReadStep(YamlContext* context, const YAML::Node& node, const Scenario& scenario);

}  // namespace remb::sim

#endif  // TOOLS_SIM_STEP_READER_H_
