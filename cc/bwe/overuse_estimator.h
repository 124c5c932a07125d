// The Kalman filter over packet groups (draft-ietf-rmcat-gcc, section 5.3).
#ifndef CC_BWE_OVERUSE_ESTIMATOR_H_
#define CC_BWE_OVERUSE_ESTIMATOR_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/bwe/bandwidth_usage.h"

namespace remb::core {

// In ticks of the send clock, which are quicker to compare and take half the room of doubles.
struct FramePeriod {
  uint32_t ticks;
  double ms_per_tick;

  double ms() const { return ticks * ms_per_tick; }
};

// The frame period: the smallest of the last 60 send deltas, in constant time on average. The
// values come in blocks of 60: the window is the end of one block, of which only the minima from
// each place to its end are kept, and the beginning of the next.
class FramePeriodWindow {
 public:
  FramePeriodWindow() { block_.fill(kNone); }

  // Adds a value and gives the smallest of it and the 59 before.
  uint32_t Add(uint32_t ticks) {
    block_[index_] = ticks;
    min_of_block_ = std::min(min_of_block_, ticks);
    if (ABSL_PREDICT_FALSE(++index_ == kLength)) return StartBlock();
    return std::min(min_of_block_, block_[index_]);
  }

 private:
  static constexpr uint32_t kLength = 60;
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  uint32_t StartBlock();

  // Before index_: values; from there on: minima of the block before.
  std::array<uint32_t, kLength> block_;
  uint32_t min_of_block_ = kNone;
  uint32_t index_ = 0;
};

// Splits the difference between arrival and send delta of a group into a part that grows with the
// group's size (slope: the inverse of capacity), noise, and what is left: the offset, which is the
// queue's growth from group to group.
class OveruseEstimator {
 public:
  // One pair of groups: milliseconds between them, bytes of size difference, the smallest send
  // delta of late, and what the detector said before.
  void Update(double arrival_delta_ms, double send_delta_ms, double size_delta_bytes,
              FramePeriod frame_period, BandwidthUsage state);

  // Milliseconds per group.
  double offset() const { return offset_; }
  // Milliseconds squared.
  double noise_variance() const { return noise_variance_; }
  // How many pairs of groups went in; stops at 1000.
  int num_deltas() const { return num_deltas_; }

 private:
  // libwebrtc modules/remote_bitrate_estimator/overuse_estimator.cc.
  static constexpr int kMaxNumDeltas = 1000;
  static constexpr double kProcessNoise[2] = {1e-13, 1e-3};
  static constexpr double kFastNoiseAlpha = 0.01;
  static constexpr double kSlowNoiseAlpha = 0.002;
  static constexpr int kFastNoiseDeltas = 10 * 30;  // ten seconds at 30 frames a second
  static constexpr double kMinNoiseVariance = 1;

  void UpdateBeta(FramePeriod frame_period);
  void UpdateNoise(double residual);

  int num_deltas_ = 0;
  // Start values: libwebrtc modules/remote_bitrate_estimator/overuse_estimator.h.
  double slope_ = 8.0 / 512.0;
  double offset_ = 0;
  double previous_offset_ = 0;
  double e_[2][2] = {{100.0, 0.0}, {0.0, 1e-1}};
  double noise_mean_ = 0;
  double noise_variance_ = 50;
  // beta = (1 - alpha)^(frame period * 30 / 1000): the frame period seldom changes, and pow is
  // dear. Of a frame period of 0 it is 1.
  double beta_ = 1;
  uint32_t beta_ticks_ = 0;
};

inline void OveruseEstimator::UpdateNoise(double residual) {
  noise_mean_ = beta_ * noise_mean_ + (1 - beta_) * residual;
  noise_variance_ =
      beta_ * noise_variance_ + (1 - beta_) * (noise_mean_ - residual) * (noise_mean_ - residual);
  noise_variance_ = std::max(noise_variance_, kMinNoiseVariance);
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline void OveruseEstimator::Update(double arrival_delta_ms,
                                                                  double send_delta_ms,
                                                                  double size_delta_bytes,
                                                                  FramePeriod frame_period,
                                                                  BandwidthUsage state) {
  num_deltas_ = std::min(num_deltas_ + 1, kMaxNumDeltas);

  // First, as it may call pow, which leaves no floating-point register as it was.
  const bool other_alpha = num_deltas_ == kFastNoiseDeltas + 1;
  if (ABSL_PREDICT_FALSE(frame_period.ticks != beta_ticks_ || other_alpha)) {
    UpdateBeta(frame_period);
  }

  const double e00 = e_[0][0] + kProcessNoise[0];
  const double e01 = e_[0][1];
  const double e10 = e_[1][0];
  double e11 = e_[1][1] + kProcessNoise[1];
  // The offset is turning back: trust new measurements more.
  const bool normal = state == BandwidthUsage::kNormal;
  if (ABSL_PREDICT_FALSE(!normal) &&
      (state == BandwidthUsage::kOverusing ? offset_ < previous_offset_
                                           : offset_ > previous_offset_)) {
    e11 += 10 * kProcessNoise[1];
  }

  const double h0 = size_delta_bytes;  // h = (size delta, 1)
  const double eh0 = e00 * h0 + e01;
  const double eh1 = e10 * h0 + e11;
  const double residual = (arrival_delta_ms - send_delta_ms) - slope_ * h0 - offset_;

  if (ABSL_PREDICT_TRUE(normal)) {
    const double max_residual = 3.0 * std::sqrt(noise_variance_);
    UpdateNoise(std::max(std::min(residual, max_residual), -max_residual));
  }

  const double denominator = noise_variance_ + h0 * eh0 + eh1;
  const double k0 = eh0 / denominator;
  const double k1 = eh1 / denominator;
  const double ikh00 = 1.0 - k0 * h0;
  const double minus_ikh10 = k1 * h0;
  const double ikh11 = 1.0 - k1;
  e_[0][0] = e00 * ikh00 - e10 * k0;
  e_[0][1] = e01 * ikh00 - e11 * k0;
  e_[1][0] = e10 * ikh11 - e00 * minus_ikh10;
  e_[1][1] = e11 * ikh11 - e01 * minus_ikh10;

  slope_ += k0 * residual;
  previous_offset_ = offset_;
  offset_ += k1 * residual;
}

}  // namespace remb::core

#endif  // CC_BWE_OVERUSE_ESTIMATOR_H_
