// Opens a file of packets by what is in it.
#ifndef TOOLS_REPLAY_PACKET_FILE_H_
#define TOOLS_REPLAY_PACKET_FILE_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "tools/replay/capture/capture_reader.h"
#include "tools/replay/packet_reader.h"

namespace remb::replay {

// A trace, a pcap, pcapng or rtpdump file, or standard input if the path is "-". All options
// but the clock are for captures alone.
absl::StatusOr<std::unique_ptr<PacketReader>> OpenPackets(const std::string& path,
                                                          const CaptureOptions& options);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_PACKET_FILE_H_
