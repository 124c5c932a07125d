#include "cc/bwe/capacity_share.h"

#include <algorithm>

namespace remb::core {

std::optional<double> CapacityShare::Rate(TimeDelta window) {
  if (count_ <= kMinTrains) return std::nullopt;
  const TrainStart& newest = starts_[newest_];
  // The most trains that lie within the window, from where it began last: times ascend.
  const Timestamp begin = newest.arrival - window;
  uint32_t trains = std::clamp(trains_, kMinTrains, count_ - 1);
  while (trains > kMinTrains && Before(trains).arrival < begin) --trains;
  while (trains + 1 < count_ && Before(trains + 1).arrival >= begin) ++trains;
  trains_ = trains;
  const TrainStart& oldest = Before(trains);
  const int64_t us = (newest.arrival - oldest.arrival).us();
  if (us <= 0) return std::nullopt;
  return 8e6 * static_cast<double>(newest.bytes - oldest.bytes) / static_cast<double>(us);
}

}  // namespace remb::core
