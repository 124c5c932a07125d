// One direction of a link. What a packet meets, in this order: random loss, a policer, the queue,
// where a shaper may hold back what is first, transmission (at the capacity, over a Wi-Fi medium,
// or at a trace's opportunities), jitter, reordering, propagation.
#ifndef TOOLS_SIM_LINK_H_
#define TOOLS_SIM_LINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "tools/sim/capacity_process.h"
#include "tools/sim/event_queue.h"
#include "tools/sim/jitter.h"
#include "tools/sim/loss.h"
#include "tools/sim/packet.h"
#include "tools/sim/packet_queue.h"
#include "tools/sim/random.h"
#include "tools/sim/scenario.h"
#include "tools/sim/server.h"
#include "tools/sim/token_bucket.h"
#include "tools/sim/wire.h"

namespace remb::sim {

class Link : public PacketSink, private Backlog {
 public:
  // `events` and `next` outlive the link. Each random part draws from a generator of its own, named
  // after the link.
  Link(const LinkConfig& config, EventQueue* events, uint64_t seed, PacketSink* next);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void OnPacket(const Packet& packet) override;

  // From now on. A packet in transmission goes on at the new rate, from this very moment. 0 is an
  // outage. Of a Wi-Fi medium: its rate when it is free. A mahimahi trace stays as it is.
  void SetCapacity(int64_t bps);
  // Of independent loss, 0 to 1.
  void SetLoss(double probability) { loss_.SetProbability(probability); }

  // What the link can carry now, in bit/s: no more than its shaper or policer lets through. Of a
  // Wi-Fi medium: its mean in the presence of others. Of a trace: the mean of 500 ms.
  int64_t capacity_bps() const;
  // At each change of it.
  void set_on_capacity(std::function<void(int64_t bps)> on_capacity) {
    on_capacity_ = std::move(on_capacity);
  }
  // `random`: lost, not dropped by a queue or policer.
  void set_on_drop(std::function<void(const Packet&, bool random)> on_drop) {
    on_drop_ = std::move(on_drop);
  }

  // How long a packet that arrived now would wait at the current capacity for its transmission to
  // start. kNever in an outage.
  Nanos QueueDelay() const;

 private:
  const Packet* Next() override;
  Packet Take(Nanos start) override;
  void OnTransmitted(const Packet& packet, Nanos took) override;
  void Drop(const Packet& packet, bool random) const;
  std::unique_ptr<Server> MakeServer(uint64_t seed);
  std::unique_ptr<PacketQueue> MakeQueue(uint64_t seed);
  Nanos WaitForLimit() const;
  void ReportTrace();

  LinkConfig config_;
  EventQueue* events_;
  std::function<void(int64_t)> on_capacity_;
  std::function<void(const Packet&, bool)> on_drop_;

  Loss loss_;
  std::optional<TokenBucket> bucket_;
  std::unique_ptr<PacketQueue> queue_;
  std::optional<WaitingPacket> head_;  // taken from the queue, not yet transmitted
  bool shaper_waits_ = false;          // an event comes when the bucket has enough for it
  std::optional<CapacityProcess> process_;
  std::unique_ptr<Server> server_;
  int64_t limit_bps_ = 0;  // the capacity, in an outage the last one before it
  Jitter jitter_;
  Random reorder_;
  Wire in_order_;
  Wire late_;  // for those that others overtake
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_LINK_H_
