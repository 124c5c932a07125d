// FQ-CoDel, RFC 8290, with its default parameters: a queue with CoDel per flow, served in turn, and
// flows that have just begun to send first.
#ifndef TOOLS_SIM_FQ_CODEL_H_
#define TOOLS_SIM_FQ_CODEL_H_

#include <cstddef>
#include <vector>

#include "tools/sim/codel.h"
#include "tools/sim/packet_queue.h"
#include "tools/sim/ring.h"

namespace remb::sim {

class FqCoDel : public PacketQueue {
 public:
  // `perturbation`: of the hash that spreads flows over queues. `limit_bytes`: 0 for none but the
  // default one in packets.
  FqCoDel(uint64_t perturbation, int64_t limit_bytes, OnDrop on_drop);

  void Enqueue(const Packet& packet, Nanos now, Nanos wait) override;
  bool Dequeue(Nanos now, WaitingPacket* next) override;
  int64_t bytes() const override { return bytes_; }

 private:
  struct Flow {
    Ring<WaitingPacket> packets;
    int64_t bytes = 0;
    int64_t credit = 0;
    bool active = false;  // in one of the lists
    CoDel codel;
  };

  size_t Hash(size_t flow) const;
  WaitingPacket Pop(Flow& flow);
  bool DequeueFrom(Flow& flow, Nanos now, WaitingPacket* next);
  void DropFromFattest();

  uint64_t perturbation_;
  int64_t limit_bytes_;
  std::vector<Flow> flows_;
  Ring<size_t> new_flows_;
  Ring<size_t> old_flows_;
  int64_t bytes_ = 0;
  int64_t packets_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_FQ_CODEL_H_
