#include "cc/bwe/overuse_estimator.h"

#include <algorithm>
#include <cmath>

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/overuse_estimator.cc.
constexpr int kMaxNumDeltas = 1000;
constexpr double kProcessNoise[2] = {1e-13, 1e-3};
constexpr double kFastNoiseAlpha = 0.01;
constexpr double kSlowNoiseAlpha = 0.002;
constexpr int kFastNoiseDeltas = 10 * 30;  // ten seconds at 30 frames a second
constexpr double kMinNoiseVariance = 1;

}  // namespace

double FramePeriodWindow::StartBlock() {
  for (size_t i = kLength - 1; i-- > 0;) block_[i] = std::min(block_[i], block_[i + 1]);
  min_of_block_ = kNone;
  index_ = 0;
  return block_[0];
}

inline void OveruseEstimator::UpdateNoise(double residual, double frame_period_ms) {
  const double alpha = num_deltas_ > kFastNoiseDeltas ? kSlowNoiseAlpha : kFastNoiseAlpha;
  if (frame_period_ms != beta_frame_period_ms_ || alpha != beta_alpha_) {
    beta_ = std::pow(1 - alpha, frame_period_ms * 30.0 / 1000.0);
    beta_frame_period_ms_ = frame_period_ms;
    beta_alpha_ = alpha;
  }
  noise_mean_ = beta_ * noise_mean_ + (1 - beta_) * residual;
  noise_variance_ =
      beta_ * noise_variance_ + (1 - beta_) * (noise_mean_ - residual) * (noise_mean_ - residual);
  noise_variance_ = std::max(noise_variance_, kMinNoiseVariance);
}

void OveruseEstimator::Update(double arrival_delta_ms, double send_delta_ms,
                              double size_delta_bytes, BandwidthUsage state) {
  const double frame_period_ms = frame_periods_.Add(send_delta_ms);
  num_deltas_ = std::min(num_deltas_ + 1, kMaxNumDeltas);

  e_[0][0] += kProcessNoise[0];
  e_[1][1] += kProcessNoise[1];
  // The offset is turning back: trust new measurements more.
  if ((state == BandwidthUsage::kOverusing && offset_ < previous_offset_) ||
      (state == BandwidthUsage::kUnderusing && offset_ > previous_offset_)) {
    e_[1][1] += 10 * kProcessNoise[1];
  }

  const double h0 = size_delta_bytes;  // h = (size delta, 1)
  const double eh0 = e_[0][0] * h0 + e_[0][1];
  const double eh1 = e_[1][0] * h0 + e_[1][1];
  const double residual = (arrival_delta_ms - send_delta_ms) - slope_ * h0 - offset_;

  if (state == BandwidthUsage::kNormal) {
    const double max_residual = 3.0 * std::sqrt(noise_variance_);
    UpdateNoise(std::clamp(residual, -max_residual, max_residual), frame_period_ms);
  }

  const double denominator = noise_variance_ + h0 * eh0 + eh1;
  const double k0 = eh0 / denominator;
  const double k1 = eh1 / denominator;
  const double ikh00 = 1.0 - k0 * h0;
  const double ikh10 = -k1 * h0;
  const double ikh11 = 1.0 - k1;
  const double e00 = e_[0][0];
  const double e01 = e_[0][1];
  e_[0][0] = e00 * ikh00 + e_[1][0] * -k0;
  e_[0][1] = e01 * ikh00 + e_[1][1] * -k0;
  e_[1][0] = e00 * ikh10 + e_[1][0] * ikh11;
  e_[1][1] = e01 * ikh10 + e_[1][1] * ikh11;

  slope_ += k0 * residual;
  previous_offset_ = offset_;
  offset_ += k1 * residual;
}

}  // namespace remb::core
