// Finds scenarios by what users write.
#ifndef TOOLS_SIM_COMMAND_CATALOGUE_H_
#define TOOLS_SIM_COMMAND_CATALOGUE_H_

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "tools/sim/overrides.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

class Catalogue {
 public:
  // The folder of the scenarios that come along; empty: looks for it beside the program, where
  // Bazel puts it, and in the source tree. To be made before the current folder is left.
  explicit Catalogue(std::string folder);

  // For "NAME", "FILE.yaml", either with ":VARIANT=OPTION[,VARIANT=OPTION]", or "all": every
  // combination of the options that are left. An error says what is wrong and what there is.
  absl::StatusOr<std::vector<Scenario>> Find(const std::string& text,
                                             const Overrides& overrides) const;
  // Of all texts, without repetitions.
  absl::StatusOr<std::vector<Scenario>> Find(const std::vector<std::string>& texts,
                                             const Overrides& overrides) const;

  // A row a scenario: name, title, variants.
  absl::StatusOr<std::string> List() const;

 private:
  // Of files in the folder, without ".yaml", in order.
  absl::StatusOr<std::vector<std::string>> Names() const;
  std::string Path(const std::string& name) const;

  std::string folder_;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_CATALOGUE_H_
