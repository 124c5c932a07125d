// Values of the command line.
#ifndef TOOLS_SIM_COMMAND_OPTIONS_H_
#define TOOLS_SIM_COMMAND_OPTIONS_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>
#include <vector>

namespace remb::sim {

// "10": 1 to 10. "101-110": these. "1,5,7-9" as it says. 10 000 at most.
struct Seeds {
  std::vector<uint64_t> values;
};
bool AbslParseFlag(absl::string_view text, Seeds* seeds, std::string* error);
std::string AbslUnparseFlag(const Seeds& seeds);

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_OPTIONS_H_
