#include "tools/sim/units.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>

namespace remb::sim {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// Beyond any use, and far from what integers hold.
constexpr double kMax = 1e15;

// `what`: of what kind, for the error; `example`: how it is written.
absl::StatusOr<double> Parse(std::string_view text, std::string_view what, std::string_view example,
                             std::initializer_list<Unit> units, bool sign) {
  const auto error = [&] {
    return absl::InvalidArgumentError(absl::StrCat("'", std::string(text), "' is not ",
                                                   std::string(what), ": write it as ",
                                                   std::string(example)));
  };
  const size_t end = text.find_first_not_of("+-.0123456789");
  const std::string number(text.substr(0, end));
  const std::string unit(absl::StripAsciiWhitespace(
      end == std::string_view::npos ? "" : std::string(text.substr(end))));
  double value = 0;
  if (!absl::SimpleAtod(number, &value) || (value < 0 && !sign)) return error();
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (std::abs(value * known.factor) > kMax) return error();
    return value * known.factor;
  }
  if (unit.empty() && value == 0) return 0.0;
  return error();
}

absl::StatusOr<int64_t> Whole(absl::StatusOr<double> value) {
  if (!value.ok()) return value.status();
  return std::llround(*value);
}

}  // namespace

absl::StatusOr<int64_t> ParseRate(std::string_view text) {
  return Whole(Parse(text, "a rate", "2 Mbit/s (bit/s, kbit/s, Mbit/s or Gbit/s)",
                     {{"bit/s", 1}, {"kbit/s", 1e3}, {"Mbit/s", 1e6}, {"Gbit/s", 1e9}}, false));
}

absl::StatusOr<Nanos> ParseTime(std::string_view text) {
  return Whole(Parse(text, "a time", "50 ms (ns, us, ms, s or min)",
                     {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}, true));
}

absl::StatusOr<int64_t> ParseBytes(std::string_view text) {
  return Whole(
      Parse(text, "a size", "50 kB (B, kB or MB)", {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}}, false));
}

absl::StatusOr<double> ParseShare(std::string_view text) {
  absl::StatusOr<double> share =
      Parse(text, "a share", "5 % or 0.05", {{"%", 0.01}, {"", 1}}, false);
  if (share.ok() && *share > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", std::string(text), "' is more than all: a share is 0 to 100 %"));
  }
  return share;
}

absl::StatusOr<double> ParsePpm(std::string_view text) {
  return Parse(text, "a clock's drift", "200 ppm", {{"ppm", 1}}, true);
}

absl::StatusOr<double> ParseNumber(std::string_view text) {
  return Parse(text, "a number", "2.5", {{"", 1}}, true);
}

}  // namespace remb::sim
