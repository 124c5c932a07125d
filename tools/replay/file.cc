#include "tools/replay/file.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace remb::replay {

absl::StatusOr<File> OpenFile(const std::string& path) {
  File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return SystemError("open", path);
  return file;
}

std::string DisplayName(const std::string& path) { return path == "-" ? "(standard input)" : path; }

int64_t FileSize(std::FILE* file) {
  struct stat info;
  return fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : 0;
}

absl::Status SystemError(std::string_view what, const std::string& name) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot ", std::string(what), " ", name, ": ", std::strerror(errno)));
}

}  // namespace remb::replay
