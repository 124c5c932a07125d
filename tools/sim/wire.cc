#include "tools/sim/wire.h"

namespace remb::sim {

void Wire::Send(const Packet& packet, Nanos arrival) {
  if (packets_.empty() && arrival <= events_->now()) {
    next_->OnPacket(packet);
    return;
  }
  packets_.push_back({.packet = packet, .arrival = arrival});
  if (packets_.size() == 1) events_->At(arrival, [this] { OnEvent(); });
}

void Wire::OnEvent() {
  const Packet packet = packets_.front().packet;
  packets_.pop_front();
  if (!packets_.empty()) events_->At(packets_.front().arrival, [this] { OnEvent(); });
  next_->OnPacket(packet);
}

}  // namespace remb::sim
