// PIE, RFC 8033: drops at random where packets come in, with a probability that a controller keeps
// such that the delay stays near 15 ms. Optional parts: de-randomisation (section 5.4) and the cap
// on adjustments (5.5). The delay is the age of the packet that is next: time stamps, one of 4.3's
// ways.
#ifndef TOOLS_SIM_PIE_H_
#define TOOLS_SIM_PIE_H_

#include <string>

#include "tools/sim/packet_queue.h"
#include "tools/sim/random.h"
#include "tools/sim/ring.h"

namespace remb::sim {

class Pie : public PacketQueue {
 public:
  Pie(int64_t limit_bytes, uint64_t seed, const std::string& link, OnDrop on_drop)
      : PacketQueue(std::move(on_drop)), limit_bytes_(limit_bytes), random_(seed, link + "/pie") {}

  void Enqueue(const Packet& packet, Nanos now, Nanos wait) override;
  bool Dequeue(Nanos now, WaitingPacket* next) override;
  int64_t bytes() const override { return bytes_; }

 private:
  void RunUpdates(Nanos now);
  void Update(Nanos delay);
  bool DropsEarly();

  int64_t limit_bytes_;
  Random random_;
  Ring<WaitingPacket> packets_;
  int64_t bytes_ = 0;
  Nanos next_update_ = 0;
  Nanos delay_ = 0;  // at the last update
  Nanos burst_allowance_ = 0;
  double probability_ = 0;
  double accumulated_ = 0;  // since the last drop
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_PIE_H_
