#include "tools/sim/loss.h"

namespace remb::sim {

bool Loss::Loses() {
  // Both are always asked: the one's sequence does not depend on the other.
  const bool burst = LosesInBurst();
  const bool independent = config_.probability > 0 && independent_.Chance(config_.probability);
  return burst || independent;
}

bool Loss::LosesInBurst() {
  if (config_.bad_loss <= 0 || config_.bad_packets <= 0) return false;
  // A state that each packet leaves with probability 1/n lasts n packets in the mean.
  const double length = bad_ ? config_.bad_packets : config_.good_packets;
  if (length < 1 || bursts_.Chance(1 / length)) bad_ = !bad_;
  return bad_ && bursts_.Chance(config_.bad_loss);
}

}  // namespace remb::sim
