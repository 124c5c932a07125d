// Compares the filter's offset with a threshold that adapts (draft-ietf-rmcat-gcc, section 5.4).
#ifndef CC_BWE_OVERUSE_DETECTOR_H_
#define CC_BWE_OVERUSE_DETECTOR_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/units.h"

namespace remb::core {

class OveruseDetector {
 public:
  // Takes the estimator's offset after a pair of groups `send_delta_ms` apart.
  void Detect(double offset_ms, double send_delta_ms, int num_deltas, TimestampMs now);

  BandwidthUsage state() const { return state_; }
  // min(deltas, 60) * offset of the newest call that had two deltas or more.
  double modified_offset() const { return modified_offset_; }
  double threshold() const { return threshold_; }

 private:
  void UpdateThreshold(double modified_offset_ms, TimestampMs now);

  // libwebrtc modules/remote_bitrate_estimator/overuse_detector.cc. The draft asks for 0.00018 and
  // 0.01.
  static constexpr int kMaxNumDeltas = 60;
  static constexpr double kOverUsingTimeThresholdMs = 10;
  static constexpr double kUp = 0.0087;
  static constexpr double kDown = 0.039;
  static constexpr double kMaxAdaptOffsetMs = 15;
  static constexpr double kMinThreshold = 6;
  static constexpr double kMaxThreshold = 600;
  static constexpr int64_t kMaxTimeDeltaMs = 100;

  static constexpr double kNotOverusing = -1;
  static constexpr int64_t kNever = -1;

  BandwidthUsage state_ = BandwidthUsage::kNormal;
  int overuse_count_ = 0;
  double time_over_using_ms_ = kNotOverusing;
  double previous_offset_ = 0;
  double modified_offset_ = 0;
  double threshold_ = 12.5;  // libwebrtc modules/remote_bitrate_estimator/overuse_detector.h
  int64_t last_update_ms_ = kNever;
};

inline void OveruseDetector::Detect(double offset_ms, double send_delta_ms, int num_deltas,
                                    TimestampMs now) {
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
  UpdateThreshold(modified_offset, now);
}

inline void OveruseDetector::UpdateThreshold(double modified_offset_ms, TimestampMs now) {
  if (last_update_ms_ == kNever) last_update_ms_ = now.ms();
  const double magnitude = std::fabs(modified_offset_ms);
  // A sudden spike, such as a route change, must not raise the threshold.
  if (magnitude <= threshold_ + kMaxAdaptOffsetMs) {
    const double k = magnitude < threshold_ ? kDown : kUp;
    const int64_t time_delta_ms = std::min(now.ms() - last_update_ms_, kMaxTimeDeltaMs);
    const double threshold =
        threshold_ + k * (magnitude - threshold_) * static_cast<double>(time_delta_ms);
    threshold_ = std::min(std::max(threshold, kMinThreshold), kMaxThreshold);
  }
  last_update_ms_ = now.ms();
}

}  // namespace remb::core

#endif  // CC_BWE_OVERUSE_DETECTOR_H_
