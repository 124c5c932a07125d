// Finds the IP packet in a captured frame.
#ifndef TOOLS_REPLAY_CAPTURE_LINK_LAYER_H_
#define TOOLS_REPLAY_CAPTURE_LINK_LAYER_H_

#include <cstdint>
#include <span>

#include "tools/replay/capture/parsed.h"

namespace remb::replay {

// Whether FindIp knows a link type, as pcap_datalink has it: Ethernet, Linux cooked (both
// versions), loopback (both byte orders), raw IP.
bool IsKnownLinkType(int link_type);

// Makes *ip what lies behind the link header and any VLAN tags, stacked ones too. The link type is
// a known one.
Parsed FindIp(int link_type, std::span<const uint8_t> frame, std::span<const uint8_t>* ip);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_LINK_LAYER_H_
