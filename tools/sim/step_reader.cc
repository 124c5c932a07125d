#include "tools/sim/step_reader.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <string>
#include <vector>

namespace remb::sim {
namespace {

// The names of what a step of this kind can be done to.
std::vector<std::string> Targets(Step::Kind kind, const Scenario& scenario) {
  std::vector<std::string> names;
  const bool of_link = kind == Step::Kind::kCapacity || kind == Step::Kind::kLoss;
  if (of_link) {
    for (const LinkConfig& link : scenario.links) {
      if (kind == Step::Kind::kLoss || link.capacity.kind != CapacityConfig::Kind::kMahimahi) {
        names.push_back(link.name);
      }
    }
    return names;
  }
  for (const FlowConfig& flow : scenario.flows) {
    const bool fits = kind == Step::Kind::kDelay ||
                      (kind == Step::Kind::kCrossRate ? flow.kind == FlowConfig::Kind::kCross
                                                      : flow.kind == FlowConfig::Kind::kMedia);
    if (fits) names.push_back(flow.name);
  }
  return names;
}

}  // namespace

Step ReadStep(YamlContext* context, const YAML::Node& node, const Scenario& scenario) {
  using Kind = Step::Kind;
  Step step;
  Fields fields(context, node, "a step");
  for (const char* key : {"at", "say"}) fields.Require(key);
  fields.Time("at", &step.at);
  fields.Text("say", &step.say);
  fields.Text("of", &step.target);

  std::vector<Kind> kinds;
  if (fields.Rate("capacity", &step.bps)) kinds.push_back(Kind::kCapacity);
  if (fields.Rate("cross_rate", &step.bps)) kinds.push_back(Kind::kCrossRate);
  if (fields.Text("pause", &step.target)) kinds.push_back(Kind::kPause);
  if (fields.Text("resume", &step.target)) kinds.push_back(Kind::kResume);
  if (fields.Rate("source_max", &step.bps)) kinds.push_back(Kind::kSourceMax);
  if (fields.Time("delay", &step.time)) kinds.push_back(Kind::kDelay);
  if (fields.SignedTime("receiver_clock", &step.time)) kinds.push_back(Kind::kReceiverClock);
  if (fields.Share("loss", &step.probability)) kinds.push_back(Kind::kLoss);
  fields.Finish();
  if (kinds.size() != 1) {
    fields.Fail(
        "a step does one of: capacity, cross_rate, pause, resume, source_max, delay, "
        "receiver_clock, loss");
    return step;
  }
  step.kind = kinds[0];

  const std::vector<std::string> targets = Targets(step.kind, scenario);
  if (step.target.empty() && targets.size() == 1) step.target = targets[0];
  if (std::find(targets.begin(), targets.end(), step.target) == targets.end()) {
    fields.Fail(absl::StrCat(
        step.target.empty() ? "'of' must say of what"
                            : absl::StrCat("this can't be done to '", step.target, "'"),
        targets.empty() ? "; there is nothing here that it can be done to"
                        : absl::StrCat("; it can be of: ", absl::StrJoin(targets, ", "))));
  }
  return step;
}

}  // namespace remb::sim
