// Finds the UDP datagram in an IP packet.
#ifndef TOOLS_REPLAY_CAPTURE_IP_H_
#define TOOLS_REPLAY_CAPTURE_IP_H_

#include <cstdint>
#include <span>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/capture/parsed.h"

namespace remb::replay {

// Sets all of *datagram but its time. IPv4 with options, IPv6 with extension headers. The packet
// may be cut short behind its UDP header: sizes are those that the headers say. Of a datagram in
// fragments the first stands for all. Checksums are not looked at, as network cards fill them in
// after the capture.
Parsed ParseUdp(std::span<const uint8_t> packet, Datagram* datagram);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_IP_H_
