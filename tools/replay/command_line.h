// Command lines for tools of ours: ABSL_FLAGs, with errors that are returned.
#ifndef TOOLS_REPLAY_COMMAND_LINE_H_
#define TOOLS_REPLAY_COMMAND_LINE_H_

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace remb::replay {

// Sets flags from --name=value, --name value, --switch and --noswitch, and returns all other
// arguments; behind "--" everything is one. A flag a_b is --a-b, too. Unlike absl::ParseCommandLine
// an unknown flag or a bad value is an error to return, so that the caller chooses the exit code,
// and --help is a flag like any other.
absl::StatusOr<std::vector<std::string>> ParseCommandLine(int argc, char** argv);

// Under "bazel run" a program starts in its folder of run-time files: goes to where the user is.
void GoToCallersFolder();

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_COMMAND_LINE_H_
