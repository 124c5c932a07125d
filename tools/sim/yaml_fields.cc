#include "tools/sim/yaml_fields.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <filesystem>

#include "tools/sim/units.h"

namespace remb::sim {

std::string PathBeside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

void YamlContext::Fail(const YAML::Node& at, std::string_view what) {
  if (!status_.ok()) return;
  const YAML::Mark mark = at.Mark();  // from 0; below that for an empty file
  status_ = absl::InvalidArgumentError(absl::StrCat(file_, ":", std::max(mark.line, 0) + 1, ":",
                                                    std::max(mark.column, 0) + 1, ": ",
                                                    std::string(what)));
}

YAML::Node YamlContext::Resolve(const YAML::Node& node) {
  if (!node.IsScalar() || node.Scalar().empty() || node.Scalar()[0] != '$') return node;
  const std::string text = node.Scalar().substr(1);
  const std::string name = text.substr(0, text.find('.'));
  const auto found = variables_.find(name);
  if (found == variables_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, value] : variables_) names.push_back("$" + known);
    Fail(node, absl::StrCat(
                   "there is no variant '", name, "'; ",
                   names.empty() ? "none is declared" : "declared: " + absl::StrJoin(names, ", ")));
    return node;
  }
  used_.insert(name);
  if (name.size() == text.size()) return found->second;
  const std::string member = text.substr(name.size() + 1);
  if (found->second.IsMap()) {
    for (const auto& entry : found->second) {
      if (entry.first.Scalar() == member) return entry.second;
    }
  }
  Fail(node,
       absl::StrCat("not every option of the variant '", name, "' has a member '", member, "'"));
  return node;
}

Fields::Fields(YamlContext* context, const YAML::Node& node, std::string what)
    : context_(context), node_(context->Resolve(node)), what_(std::move(what)) {
  if (!node_.IsMap()) {
    Fail(absl::StrCat("here ", what_, " is described, by lines of 'key: value'"));
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      context_->Fail(entry.first, "a key is a word");
    } else if (!seen.insert(entry.first.Scalar()).second) {
      context_->Fail(entry.first, absl::StrCat("'", entry.first.Scalar(), "' is here twice"));
    }
  }
}

std::optional<YAML::Node> Fields::Node(const char* key) {
  asked_.emplace_back(key);
  if (!node_.IsMap()) return std::nullopt;
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) {
      return context_->Resolve(entry.second);
    }
  }
  return std::nullopt;
}

std::vector<YAML::Node> Fields::List(const char* key) {
  std::vector<YAML::Node> elements;
  const std::optional<YAML::Node> list = Node(key);
  if (!list) return elements;
  if (!list->IsSequence()) {
    Fail(key, absl::StrCat("'", key, "' is a list: lines that start with '-'"));
    return elements;
  }
  for (const auto& element : *list) elements.push_back(element);
  return elements;
}

void Fields::Fail(const char* key, std::string_view what) {
  if (!node_.IsMap()) return;
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) {
      context_->Fail(context_->Resolve(entry.second), what);
      return;
    }
  }
  Fail(what);
}

std::optional<std::string> Fields::Scalar(const char* key) {
  const std::optional<YAML::Node> node = Node(key);
  if (!node) return std::nullopt;
  if (node->IsScalar()) return node->Scalar();
  Fail(key, absl::StrCat("'", key, "' is a single value"));
  return std::nullopt;
}

template <typename T>
bool Fields::Take(const char* key, absl::StatusOr<T> (*parse)(std::string_view), T* value) {
  const std::optional<std::string> text = Scalar(key);
  if (!text) return false;
  const absl::StatusOr<T> parsed = parse(*text);
  if (parsed.ok()) {
    *value = *parsed;
  } else {
    Fail(key, absl::StrCat("'", key, "': ", parsed.status().message()));
  }
  return true;
}

bool Fields::Rate(const char* key, int64_t* value) { return Take(key, &ParseRate, value); }
bool Fields::SignedTime(const char* key, Nanos* value) { return Take(key, &ParseTime, value); }
bool Fields::Bytes(const char* key, int64_t* value) { return Take(key, &ParseBytes, value); }
bool Fields::Share(const char* key, double* value) { return Take(key, &ParseShare, value); }
bool Fields::Ppm(const char* key, double* value) { return Take(key, &ParsePpm, value); }

bool Fields::Time(const char* key, Nanos* value) {
  Nanos time = *value;
  if (!Take(key, &ParseTime, &time)) return false;
  if (time < 0) {
    Fail(key, absl::StrCat("'", key, "' is not negative"));
  } else {
    *value = time;
  }
  return true;
}

bool Fields::Number(const char* key, double* value) {
  double number = *value;
  if (!Take(key, &ParseNumber, &number)) return false;
  if (number <= 0) {
    Fail(key, absl::StrCat("'", key, "' is above 0"));
  } else {
    *value = number;
  }
  return true;
}

bool Fields::Count(const char* key, int* value) {
  constexpr double kMost = 1e6;
  double number = *value;
  if (!Take(key, &ParseNumber, &number)) return false;
  if (number < 1 || number > kMost || number != static_cast<int>(number)) {
    Fail(key, absl::StrCat("'", key, "' is a whole number, 1 to 1000000"));
  } else {
    *value = static_cast<int>(number);
  }
  return true;
}

bool Fields::Bool(const char* key, bool* value) {
  return OneOf<bool>(key, {{"true", true}, {"false", false}}, value);
}

bool Fields::Text(const char* key, std::string* value) {
  std::optional<std::string> text = Scalar(key);
  if (!text) return false;
  *value = *std::move(text);
  return true;
}

bool Fields::Texts(const char* key, std::vector<std::string>* value) {
  const std::optional<YAML::Node> node = Node(key);
  if (!node) return false;
  value->clear();
  if (node->IsScalar()) {
    value->push_back(node->Scalar());
  } else if (node->IsSequence()) {
    for (const auto& element : *node) {
      const YAML::Node one = context_->Resolve(element);
      if (one.IsScalar()) {
        value->push_back(one.Scalar());
      } else {
        context_->Fail(one, absl::StrCat("'", key, "' is a list of single values"));
      }
    }
  } else {
    Fail(key, absl::StrCat("'", key, "' is a value or a list of values"));
  }
  return true;
}

void Fields::Require(const char* key) {
  if (!node_.IsMap()) return;
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) return;
  }
  Fail(absl::StrCat(what_, " needs '", key, "'"));
}

void Fields::Finish() {
  if (!node_.IsMap()) return;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) continue;
    const std::string& key = entry.first.Scalar();
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::sort(asked_.begin(), asked_.end());
    context_->Fail(entry.first, absl::StrCat(what_, " has no '", key,
                                             "'; it has: ", absl::StrJoin(asked_, ", ")));
  }
}

}  // namespace remb::sim
