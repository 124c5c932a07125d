// The yardstick: who knows the true capacity and asks for a share of it.
#ifndef TOOLS_SIM_KNOWING_RECEIVER_H_
#define TOOLS_SIM_KNOWING_RECEIVER_H_

#include <cstdint>
#include <deque>
#include <functional>

#include "tools/sim/event_queue.h"
#include "tools/sim/time.h"

namespace remb::sim {

// REMB = share * the flow's fair share, as it was `lag` ago: each 200 ms, and at once when it
// changes. None while the fair share is not known or 0.
class KnowingReceiver {
 public:
  KnowingReceiver(EventQueue* queue, double share, Nanos lag,
                  std::function<void(int64_t bps)> send_remb);

  void Start();
  void Stop() { next_periodic_ = -1; }
  void SetFairShare(int64_t bps);

 private:
  void SendEach200Ms();
  void Send();

  EventQueue* queue_;
  double share_;
  Nanos lag_;
  std::function<void(int64_t)> send_remb_;
  std::deque<int64_t> to_learn_;  // its turn comes with an event
  int64_t fair_share_ = 0;
  Nanos next_periodic_ = -1;  // the event that counts; -1: stopped
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_KNOWING_RECEIVER_H_
