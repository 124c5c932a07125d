// Reads a flow of a scenario file.
#ifndef TOOLS_SIM_FLOW_READER_H_
#define TOOLS_SIM_FLOW_READER_H_

#include <yaml-cpp/yaml.h>

#include <vector>

#include "tools/sim/scenario.h"
#include "tools/sim/yaml_fields.h"

namespace remb::sim {

// One, or as many as its `count` says, named NAME-1 and so on. Errors are left in the context.
std::vector<FlowConfig> ReadFlows(YamlContext* context, const YAML::Node& node);

}  // namespace remb::sim

#endif  // TOOLS_SIM_FLOW_READER_H_
