// Reads maps of a YAML file member by member: with units, with variables, and with errors that say
// where and what is allowed.
#ifndef TOOLS_SIM_YAML_FIELDS_H_
#define TOOLS_SIM_YAML_FIELDS_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/sim/time.h"

namespace remb::sim {

// A path in a scenario file: relative ones are so to the file's folder.
std::string PathBeside(const std::string& file, const std::string& path);

// What is common to all maps of one reading: the file's name, what stands for $NAME, and the first
// error, "FILE:LINE:COLUMN: what".
class YamlContext {
 public:
  YamlContext(std::string file, std::map<std::string, YAML::Node> variables)
      : file_(std::move(file)), variables_(std::move(variables)) {}

  const std::string& file() const { return file_; }
  const absl::Status& status() const { return status_; }
  // Keeps the first.
  void Fail(const YAML::Node& at, std::string_view what);
  // What "$NAME", or "$NAME.MEMBER", stands for; other nodes are what they are.
  YAML::Node Resolve(const YAML::Node& node);
  const std::set<std::string>& used() const { return used_; }

 private:
  std::string file_;
  std::map<std::string, YAML::Node> variables_;
  std::set<std::string> used_;
  absl::Status status_;
};

// One map. The readers leave *value alone if there is no such member or it is wrong, and return
// true if there is one; each tells its key, so that Finish knows which are allowed.
class Fields {
 public:
  // `what` the map describes, for errors: "a link".
  Fields(YamlContext* context, const YAML::Node& node, std::string what);

  bool Rate(const char* key, int64_t* value);
  bool Time(const char* key, Nanos* value);  // not negative
  bool SignedTime(const char* key, Nanos* value);
  bool Bytes(const char* key, int64_t* value);
  bool Share(const char* key, double* value);
  bool Ppm(const char* key, double* value);
  bool Number(const char* key, double* value);  // above 0
  bool Count(const char* key, int* value);      // a whole number from 1 on
  bool Bool(const char* key, bool* value);
  bool Text(const char* key, std::string* value);
  bool Texts(const char* key, std::vector<std::string>* value);  // one, or a list
  template <typename T>
  bool OneOf(const char* key, const std::vector<std::pair<const char*, T>>& names, T* value);

  // For members with members of their own. Not there: none.
  std::optional<YAML::Node> Node(const char* key);
  // The elements of a list. Not there: none.
  std::vector<YAML::Node> List(const char* key);

  void Require(const char* key);
  // An error if there are members that nobody has asked for.
  void Finish();
  void Fail(std::string_view what) { context_->Fail(node_, what); }
  void Fail(const char* key, std::string_view what);

  const YAML::Node& node() const { return node_; }
  YamlContext* context() const { return context_; }

 private:
  template <typename T>
  bool Take(const char* key, absl::StatusOr<T> (*parse)(std::string_view), T* value);
  std::optional<std::string> Scalar(const char* key);

  YamlContext* context_;
  YAML::Node node_;
  std::string what_;
  std::vector<std::string> asked_;
};

template <typename T>
bool Fields::OneOf(const char* key, const std::vector<std::pair<const char*, T>>& names, T* value) {
  const std::optional<std::string> text = Scalar(key);
  if (!text) return false;
  std::string known;
  for (const auto& [name, one] : names) {
    if (*text == name) {
      *value = one;
      return true;
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  Fail(key, "'" + *text + "' is none of " + known);
  return true;
}

}  // namespace remb::sim

#endif  // TOOLS_SIM_YAML_FIELDS_H_
