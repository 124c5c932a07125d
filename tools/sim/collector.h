// For tests: keeps the packets that come.
#ifndef TOOLS_SIM_COLLECTOR_H_
#define TOOLS_SIM_COLLECTOR_H_

#include <vector>

#include "tools/sim/packet.h"

namespace remb::sim {

struct Collector : PacketSink {
  void OnPacket(const Packet& packet) override { packets.push_back(packet); }
  std::vector<Packet> packets;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_COLLECTOR_H_
