#include "tools/sim/command/receiver_spec.h"

#include <absl/status/status.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <vector>

#include "tools/replay/options.h"

namespace remb::sim {
namespace {

constexpr double kMostLagMs = 60'000;
constexpr double kGreatestShare = 2;

}  // namespace

absl::StatusOr<ReceiverConfig> ParseReceiver(const std::string& text) {
  ReceiverConfig receiver;
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts[0] != "knowing") {
    replay::Profile profile{};
    std::string error;
    if (!replay::AbslParseFlag(text, &profile, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("profile '", text, "': ", error, " knowing[:F[:LAG_MS]]"));
    }
    receiver.profile = profile.value;
    return receiver;
  }
  receiver.kind = ReceiverConfig::Kind::kKnowing;
  const auto bad = [&](const char* what) {
    return absl::InvalidArgumentError(absl::StrCat("profile '", text, "': ", what));
  };
  if (parts.size() > 3) return bad("knowing[:F[:LAG_MS]]");
  if (parts.size() > 1 && (!absl::SimpleAtod(parts[1], &receiver.share) ||
                           !(receiver.share > 0 && receiver.share <= kGreatestShare))) {
    return bad("F is above 0 and at most 2");
  }
  double lag_ms = 0;
  if (parts.size() > 2 &&
      (!absl::SimpleAtod(parts[2], &lag_ms) || !(lag_ms >= 0 && lag_ms <= kMostLagMs))) {
    return bad("LAG_MS is 0 to 60000");
  }
  receiver.lag = FromSeconds(lag_ms / 1000);
  return receiver;
}

std::string ReceiverName(const ReceiverConfig& receiver) {
  if (receiver.kind == ReceiverConfig::Kind::kLibrary) {
    return replay::AbslUnparseFlag(replay::Profile{receiver.profile});
  }
  std::string name = absl::StrCat("knowing:", receiver.share);
  if (receiver.lag > 0) absl::StrAppend(&name, ":", Milliseconds(receiver.lag));
  return name;
}

void SetReceiver(const ReceiverConfig& receiver, Scenario* scenario) {
  for (FlowConfig& flow : scenario->flows) {
    if (flow.kind != FlowConfig::Kind::kMedia) continue;
    const int32_t clock = flow.receiver.clock;
    flow.receiver = receiver;
    flow.receiver.clock = clock;
  }
}

}  // namespace remb::sim
