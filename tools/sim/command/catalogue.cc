#include "tools/sim/command/catalogue.h"

#include <absl/status/status.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "tools/sim/results/table.h"
#include "tools/sim/scenario_reader.h"

namespace remb::sim {
namespace {

constexpr char kExtension[] = ".yaml";
constexpr char kInTree[] = "tools/sim/scenarios";
constexpr char kWorkspace[] = "libremb";

std::string FindFolder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& folder : {fs::absolute(kInTree, error),
                                 fs::path(program.string() + ".runfiles") / kWorkspace / kInTree,
                                 program.parent_path() / "scenarios"}) {
    if (fs::is_directory(folder, error)) return folder.string();
  }
  return "";
}

// The part before the first ":" that begins a choice; a path may have others.
std::pair<std::string, VariantChoice> SplitChoice(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t colon = equals == std::string::npos ? equals : text.rfind(':', equals);
  if (colon == std::string::npos) return {text, {}};
  VariantChoice choice;
  for (const auto part : absl::StrSplit(text.substr(colon + 1), ',')) {
    const std::pair<std::string, std::string> one = absl::StrSplit(part, absl::MaxSplits('=', 1));
    choice.insert(one);
  }
  return {text.substr(0, colon), choice};
}

}  // namespace

Catalogue::Catalogue(std::string folder)
    : folder_(folder.empty() ? FindFolder()
                             : std::filesystem::absolute(std::move(folder)).string()) {}

std::string Catalogue::Path(const std::string& name) const {
  return absl::StrCat(folder_, "/", name, kExtension);
}

absl::StatusOr<std::vector<std::string>> Catalogue::Names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == kExtension) names.push_back(entry.path().stem().string());
  }
  if (names.empty()) {
    return absl::NotFoundError(absl::StrCat("no scenarios in '", folder_, "'; see --scenarios"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::vector<Scenario>> Catalogue::Find(const std::string& text,
                                                      const Overrides& overrides) const {
  if (text == "all") {
    absl::StatusOr<std::vector<std::string>> names = Names();
    if (!names.ok()) return names.status();
    return Find(*names, overrides);
  }
  const auto [name, choice] = SplitChoice(text);
  std::string path = name;
  if (!absl::EndsWith(name, kExtension)) {
    absl::StatusOr<std::vector<std::string>> names = Names();
    if (!names.ok()) return names.status();
    if (std::find(names->begin(), names->end(), name) == names->end()) {
      return absl::NotFoundError(absl::StrCat("no scenario '", name, "'; there are ",
                                              absl::StrJoin(*names, " "), ", all, or FILE.yaml"));
    }
    path = Path(name);
  }
  absl::StatusOr<std::vector<Scenario>> found = ReadScenarios(path, overrides, choice);
  if (!found.ok() || found->empty()) return found;
  for (const auto& one : choice) {
    if (found->front().variant.contains(one.first)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        name, " has no variant '", one.first, "', but ",
        absl::StrJoin(found->front().variant, " ", [](std::string* out, const auto& variant) {
          absl::StrAppend(out, variant.first);
        })));
  }
  return found;
}

absl::StatusOr<std::vector<Scenario>> Catalogue::Find(const std::vector<std::string>& texts,
                                                      const Overrides& overrides) const {
  std::vector<Scenario> all;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    absl::StatusOr<std::vector<Scenario>> found = Find(text, overrides);
    if (!found.ok()) return found.status();
    for (Scenario& scenario : *found) {
      if (names.insert(scenario.name).second) all.push_back(std::move(scenario));
    }
  }
  return all;
}

absl::StatusOr<std::string> Catalogue::List() const {
  absl::StatusOr<std::vector<std::string>> names = Names();
  if (!names.ok()) return names.status();
  std::string text;
  for (const std::string& name : *names) {
    absl::StatusOr<std::vector<Scenario>> found = ReadScenarios(Path(name));
    if (!found.ok()) return found.status();
    absl::StrAppend(&text, name, ": ", found->front().title, "\n");
    for (const auto& variant : found->front().variant) {
      std::vector<std::string> options;
      for (const Scenario& scenario : *found) {
        const std::string& option = scenario.variant.at(variant.first);
        if (std::find(options.begin(), options.end(), option) == options.end()) {
          options.push_back(option);
        }
      }
      absl::StrAppend(&text, "    ", variant.first, "=", absl::StrJoin(options, " | "), "\n");
    }
  }
  return text;
}

}  // namespace remb::sim
