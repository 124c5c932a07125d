// golden: replays every trace of a folder and compares with the answers recorded beside it.
//
//   bazel run -c opt //tools/replay:golden [-- FOLDER]
//
// golden.h says which files make a case.

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>
#include <remb/remb.h>

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "tools/replay/command_line.h"
#include "tools/replay/golden.h"

int main(int argc, char** argv) {
  if (argc > 2) {
    std::cerr << "usage: golden [FOLDER]\n";
    return 2;
  }
  std::string folder = "testdata/reference";
  if (argc == 2) {
    remb::replay::GoToCallersFolder();
    folder = argv[1];
  }
  auto cases = remb::replay::FindGoldenCases(folder);
  if (!cases.ok()) {
    std::cerr << "golden: " << cases.status().message() << '\n';
    return 2;
  }
  size_t passed = 0;
  for (const remb::replay::GoldenCase& golden : *cases) {
    auto agreement = remb::replay::Check(golden);
    absl::PrintF("%-22s %-14s ", golden.name, golden.clock_name);
    if (agreement.ok()) {
      ++passed;
      absl::PrintF("OK  %5d reports", agreement->reports);
      if (golden.clock == REMB_CLOCK_ABS_SEND_TIME) {
        absl::PrintF(", signals within %.1e", agreement->largest_signal_error);
      }
      absl::PrintF("\n");
    } else {
      absl::PrintF("MISMATCH  %s\n", std::string(agreement.status().message()));
    }
  }
  absl::PrintF("%d of %d agree with the libwebrtc profile\n", passed, cases->size());
  return passed == cases->size() && passed > 0 ? 0 : 1;
}
