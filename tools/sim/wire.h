// Packets on their way to the next hop: each arrives at a time given with it, in order.
#ifndef TOOLS_SIM_WIRE_H_
#define TOOLS_SIM_WIRE_H_

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/ring.h"

namespace remb::sim {

class Wire {
 public:
  Wire(EventQueue* events, PacketSink* next) : events_(events), next_(next) {}

  // `arrival` is not before that of the packet before. Now: arrives within the call.
  void Send(const Packet& packet, Nanos arrival);

 private:
  struct Travelling {
    Packet packet;
    Nanos arrival = 0;
  };

  void OnEvent();

  EventQueue* events_;
  PacketSink* next_;
  Ring<Travelling> packets_;  // the first one has an event
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_WIRE_H_
