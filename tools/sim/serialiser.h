// One packet after the other, at the link's rate.
#ifndef TOOLS_SIM_SERIALISER_H_
#define TOOLS_SIM_SERIALISER_H_

#include "tools/sim/event_queue.h"
#include "tools/sim/server.h"

namespace remb::sim {

class Serialiser : public Server {
 public:
  // A rate of 0 is an outage.
  Serialiser(int64_t bps, EventQueue* events, Backlog* backlog)
      : bps_(bps), events_(events), backlog_(backlog) {}

  void Wake() override;
  // What is left of a packet in transmission goes at the new rate.
  void SetCapacity(int64_t bps) override;
  int64_t capacity_bps() const override { return bps_; }
  Nanos Wait(int64_t bytes) const override;

 private:
  // Bits times 10^9, of which a nanosecond does `bps_`: so all is exact.
  int64_t WorkLeft() const;
  Nanos TimeFor(int64_t work) const;
  void Schedule();
  void OnEvent();

  int64_t bps_;
  EventQueue* events_;
  Backlog* backlog_;
  bool busy_ = false;
  Packet packet_;     // in transmission
  Nanos start_ = 0;   // of its transmission
  int64_t work_ = 0;  // it needed at `since_`
  Nanos since_ = 0;
  Nanos end_ = kNever;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_SERIALISER_H_
