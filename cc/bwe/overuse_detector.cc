#include "cc/bwe/overuse_detector.h"

#include <algorithm>
#include <cmath>

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/overuse_detector.cc. The draft asks for 0.00018 and 0.01.
constexpr int kMaxNumDeltas = 60;
constexpr double kOverUsingTimeThresholdMs = 10;
constexpr double kUp = 0.0087;
constexpr double kDown = 0.039;
constexpr double kMaxAdaptOffsetMs = 15;
constexpr double kMinThreshold = 6;
constexpr double kMaxThreshold = 600;
constexpr int64_t kMaxTimeDeltaMs = 100;

}  // namespace

void OveruseDetector::Detect(double offset_ms, double send_delta_ms, int num_deltas, Timestamp now) {
  if (num_deltas < 2) return;
  const double modified_offset = std::min(num_deltas, kMaxNumDeltas) * offset_ms;
  if (modified_offset > threshold_) {
    // The first group's own over-use began somewhere within it: half of it is counted.
    if (time_over_using_ms_ == kNotOverusing) {
      time_over_using_ms_ = send_delta_ms / 2;
    } else {
      time_over_using_ms_ += send_delta_ms;
    }
    ++overuse_count_;
    if (time_over_using_ms_ > kOverUsingTimeThresholdMs && overuse_count_ > 1 &&
        offset_ms >= previous_offset_) {
      time_over_using_ms_ = 0;
      overuse_count_ = 0;
      state_ = BandwidthUsage::kOverusing;
    }
  } else {
    time_over_using_ms_ = kNotOverusing;
    overuse_count_ = 0;
    state_ = modified_offset < -threshold_ ? BandwidthUsage::kUnderusing : BandwidthUsage::kNormal;
  }
  previous_offset_ = offset_ms;
  modified_offset_ = modified_offset;
  UpdateThreshold(modified_offset, now.ms());
}

void OveruseDetector::UpdateThreshold(double modified_offset_ms, int64_t now_ms) {
  if (last_update_ms_ == kNever) last_update_ms_ = now_ms;
  const double magnitude = std::fabs(modified_offset_ms);
  // A sudden spike, such as a route change, must not raise the threshold.
  if (magnitude <= threshold_ + kMaxAdaptOffsetMs) {
    const double k = magnitude < threshold_ ? kDown : kUp;
    const int64_t time_delta_ms = std::min(now_ms - last_update_ms_, kMaxTimeDeltaMs);
    threshold_ += k * (magnitude - threshold_) * static_cast<double>(time_delta_ms);
    threshold_ = std::clamp(threshold_, kMinThreshold, kMaxThreshold);
  }
  last_update_ms_ = now_ms;
}

}  // namespace remb::core
