#include "tools/replay/command_line.h"

#include <absl/flags/commandlineflag.h>
#include <absl/flags/reflection.h>
#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace remb::replay {
namespace {

absl::Status UsageError(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(what, " (see --help)"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseCommandLine(int argc, char** argv) {
  std::vector<std::string> rest;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg == "--") {
      rest.insert(rest.end(), argv + i + 1, argv + argc);
      break;
    }
    if (arg.size() < 2 || arg[0] != '-') {  // "-" alone is standard input
      rest.push_back(arg);
      continue;
    }
    if (arg == "-h") arg = "--help";
    if (arg.compare(0, 2, "--") != 0) return UsageError(absl::StrCat("unknown flag ", arg));

    size_t equals = arg.find('=');
    bool alone = equals == std::string::npos;
    std::string name = alone ? arg.substr(2) : arg.substr(2, equals - 2);
    std::string value = alone ? "true" : arg.substr(equals + 1);
    std::replace(name.begin(), name.end(), '-', '_');
    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag == nullptr && alone && name.compare(0, 2, "no") == 0) {
      flag = absl::FindCommandLineFlag(name.substr(2));
      if (flag != nullptr && !flag->IsOfType<bool>()) flag = nullptr;
      value = "false";
    }
    if (flag == nullptr) return UsageError(absl::StrCat("unknown flag ", arg.substr(0, equals)));
    if (alone && !flag->IsOfType<bool>()) {
      if (++i == argc) return UsageError(absl::StrCat("--", name, " needs a value"));
      value = argv[i];
    }
    std::string error;
    if (!flag->ParseFrom(value, &error)) return UsageError(error);
  }
  return rest;
}

void GoToCallersFolder() {
  // Only there: a program that such a one starts inherits the variable but not the folder.
  std::error_code error;
  std::string here = std::filesystem::current_path(error).string();
  const char* callers = std::getenv("BUILD_WORKING_DIRECTORY");
  if (!error && callers != nullptr && here.find(".runfiles") != std::string::npos) {
    std::filesystem::current_path(callers, error);
  }
}

}  // namespace remb::replay
