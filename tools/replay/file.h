// C files that close themselves.
#ifndef TOOLS_REPLAY_FILE_H_
#define TOOLS_REPLAY_FILE_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace remb::replay {

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// Opens a file to read, or standard input if the path is "-".
absl::StatusOr<File> OpenFile(const std::string& path);

// The path, for messages.
std::string DisplayName(const std::string& path);

// 0 if it is not known.
int64_t FileSize(std::FILE* file);

// "cannot WHAT NAME: REASON", by errno.
absl::Status SystemError(std::string_view what, const std::string& name);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_FILE_H_
