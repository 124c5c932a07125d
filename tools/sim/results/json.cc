#include "tools/sim/results/json.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

#include "tools/sim/results/flow_metrics.h"
#include "tools/sim/results/table.h"

namespace remb::sim {
namespace {

constexpr char kFormat[] = "libremb sim results 1";

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", c);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Number(double value) {
  if (std::isnan(value)) return "null";
  if (std::isinf(value)) return Quoted("never");
  return absl::StrFormat("%.9g", value);
}

// {"a":1,...}: members are added one by one.
class Object {
 public:
  Object& Raw(std::string_view name, std::string_view json) {
    absl::StrAppend(&text_, text_.empty() ? "" : ",", Quoted(name), ":",
                    absl::string_view(json.data(), json.size()));
    return *this;
  }
  Object& Add(std::string_view name, double value) { return Raw(name, Number(value)); }
  Object& Add(std::string_view name, const std::string& value) { return Raw(name, Quoted(value)); }
  std::string Text() const { return absl::StrCat("{", text_, "}"); }

 private:
  std::string text_;
};

// An array of what `make` makes of each item, on lines of their own with this indentation.
template <typename Items, typename Make>
std::string Array(const Items& items, std::string_view indent, Make make) {
  std::string text;
  for (const auto& item : items) {
    absl::StrAppend(&text, text.empty() ? "\n" : ",\n",
                    absl::string_view(indent.data(), indent.size()), make(item));
  }
  return absl::StrCat("[", text, "]");
}

std::string FlowJson(const FlowMetrics& flow) {
  Object object;
  object.Add("name", flow.name)
      .Add("kind", std::string(flow.media ? "media"
                               : flow.tcp ? "tcp"
                                          : "cross"))
      .Add("received_bps", flow.received_bps)
      .Add("share_bps", flow.share_bps)
      .Add("loss", flow.loss)
      .Add("random_loss", flow.random_loss);
  if (flow.media) {
    object.Add("utilisation", flow.utilisation)
        .Add("estimate_over", flow.estimate_over)
        .Add("estimate_under", flow.estimate_under)
        .Add("below_floor_s", flow.below_floor_s)
        .Add("remb_per_s", flow.remb_per_s)
        .Add("overhead", flow.overhead)
        .Add("to_share_s", flow.to_share_s)
        .Add("frame_p95_ms", flow.frame_p95_ms);
  }
  return object.Text();
}

std::string LinkJson(const LinkMetrics& link) {
  return Object()
      .Add("name", link.name)
      .Add("capacity_bps", link.capacity_bps)
      .Add("utilisation", link.utilisation)
      .Add("queue_mean_ms", link.queue_mean_ms)
      .Add("queue_p95_ms", link.queue_p95_ms)
      .Text();
}

std::string PhaseJson(const Phase& phase) {
  return Object()
      .Add("from_s", phase.from_s)
      .Add("to_s", phase.to_s)
      .Add("utilisation", phase.utilisation)
      .Text();
}

std::string ConvergenceJson(const Convergence& convergence) {
  return Object()
      .Add("flow", convergence.flow)
      .Add("event_s", convergence.event_s)
      .Add("took_s", convergence.took_s)
      .Text();
}

std::string ReactionJson(const Reaction& reaction) {
  return Object()
      .Add("event_s", Seconds(reaction.event))
      .Add("over_use_s", ToSeconds(reaction.over_use))
      .Add("remb_s", ToSeconds(reaction.remb))
      .Add("sender_s", ToSeconds(reaction.sender))
      .Add("queue_s", ToSeconds(reaction.queue))
      .Text();
}

std::string RunJson(const RunMetrics& run) {
  Object object;
  object.Raw("seed", absl::StrCat(run.seed));
  for (const MetricField& field : MetricFields()) object.Add(field.name, run.*field.member);
  constexpr char kIndent[] = "          ";
  return object.Raw("flows", Array(run.flows, kIndent, FlowJson))
      .Raw("links", Array(run.links, kIndent, LinkJson))
      .Raw("phases", Array(run.phases, kIndent, PhaseJson))
      .Raw("convergences", Array(run.convergences, kIndent, ConvergenceJson))
      .Raw("reactions", Array(run.reactions, kIndent, ReactionJson))
      .Text();
}

std::string CurvePointJson(const CurvePoint& point) {
  return Object()
      .Add("f", point.f)
      .Add("utilisation", point.utilisation)
      .Add("queue_p95_ms", point.queue_p95_ms)
      .Text();
}

std::string StringsJson(const std::vector<std::string>& strings) {
  return Array(strings, "    ", [](const std::string& text) { return Quoted(text); });
}

std::string CaseJson(const CaseResult& result) {
  return Object()
      .Add("name", result.name)
      .Add("title", result.title)
      .Add("source", result.source)
      .Add("efficiency", result.efficiency)
      .Raw("curve", Array(result.curve, "      ", CurvePointJson))
      .Raw("runs", Array(result.runs, "      ", RunJson))
      .Text();
}

double Figure(const YAML::Node& node) {
  if (!node || node.IsNull()) return kNotApplicable;
  return node.Scalar() == "never" ? kNeverSeconds : node.as<double>();
}

RunMetrics RunFrom(const YAML::Node& node) {
  RunMetrics run;
  run.seed = node["seed"].as<uint64_t>();
  for (const MetricField& field : MetricFields()) run.*field.member = Figure(node[field.name]);
  return run;
}

Results ResultsFrom(const YAML::Node& root) {
  Results results;
  results.receiver = root["receiver"].as<std::string>();
  results.library = root["library"].as<std::string>();
  results.options = root["options"].as<std::vector<std::string>>();
  for (const YAML::Node& node : root["cases"]) {
    CaseResult& result = results.cases.emplace_back();
    result.name = node["name"].as<std::string>();
    result.efficiency = Figure(node["efficiency"]);
    for (const YAML::Node& run : node["runs"]) result.runs.push_back(RunFrom(run));
  }
  return results;
}

}  // namespace

void WriteJson(const Results& results, std::ostream& out) {
  out << Object()
             .Add("format", std::string(kFormat))
             .Add("receiver", results.receiver)
             .Add("library", results.library)
             .Raw("options", StringsJson(results.options))
             .Raw("conventions", StringsJson(Conventions(results)))
             .Raw("cases", Array(results.cases, "  ", CaseJson))
             .Text()
      << '\n';
}

absl::StatusOr<Results> ReadJson(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat("no file ", path));
  }
  try {  // yaml-cpp throws; JSON is YAML
    const YAML::Node root = YAML::LoadFile(path);
    if (!root.IsMap() || !root["format"] || root["format"].as<std::string>() != kFormat) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, R"(: not a results file, which begins {"format":")", kFormat, "\""));
    }
    return ResultsFrom(root);
  } catch (const YAML::Exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", exception.what()));
  }
}

}  // namespace remb::sim
