#include "tools/replay/packet_file.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cstddef>
#include <cstdio>
#include <utility>

#include "tools/replay/file.h"
#include "tools/replay/trace_reader.h"

namespace remb::replay {
namespace {

// Looks at a file's first bytes and puts them back: more than the one that C promises, as they are
// still in the C library's buffer.
bool StartsLikeCapture(std::FILE* file) {
  char start[4];
  const size_t size = std::fread(start, 1, sizeof start, file);
  for (size_t i = size; i > 0; --i) std::ungetc(static_cast<unsigned char>(start[i - 1]), file);
  return IsCapture({start, size});
}

}  // namespace

absl::StatusOr<std::unique_ptr<PacketReader>> OpenPackets(const std::string& path,
                                                          const CaptureOptions& options) {
  absl::StatusOr<File> file = OpenFile(path);
  if (!file.ok()) return file.status();
  if (StartsLikeCapture(file->get())) {
    return CaptureReader::Open(std::move(*file), DisplayName(path), options);
  }
  CaptureOptions unset;
  unset.clock = options.clock;
  if (options != unset) {
    return absl::InvalidArgumentError(
        absl::StrCat(DisplayName(path),
                     " is no capture: --port, --ssrc, --abs-send-time, --transmission-offset, "
                     "--clock-rate and --srtp-auth-tag are for captures alone"));
  }
  absl::StatusOr<TraceReader> trace = TraceReader::Open(std::move(*file), DisplayName(path));
  if (!trace.ok()) return trace.status();
  return std::make_unique<TraceReader>(std::move(*trace));
}

}  // namespace remb::replay
