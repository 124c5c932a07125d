#include "cc/bwe/overuse_estimator.h"

namespace remb::core {

uint32_t FramePeriodWindow::StartBlock() {
  uint32_t least = kNone;
  for (size_t i = kLength; i != 0; --i) block_[i - 1] = least = std::min(least, block_[i - 1]);
  min_of_block_ = kNone;
  index_ = 0;
  return least;
}

void OveruseEstimator::UpdateBeta(FramePeriod frame_period) {
  const double alpha = num_deltas_ > kFastNoiseDeltas ? kSlowNoiseAlpha : kFastNoiseAlpha;
  beta_ = std::pow(1 - alpha, frame_period.ms() * 30.0 / 1000.0);
  beta_ticks_ = frame_period.ticks;
}

}  // namespace remb::core
