// The Kalman filter over packet groups (draft-ietf-rmcat-gcc, section 5.3).
#ifndef CC_BWE_OVERUSE_ESTIMATOR_H_
#define CC_BWE_OVERUSE_ESTIMATOR_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "cc/bwe/bandwidth_usage.h"

namespace remb::core {

// The smallest of the last 60 values, in constant time on average. The values come in blocks of 60:
// the window is the end of one block, of which only the minima from each place to its end are kept,
// and the beginning of the next.
class FramePeriodWindow {
 public:
  FramePeriodWindow() { block_.fill(kNone); }

  // Adds a value and gives the smallest of it and the 59 before.
  double Add(double value) {
    block_[index_] = value;
    min_of_block_ = std::min(min_of_block_, value);
    if (++index_ == kLength) return StartBlock();
    return std::min(min_of_block_, block_[index_]);
  }

 private:
  static constexpr size_t kLength = 60;
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  double StartBlock();

  std::array<double, kLength>
      block_;  // before index_: values; from there on: minima of the block before
  double min_of_block_ = kNone;
  size_t index_ = 0;
};

// Splits the difference between arrival and send delta of a group into a part that grows with the
// group's size (slope: the inverse of capacity), noise, and what is left: the offset, which is the
// queue's growth from group to group.
class OveruseEstimator {
 public:
  // One pair of groups: milliseconds between them, bytes of size difference, and what the detector
  // said before.
  void Update(double arrival_delta_ms, double send_delta_ms, double size_delta_bytes,
              BandwidthUsage state);

  // Milliseconds per group.
  double offset() const { return offset_; }
  // Milliseconds squared.
  double noise_variance() const { return noise_variance_; }
  // How many pairs of groups went in; stops at 1000.
  int num_deltas() const { return num_deltas_; }

 private:
  void UpdateNoise(double residual, double frame_period_ms);

  FramePeriodWindow frame_periods_;
  int num_deltas_ = 0;
  // Start values: libwebrtc modules/remote_bitrate_estimator/overuse_estimator.h.
  double slope_ = 8.0 / 512.0;
  double offset_ = 0;
  double previous_offset_ = 0;
  double e_[2][2] = {{100.0, 0.0}, {0.0, 1e-1}};
  double noise_mean_ = 0;
  double noise_variance_ = 50;
  // beta = (1 - alpha)^(frame period * 30 / 1000): the frame period seldom changes, and pow is
  // dear.
  double beta_ = 1;
  double beta_alpha_ = 0;
  double beta_frame_period_ms_ = -1;
};

}  // namespace remb::core

#endif  // CC_BWE_OVERUSE_ESTIMATOR_H_
