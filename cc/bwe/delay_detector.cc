#include "cc/bwe/delay_detector.h"

namespace remb::core {
namespace {

constexpr uint32_t kGroupLengthMs = 5;
// Abs-send-time's fraction of a second, and the bits that it is shifted by.
constexpr int kShiftedFraction = 18 + 8;

}  // namespace

DelayDetector::Ticks DelayDetector::ForAbsSendTime() {
  constexpr uint32_t kTicksPerSecond = uint32_t{1} << kShiftedFraction;
  return {static_cast<uint32_t>(uint64_t{kGroupLengthMs} * kTicksPerSecond / 1000),
          1000.0 / kTicksPerSecond};
}

DelayDetector::Ticks DelayDetector::ForRtpTimestamps(int clock_rate_hz) {
  return {kGroupLengthMs * static_cast<uint32_t>(clock_rate_hz) / 1000, 1000.0 / clock_rate_hz};
}

void DelayDetector::ResetFilter() {
  inter_arrival_.Reset();
  frame_periods_ = FramePeriodWindow();
  estimator_ = OveruseEstimator();
}

DelaySignals DelayDetector::signals() const {
  const InterArrival::Deltas& deltas = inter_arrival_.deltas();
  return {.groups = groups_,
          .send_delta_ms = deltas.send_ticks * inter_arrival_.ms_per_tick(),
          .arrival_delta_ms = static_cast<double>(deltas.arrival_ms),
          .size_delta_bytes = static_cast<double>(deltas.size_bytes),
          .offset_ms = estimator_.offset(),
          .modified_offset_ms = detector_.modified_offset(),
          .threshold_ms = detector_.threshold(),
          .noise_variance_ms2 = estimator_.noise_variance()};
}

}  // namespace remb::core
