// A capacity that varies at random: a cellular channel (random walk), or one that is drawn anew
// (uniform).
#ifndef TOOLS_SIM_CAPACITY_PROCESS_H_
#define TOOLS_SIM_CAPACITY_PROCESS_H_

#include <functional>
#include <string>

#include "tools/sim/event_queue.h"
#include "tools/sim/random.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

class CapacityProcess {
 public:
  // Of kind kRandomWalk or kUniform, 0 < low_bps <= high_bps, interval > 0. Calls `on_change` with
  // each new capacity.
  CapacityProcess(CapacityConfig config, EventQueue* events, uint64_t seed, const std::string& link,
                  std::function<void(int64_t bps)> on_change);
  CapacityProcess(const CapacityProcess&) = delete;
  CapacityProcess& operator=(const CapacityProcess&) = delete;

  int64_t bps() const { return bps_; }

 private:
  void Draw();
  void Schedule();

  CapacityConfig config_;
  EventQueue* events_;
  Random random_;
  std::function<void(int64_t)> on_change_;
  double log_rate_ = 0;
  int64_t bps_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_CAPACITY_PROCESS_H_
