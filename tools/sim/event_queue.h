// The simulator's clock: actions in the order of their times, and of their scheduling where times
// are equal, so that a run is the same each time.
#ifndef TOOLS_SIM_EVENT_QUEUE_H_
#define TOOLS_SIM_EVENT_QUEUE_H_

#include <absl/functional/any_invocable.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tools/sim/time.h"

namespace remb::sim {

class EventQueue {
 public:
  // What it captures should fit into two pointers: then nothing is allocated.
  using Action = absl::AnyInvocable<void()>;

  Nanos now() const { return now_; }
  // A time before now counts as now.
  void At(Nanos time, Action action);
  void After(Nanos delay, Action action) { At(now_ + delay, std::move(action)); }
  // Runs what is due up to and including `end`, which is then the time.
  void RunUntil(Nanos end);
  int64_t events() const { return next_order_; }  // ever scheduled

 private:
  struct Event {
    Nanos time;
    int64_t order;
    uint32_t slot;  // of its action
  };

  std::vector<Event> heap_;  // apart from the actions, which are slow to move
  std::vector<Action> actions_;
  std::vector<uint32_t> free_slots_;
  Nanos now_ = 0;
  int64_t next_order_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_EVENT_QUEUE_H_
