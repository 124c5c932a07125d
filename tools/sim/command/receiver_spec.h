// Which estimator receivers have, as users write it.
#ifndef TOOLS_SIM_COMMAND_RECEIVER_SPEC_H_
#define TOOLS_SIM_COMMAND_RECEIVER_SPEC_H_

#include <absl/status/statusor.h>

#include <string>

#include "tools/sim/scenario.h"

namespace remb::sim {

// One of the library's profiles by name, or "knowing", "knowing:F", "knowing:F:LAG_MS": REMB = F *
// the fair share, F above 0 and at most 2, by default 0.9; 0 to 60 000 ms late, by default not.
absl::StatusOr<ReceiverConfig> ParseReceiver(const std::string& text);

// "adaptive", "knowing:0.9:250".
std::string ReceiverName(const ReceiverConfig& receiver);

// Gives it to all media flows; their clock stays.
void SetReceiver(const ReceiverConfig& receiver, Scenario* scenario);

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_RECEIVER_SPEC_H_
