// Reads a link of a scenario file.
#ifndef TOOLS_SIM_LINK_READER_H_
#define TOOLS_SIM_LINK_READER_H_

#include <yaml-cpp/yaml.h>

#include "tools/sim/scenario.h"
#include "tools/sim/yaml_fields.h"

namespace remb::sim {

// Errors are left in the context.
LinkConfig ReadLink(YamlContext* context, const YAML::Node& node);

}  // namespace remb::sim

#endif  // TOOLS_SIM_LINK_READER_H_
