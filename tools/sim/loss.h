// Random loss: independent, and in bursts after Gilbert and Elliott.
#ifndef TOOLS_SIM_LOSS_H_
#define TOOLS_SIM_LOSS_H_

#include <string>

#include "tools/sim/random.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

class Loss {
 public:
  Loss(const LossConfig& config, uint64_t seed, const std::string& link)
      : config_(config), independent_(seed, link + "/loss"), bursts_(seed, link + "/burst-loss") {}

  // For each packet, in order.
  bool Loses();
  // Of independent loss.
  void SetProbability(double probability) { config_.probability = probability; }

 private:
  bool LosesInBurst();

  LossConfig config_;
  Random independent_;
  Random bursts_;
  bool bad_ = false;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_LOSS_H_
