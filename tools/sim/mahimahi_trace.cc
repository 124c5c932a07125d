#include "tools/sim/mahimahi_trace.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace remb::sim {
namespace {

// 30 days: beyond what any trace has, and far from what overflows.
constexpr int64_t kMaxMs = int64_t{30} * 24 * 3600 * 1000;

}  // namespace

absl::StatusOr<std::vector<Nanos>> ReadMahimahiTrace(std::istream& in, const std::string& name) {
  std::vector<Nanos> times;
  std::string line;
  int64_t number = 0;
  while (std::getline(in, line)) {
    ++number;
    const auto text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text.front() == '#') continue;
    const auto error = [&](const auto&... parts) {
      return absl::InvalidArgumentError(absl::StrCat(name, ":", number, ": ", parts...));
    };
    int64_t ms = 0;
    if (!absl::SimpleAtoi(text, &ms)) {
      return error("\"", text.substr(0, 40), "\" is not a whole number of milliseconds");
    }
    if (ms < 0 || ms > kMaxMs) return error(ms, " ms is not between 0 and ", kMaxMs);
    if (!times.empty() && ms * kMillisecond < times.back()) {
      return error(ms, " ms is before the line above, ", times.back() / kMillisecond, " ms");
    }
    times.push_back(ms * kMillisecond);
  }
  if (in.bad()) return absl::UnavailableError(absl::StrCat(name, ": cannot be read"));
  if (times.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", number, ": no opportunity to send"));
  }
  if (times.back() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", number, ": the last time is 0 ms: it is the trace's length"));
  }
  return times;
}

absl::StatusOr<std::vector<Nanos>> ReadMahimahiTrace(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  return ReadMahimahiTrace(in, path);
}

}  // namespace remb::sim
