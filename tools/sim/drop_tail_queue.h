// First in, first out; what comes when it is full is dropped.
#ifndef TOOLS_SIM_DROP_TAIL_QUEUE_H_
#define TOOLS_SIM_DROP_TAIL_QUEUE_H_

#include <limits>

#include "tools/sim/packet_queue.h"
#include "tools/sim/ring.h"

namespace remb::sim {

class DropTailQueue : public PacketQueue {
 public:
  struct Limit {
    Nanos wait = std::numeric_limits<Nanos>::max();
    int64_t bytes = std::numeric_limits<int64_t>::max();  // without what is being transmitted
  };

  DropTailQueue(Limit limit, OnDrop on_drop) : PacketQueue(std::move(on_drop)), limit_(limit) {}

  void Enqueue(const Packet& packet, Nanos now, Nanos wait) override;
  bool Dequeue(Nanos now, WaitingPacket* next) override;
  int64_t bytes() const override { return bytes_; }

 private:
  Limit limit_;
  Ring<WaitingPacket> packets_;
  int64_t bytes_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_DROP_TAIL_QUEUE_H_
