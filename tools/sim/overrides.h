// What a command line changes in scenarios.
#ifndef TOOLS_SIM_OVERRIDES_H_
#define TOOLS_SIM_OVERRIDES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/scenario.h"

namespace remb::sim {

// Of all media flows; what is not set stays as the scenario has it.
struct Overrides {
  std::optional<ReceiverConfig::Kind> receiver;
  std::optional<int32_t> profile;  // REMB_PROFILE_*
  std::optional<int32_t> clock;    // REMB_CLOCK_*
  std::optional<double> share;     // of the knowing receiver
  std::optional<Nanos> receiver_lag;
  std::optional<Nanos> encoder_lag;  // of video
  std::optional<double> pacing_factor;
  std::optional<Nanos> pacing_burst;
  std::optional<bool> start_phase;
  std::optional<int> overhead_bytes;
};

void Apply(const Overrides& overrides, Scenario* scenario);

// The rules that figures depend on, in words, as the scenario is configured now.
std::vector<std::string> Conventions(const Scenario& scenario);

}  // namespace remb::sim

#endif  // TOOLS_SIM_OVERRIDES_H_
