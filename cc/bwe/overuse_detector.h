// Compares the filter's offset with a threshold that adapts (draft-ietf-rmcat-gcc, section 5.4).
#ifndef CC_BWE_OVERUSE_DETECTOR_H_
#define CC_BWE_OVERUSE_DETECTOR_H_

#include <cstdint>

#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/units.h"

namespace remb::core {

class OveruseDetector {
 public:
  // Takes the estimator's offset after a pair of groups `send_delta_ms` apart.
  void Detect(double offset_ms, double send_delta_ms, int num_deltas, Timestamp now);

  BandwidthUsage state() const { return state_; }
  // min(deltas, 60) * offset of the newest call that had two deltas or more.
  double modified_offset() const { return modified_offset_; }
  double threshold() const { return threshold_; }

 private:
  void UpdateThreshold(double modified_offset_ms, int64_t now_ms);

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

}  // namespace remb::core

#endif  // CC_BWE_OVERUSE_DETECTOR_H_
