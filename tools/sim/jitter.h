// Delay variation of RFC 8868, section 4.5.2: |truncated Gaussian|, and packets stay in order.
#ifndef TOOLS_SIM_JITTER_H_
#define TOOLS_SIM_JITTER_H_

#include <string>

#include "tools/sim/random.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

class Jitter {
 public:
  Jitter(const JitterConfig& config, uint64_t seed, const std::string& link)
      : config_(config), random_(seed, link + "/jitter") {
    if (config_.limit == 0) config_.limit = 3 * config_.sigma;
  }

  // When a packet leaves that without jitter would leave at `time`, and whose transmission took
  // `transmission`: at least that long after the one before it.
  Nanos Leave(Nanos time, Nanos transmission);

 private:
  JitterConfig config_;
  Random random_;
  Nanos last_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_JITTER_H_
