// Reads the files that rtptools' rtpdump and WebRTC's recorders write.
#ifndef TOOLS_REPLAY_CAPTURE_RTPDUMP_READER_H_
#define TOOLS_REPLAY_CAPTURE_RTPDUMP_READER_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/file.h"

namespace remb::replay {

// The binary format "rtpplay1.0", whole packets (-F dump) or only their headers (-F header). Times
// are whole milliseconds. Where the packets went is in the file's first line, where they came from
// only if the recorder knew.
class RtpdumpReader : public DatagramReader {
 public:
  // Reads from the file's present place.
  static absl::StatusOr<std::unique_ptr<RtpdumpReader>> Open(File file);

  absl::StatusOr<bool> Next(Datagram* datagram) override;
  std::string PassedOver() const override;

 private:
  explicit RtpdumpReader(File file) : file_(std::move(file)) {}

  File file_;
  int64_t start_us_ = 0;
  Endpoint source_;
  Endpoint destination_;
  int64_t packets_ = 0;
  int64_t rtcp_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_RTPDUMP_READER_H_
