#include "cc/bwe/capacity_share.h"

namespace remb::core {

std::optional<double> CapacityShare::Rate(TimeDelta window) const {
  if (count_ <= kMinTrains) return std::nullopt;
  const TrainStart& newest = starts_[newest_];
  // The most trains that lie within the window, by halving: times ascend.
  uint32_t trains = kMinTrains;
  for (uint32_t beyond = count_; beyond - trains > 1;) {
    const uint32_t middle = (trains + beyond) / 2;
    (newest.arrival - Before(middle).arrival <= window ? trains : beyond) = middle;
  }
  const TrainStart& oldest = Before(trains);
  const int64_t us = (newest.arrival - oldest.arrival).us();
  if (us <= 0) return std::nullopt;
  return 8e6 * static_cast<double>(newest.bytes - oldest.bytes) / static_cast<double>(us);
}

}  // namespace remb::core
