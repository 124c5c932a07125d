#include "tools/replay/output_file.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace remb::replay {
namespace {

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot write ", path, ": ", error != 0 ? std::strerror(error) : "failed"));
}

}  // namespace

OutputFile::~OutputFile() {
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

absl::Status OutputFile::Open(const std::string& path) {
  path_ = path;
  std::error_code ignored;
  std::filesystem::file_status target = std::filesystem::status(path, ignored);
  bool plain = !std::filesystem::exists(target) || std::filesystem::is_regular_file(target);
  if (plain) {
    // A link stays a link: what it points to is replaced.
    std::filesystem::path resolved = std::filesystem::weakly_canonical(path, ignored);
    if (!ignored && !resolved.empty()) path_ = resolved.string();
    temporary_ = absl::StrCat(path_, ".", getpid(), ".tmp");
  }
  errno = 0;
  stream_.open(plain ? temporary_ : path_, std::ios::binary | std::ios::trunc);
  if (stream_) return absl::OkStatus();
  temporary_.clear();
  return CannotWrite(path, errno);
}

absl::Status OutputFile::Commit() {
  errno = 0;
  stream_.close();
  if (!stream_) return CannotWrite(path_, errno);
  if (temporary_.empty()) return absl::OkStatus();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return CannotWrite(path_, errno);
  temporary_.clear();
  return absl::OkStatus();
}

}  // namespace remb::replay
