// Where a link's packets wait, and which of them are dropped.
#ifndef TOOLS_SIM_PACKET_QUEUE_H_
#define TOOLS_SIM_PACKET_QUEUE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tools/sim/packet.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

struct WaitingPacket {
  Packet packet;
  Nanos arrived = 0;
};

class PacketQueue {
 public:
  using OnDrop = std::function<void(const Packet&)>;

  explicit PacketQueue(OnDrop on_drop) : on_drop_(std::move(on_drop)) {}
  virtual ~PacketQueue() = default;

  // `wait`: how long all that is before the packet would take at the current capacity; in an
  // outage, at the last one.
  virtual void Enqueue(const Packet& packet, Nanos now, Nanos wait) = 0;
  // False: nothing is left.
  virtual bool Dequeue(Nanos now, WaitingPacket* next) = 0;
  virtual int64_t bytes() const = 0;

 protected:
  void Drop(const Packet& packet) const {
    if (on_drop_) on_drop_(packet);
  }

 private:
  OnDrop on_drop_;
};

// `capacity_bps`: what the link has at first, or a trace's mean, by which a limit in time becomes
// one in bytes.
std::unique_ptr<PacketQueue> MakePacketQueue(const QueueConfig& config, int64_t capacity_bps,
                                             uint64_t seed, const std::string& link,
                                             PacketQueue::OnDrop on_drop);

}  // namespace remb::sim

#endif  // TOOLS_SIM_PACKET_QUEUE_H_
