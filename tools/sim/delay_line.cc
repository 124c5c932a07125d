#include "tools/sim/delay_line.h"

namespace remb::sim {

void DelayLine::OnPacket(const Packet& packet) {
  const Nanos due = events_->now() + delay_;
  auto place = packets_.end();
  while (place != packets_.begin() && (place - 1)->due > due) --place;
  packets_.insert(place, {due, packet});
  // Each event takes the first: there are as many events at a time as packets due then.
  events_->At(due, [this] {
    const Packet arrived = packets_.front().packet;
    packets_.pop_front();
    next_->OnPacket(arrived);
  });
}

}  // namespace remb::sim
