// The part of a way that only takes time: no capacity, no loss.
#ifndef TOOLS_SIM_DELAY_LINE_H_
#define TOOLS_SIM_DELAY_LINE_H_

#include <deque>

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/time.h"

namespace remb::sim {

class DelayLine : public PacketSink {
 public:
  DelayLine(Nanos delay, EventQueue* events, PacketSink* next)
      : delay_(delay), events_(events), next_(next) {}

  void OnPacket(const Packet& packet) override;
  // For packets from now on; after a shorter delay they overtake those under way, as they do when a
  // route changes.
  void SetDelay(Nanos delay) { delay_ = delay; }

 private:
  struct Travelling {
    Nanos due;
    Packet packet;
  };

  Nanos delay_;
  EventQueue* events_;
  PacketSink* next_;
  std::deque<Travelling> packets_;  // by due; those of one time as they came
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_DELAY_LINE_H_
