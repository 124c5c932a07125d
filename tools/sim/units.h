// Quantities as people write them in scenario files: "2 Mbit/s", "50 ms", "300 kB", "5 %".
#ifndef TOOLS_SIM_UNITS_H_
#define TOOLS_SIM_UNITS_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <string_view>

#include "tools/sim/time.h"

namespace remb::sim {

// A number with a fraction if need be, a space if wanted, and a unit; 0 may go without one. Errors:
// kInvalidArgument (what is wrong, and what may be written).

// In bit/s: bit/s, kbit/s, Mbit/s, Gbit/s (of 1000). Not negative.
absl::StatusOr<int64_t> ParseRate(std::string_view text);
// ns, us, ms, s, min. A sign is allowed.
absl::StatusOr<Nanos> ParseTime(std::string_view text);
// In bytes: B, kB, MB (of 1000). Not negative.
absl::StatusOr<int64_t> ParseBytes(std::string_view text);
// A part of one: % or a plain number, 0 to 1.
absl::StatusOr<double> ParseShare(std::string_view text);
// Of a clock: ppm. A sign is allowed.
absl::StatusOr<double> ParsePpm(std::string_view text);
// A plain number.
absl::StatusOr<double> ParseNumber(std::string_view text);

}  // namespace remb::sim

#endif  // TOOLS_SIM_UNITS_H_
