#include "tools/sim/command/options.h"

#include <absl/flags/commandlineflag.h>
#include <absl/flags/reflection.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <cstddef>
#include <utility>

namespace remb::sim {
namespace {

constexpr size_t kMostSeeds = 10'000;

}  // namespace

bool AbslParseFlag(absl::string_view text, Seeds* seeds, std::string* error) {
  *error = "as 10, 101-110 or 1,3,5";
  std::vector<uint64_t> values;
  const bool list = text.find_first_of("-,") != absl::string_view::npos;
  for (const auto part : absl::StrSplit(text, ',')) {
    const std::pair<std::string, std::string> ends = absl::StrSplit(part, absl::MaxSplits('-', 1));
    uint64_t first = 0;
    if (!absl::SimpleAtoi(ends.first, &first)) return false;
    uint64_t last = first;
    if (!ends.second.empty() && !absl::SimpleAtoi(ends.second, &last)) return false;
    if (!list) first = 1;
    if (last < first || last - first >= kMostSeeds - values.size()) return false;
    for (uint64_t seed = first; seed <= last; ++seed) values.push_back(seed);
  }
  seeds->values = std::move(values);
  error->clear();
  return true;
}

std::string AbslUnparseFlag(const Seeds& seeds) { return absl::StrJoin(seeds.values, ","); }

absl::Status CheckUnused(const std::vector<std::string>& flags, absl::string_view reason) {
  for (const std::string& name : flags) {
    const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag->CurrentValue() == flag->DefaultValue()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, " does nothing here: ", reason, " (see --help)"));
  }
  return absl::OkStatus();
}

}  // namespace remb::sim
