// Compares replays with recorded answers, to the bit.
#ifndef TOOLS_REPLAY_GOLDEN_H_
#define TOOLS_REPLAY_GOLDEN_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace remb::replay {

// One trace with the reports expected for one clock.
struct GoldenCase {
  std::string name;
  std::string clock_name;
  int32_t clock;
  int32_t profile;
  std::string trace_path;
  std::string expected_path;
};

// What agreed. A difference is an error that says which row, in the words "expected ..., got ...".
struct Agreement {
  size_t reports = 0;
  double largest_signal_error = 0;  // as a fraction of max(1, |x|)
};

// The cases of a folder, with the libwebrtc profile: those that its golden.csv lists, which must
// name all other CSV files there; without it every NAME.trace.csv with each NAME.expected.csv,
// NAME.toffset-expected.csv and NAME.rtptime-expected.csv beside it. A trace of which nothing is
// expected, or an answer without its trace, is an error.
absl::StatusOr<std::vector<GoldenCase>> FindGoldenCases(const std::string& folder);

// Times, estimates, SSRC counts and states must be equal; signals within 1e-6 * max(1, |x|).
absl::StatusOr<Agreement> Check(const GoldenCase& golden);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_GOLDEN_H_
