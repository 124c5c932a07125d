// Packets to replay, whatever they are read from.
#ifndef TOOLS_REPLAY_PACKET_READER_H_
#define TOOLS_REPLAY_PACKET_READER_H_

#include <absl/status/statusor.h>
#include <remb/remb.h>

#include <cstdint>
#include <string>
#include <vector>

namespace remb::replay {

class PacketReader {
 public:
  virtual ~PacketReader() = default;

  // Reads one packet, in the order of arrival. False: no more. Errors name the file and the place.
  virtual absl::StatusOr<bool> Next(remb_packet* packet) = 0;

  // For a progress display; the size is 0 if it is not known.
  virtual int64_t bytes_read() const { return 0; }
  virtual int64_t size() const { return 0; }

  // What the reader had to choose, for people to check: a line each.
  virtual std::vector<std::string> Notes() const { return {}; }
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_PACKET_READER_H_
