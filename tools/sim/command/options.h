// Values of the command line.
#ifndef TOOLS_SIM_COMMAND_OPTIONS_H_
#define TOOLS_SIM_COMMAND_OPTIONS_H_

#include <absl/status/status.h>
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

// An error if one of these flags is not at its default: "--html does nothing here: " and the
// reason.
absl::Status CheckUnused(const std::vector<std::string>& flags, absl::string_view reason);

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_OPTIONS_H_
