#include "tools/replay/output_file.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
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

// Waits until what was written to a file, or the names in a folder, are on the disk.
bool Sync(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = fsync(fd) == 0;
  int error = errno;
  close(fd);
  errno = error;
  return done;
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
  if (stream_ && plain && std::filesystem::exists(target)) {
    std::filesystem::permissions(temporary_, target.permissions(), ignored);
    if (ignored) return CannotWrite(path, ignored.value());
  }
  if (stream_) return absl::OkStatus();
  temporary_.clear();
  return CannotWrite(path, errno);
}

absl::Status OutputFile::Commit() {
  errno = 0;
  stream_.close();
  if (!stream_) return CannotWrite(path_, errno);
  if (temporary_.empty()) return absl::OkStatus();
  // Or a power cut could leave the new name with none of the data.
  if (!Sync(temporary_)) return CannotWrite(path_, errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return CannotWrite(path_, errno);
  temporary_.clear();
  // Not every file system syncs folders. Without it the file is whole all the same: the old or the
  // new one.
  std::string folder = std::filesystem::path(path_).parent_path().string();
  Sync(folder.empty() ? "." : folder);
  return absl::OkStatus();
}

}  // namespace remb::replay
