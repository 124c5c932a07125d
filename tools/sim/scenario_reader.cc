#include "tools/sim/scenario_reader.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "tools/sim/flow_reader.h"
#include "tools/sim/link_reader.h"
#include "tools/sim/step_reader.h"
#include "tools/sim/yaml_fields.h"

namespace remb::sim {
namespace {

struct Option {  // NOLINT(bugprone-exception-escape): YAML::Node's assignment may throw
  std::string label;
  YAML::Node value;
};

struct Variant {
  std::string name;
  YAML::Node node;  // of its name, for errors
  std::vector<Option> options;
};

std::string WithoutSpaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

// A list of values, or a map from labels to what they mean.
std::vector<Option> ReadOptions(YamlContext* context, const YAML::Node& node) {
  std::vector<Option> options;
  if (node.IsSequence()) {
    for (const auto& value : node) {
      if (value.IsScalar()) options.push_back({value.Scalar(), value});
    }
  } else if (node.IsMap()) {
    for (const auto& entry : node) {
      if (entry.first.IsScalar()) options.push_back({entry.first.Scalar(), entry.second});
    }
  }
  if (options.empty() || options.size() != node.size()) {
    context->Fail(node, "a variant is a list of values, or of lines 'LABEL: what it means'");
  }
  return options;
}

std::vector<Variant> ReadVariants(YamlContext* context, const YAML::Node& root,
                                  const VariantChoice& choice) {
  std::vector<Variant> variants;
  if (!root.IsMap() || !root["variants"]) return variants;
  Fields fields(context, root["variants"], "variants");
  if (!fields.node().IsMap()) return variants;
  for (const auto& entry : fields.node()) {
    std::vector<Option> options = ReadOptions(context, entry.second);
    const auto chosen = choice.find(entry.first.Scalar());
    if (chosen != choice.end()) {
      std::string known;
      for (const Option& option : options) absl::StrAppend(&known, " '", option.label, "'");
      std::erase_if(options, [&](const Option& option) {
        return WithoutSpaces(option.label) != WithoutSpaces(chosen->second);
      });
      if (options.empty()) {
        context->Fail(entry.second, absl::StrCat("the variant '", chosen->first, "' has no '",
                                                 chosen->second, "'; it has:", known));
      }
    }
    variants.push_back({entry.first.Scalar(), entry.first, std::move(options)});
  }
  return variants;
}

void CheckNames(YamlContext* context, const YAML::Node& root, const Scenario& scenario) {
  std::set<std::string> links;
  for (const LinkConfig& link : scenario.links) {
    if (!links.insert(link.name).second) {
      context->Fail(root["links"], absl::StrCat("two links are named '", link.name, "'"));
    }
  }
  std::string known;
  for (const std::string& link : links) absl::StrAppend(&known, " ", link);
  std::set<std::string> flows;
  for (const FlowConfig& flow : scenario.flows) {
    if (!flows.insert(flow.name).second) {
      context->Fail(root["flows"], absl::StrCat("two flows are named '", flow.name, "'"));
    }
    for (const auto* path : {&flow.path, &flow.return_path}) {
      for (const std::string& link : *path) {
        if (links.contains(link)) continue;
        context->Fail(root["flows"], absl::StrCat("flow '", flow.name, "' has the link '", link,
                                                  "' in its path; there are:", known));
      }
    }
    if (flow.start >= scenario.length || flow.end > scenario.length) {
      context->Fail(root["flows"], absl::StrCat("flow '", flow.name,
                                                "' starts or ends after the scenario's length"));
    }
  }
}

Scenario ReadOne(YamlContext* context, const YAML::Node& root) {
  Scenario scenario;
  Fields fields(context, root, "a scenario");
  for (const char* key : {"title", "about", "length", "links", "flows"}) fields.Require(key);
  fields.Text("title", &scenario.title);
  fields.Text("source", &scenario.source);
  fields.Text("about", &scenario.about);
  fields.Texts("conventions", &scenario.conventions);
  fields.Time("length", &scenario.length);
  fields.Time("measure_from", &scenario.measure_from);
  for (const YAML::Node& node : fields.List("links")) {
    scenario.links.push_back(ReadLink(context, node));
  }
  for (const YAML::Node& node : fields.List("flows")) {
    const std::vector<FlowConfig> flows = ReadFlows(context, node);
    scenario.flows.insert(scenario.flows.end(), flows.begin(), flows.end());
  }
  for (const YAML::Node& node : fields.List("steps")) {
    scenario.steps.push_back(ReadStep(context, node, scenario));
    const size_t steps = scenario.steps.size();
    if (steps > 1 && scenario.steps[steps - 2].at > scenario.steps[steps - 1].at) {
      context->Fail(node, "steps are in the order of their times");
    }
    if (scenario.steps.back().at > scenario.length) {
      context->Fail(node, "this step comes after the scenario's length");
    }
  }
  fields.Node("variants");
  fields.Finish();
  if (scenario.length <= scenario.measure_from) {
    fields.Fail("length", "'length' is above 0, and longer than 'measure_from'");
  }
  if (context->status().ok()) CheckNames(context, root, scenario);
  return scenario;
}

// Goes on to the next combination, the last variant's options first. False: that was the last.
bool Next(const std::vector<Variant>& variants, std::vector<size_t>* chosen) {
  for (size_t i = variants.size(); i-- > 0;) {
    if (++(*chosen)[i] < variants[i].options.size()) return true;
    (*chosen)[i] = 0;
  }
  return false;
}

absl::StatusOr<std::vector<Scenario>> ReadAll(const std::string& path, const YAML::Node& root,
                                              const Overrides& overrides,
                                              const VariantChoice& choice) {
  YamlContext head(path, {});
  const std::vector<Variant> variants = ReadVariants(&head, root, choice);
  if (!head.status().ok()) return head.status();

  std::vector<Scenario> scenarios;
  std::vector<size_t> chosen(variants.size(), 0);
  do {
    std::map<std::string, YAML::Node> variables;
    std::string name = std::filesystem::path(path).stem().string();
    std::map<std::string, std::string> labels;
    for (size_t i = 0; i < variants.size(); ++i) {
      const Option& option = variants[i].options[chosen[i]];
      variables.emplace(variants[i].name, option.value);
      labels[variants[i].name] = option.label;
      absl::StrAppend(&name, " ", variants[i].name, "=", WithoutSpaces(option.label));
    }
    YamlContext context(path, std::move(variables));
    Scenario scenario = ReadOne(&context, root);
    for (const Variant& variant : variants) {
      if (context.used().contains(variant.name)) continue;
      context.Fail(variant.node, absl::StrCat("nothing here depends on the variant '", variant.name,
                                              "': write $", variant.name, " where it is meant"));
    }
    if (!context.status().ok()) return context.status();
    scenario.name = std::move(name);
    scenario.variant = std::move(labels);
    Apply(overrides, &scenario);
    const std::vector<std::string> conventions = Conventions(scenario);
    scenario.conventions.insert(scenario.conventions.end(), conventions.begin(), conventions.end());
    scenarios.push_back(std::move(scenario));
  } while (Next(variants, &chosen));
  return scenarios;
}

}  // namespace

absl::StatusOr<std::vector<Scenario>> ReadScenarios(const std::string& path,
                                                    const Overrides& overrides,
                                                    const VariantChoice& choice) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return ReadAll(path, YAML::Load(text), overrides, choice);
  } catch (const YAML::Exception& e) {  // not well-formed
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", e.mark.line + 1, ":", e.mark.column + 1, ": ", e.msg));
  }
}

}  // namespace remb::sim
