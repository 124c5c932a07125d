// The offset against an adaptive threshold: docs/algorithm.md, "Filter and detector".
#ifndef CC_TESTING_PLAIN_OVERUSE_DETECTOR_H_
#define CC_TESTING_PLAIN_OVERUSE_DETECTOR_H_

#include <remb/remb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "cc/testing/plain/units.h"

namespace remb::plain {

struct OveruseDetector {
  int32_t state = REMB_STATE_NORMAL;
  double modified_offset = 0;  // T, which is held against the threshold
  double threshold_ms = 12.5;
  std::optional<double> overuse_ms;  // how long the offset has been above the threshold
  int overuse_count = 0;
  double previous_offset = 0;
  std::optional<int64_t> adapted_ms;

  void Detect(double offset, double send_delta_ms, int deltas, int64_t now) {
    if (deltas < 2) return;
    const double t = modified_offset = std::min(deltas, 60) * offset;
    if (t > threshold_ms) {
      overuse_ms = overuse_ms ? *overuse_ms + send_delta_ms : send_delta_ms / 2;
      ++overuse_count;
      if (*overuse_ms > 10 && overuse_count > 1 && offset >= previous_offset) {
        state = REMB_STATE_OVERUSING;
        overuse_ms = 0;
        overuse_count = 0;
      }
    } else {
      state = t < -threshold_ms ? REMB_STATE_UNDERUSING : REMB_STATE_NORMAL;
      overuse_ms.reset();
      overuse_count = 0;
    }
    previous_offset = offset;
    Adapt(std::abs(t), Ms(now));
  }

 private:
  void Adapt(double t, int64_t now_ms) {
    const int64_t ms = std::min<int64_t>(now_ms - adapted_ms.value_or(now_ms), 100);
    adapted_ms = now_ms;
    if (t > threshold_ms + 15) return;  // a spike
    const double k = t < threshold_ms ? 0.039 : 0.0087;
    threshold_ms += k * (t - threshold_ms) * static_cast<double>(ms);
    threshold_ms = std::clamp(threshold_ms, 6.0, 600.0);
  }
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_OVERUSE_DETECTOR_H_
