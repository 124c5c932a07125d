#include "tools/sim/drop_tail_queue.h"

namespace remb::sim {

void DropTailQueue::Enqueue(const Packet& packet, Nanos now, Nanos wait) {
  if (wait > limit_.wait || bytes_ + packet.bytes > limit_.bytes) {
    Drop(packet);
    return;
  }
  packets_.push_back({.packet = packet, .arrived = now});
  bytes_ += packet.bytes;
}

bool DropTailQueue::Dequeue(Nanos /*now*/, WaitingPacket* next) {
  if (packets_.empty()) return false;
  *next = packets_.front();
  packets_.pop_front();
  bytes_ -= next->packet.bytes;
  return true;
}

}  // namespace remb::sim
