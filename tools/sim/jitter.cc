#include "tools/sim/jitter.h"

#include <algorithm>
#include <cmath>

namespace remb::sim {

Nanos Jitter::Leave(Nanos time, Nanos transmission) {
  if (config_.sigma <= 0) return time;
  Nanos jitter;
  do {
    jitter = static_cast<Nanos>(std::fabs(random_.Gaussian(0, static_cast<double>(config_.sigma))));
  } while (jitter > config_.limit);
  last_ = std::max(time + jitter, last_ + transmission);
  return last_;
}

}  // namespace remb::sim
