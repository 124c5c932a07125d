// Reads mahimahi's link traces: one line per opportunity to send 1500 bytes, its time in whole
// milliseconds, ascending; equal times are several at once. Lines that are empty or start with '#'
// are skipped.
#ifndef TOOLS_SIM_MAHIMAHI_TRACE_H_
#define TOOLS_SIM_MAHIMAHI_TRACE_H_

#include <absl/status/statusor.h>

#include <istream>
#include <string>
#include <vector>

#include "tools/sim/time.h"

namespace remb::sim {

// `name` is for errors, which are "NAME:LINE: what is wrong".
absl::StatusOr<std::vector<Nanos>> ReadMahimahiTrace(std::istream& in, const std::string& name);
absl::StatusOr<std::vector<Nanos>> ReadMahimahiTrace(const std::string& path);

}  // namespace remb::sim

#endif  // TOOLS_SIM_MAHIMAHI_TRACE_H_
