// A file that appears whole or not at all.
#ifndef TOOLS_REPLAY_OUTPUT_FILE_H_
#define TOOLS_REPLAY_OUTPUT_FILE_H_

#include <absl/status/status.h>

#include <fstream>
#include <ostream>
#include <string>

namespace remb::replay {

// Everything goes to a temporary file beside the final one, NAME.PID.tmp, which Commit() renames
// once it is on the disk. Whatever ends the program, the final name has what it had before or all
// of the new file. Without Commit() nothing is left behind, except by a signal or a power cut: then
// the temporary file may be. A file that was there keeps its permissions. Something that is not a
// plain file (/dev/stdout, a pipe) is written directly.
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  absl::Status Open(const std::string& path);
  absl::Status Commit();

  std::ostream& stream() { return stream_; }

 private:
  std::string path_;
  std::string temporary_;  // empty: written directly, or nothing to remove
  std::ofstream stream_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_OUTPUT_FILE_H_
