#include "cc/bwe/link_capacity_estimator.h"

#include <algorithm>
#include <cmath>

namespace remb::core {
namespace {

// libwebrtc modules/congestion_controller/goog_cc/link_capacity_estimator.cc.
constexpr double kOveruseWeight = 0.05;
constexpr double kMinVariance = 0.4;  // 0.4 is about 14 kbit/s at 500 kbit/s
constexpr double kMaxVariance = 2.5;  // 2.5 is about 35 kbit/s at 500 kbit/s
constexpr double kBoundDeviations = 3;

// Cuts to whole bit/s.
DataRate FromKbps(double kbps) { return DataRate::BitsPerSec(static_cast<int64_t>(kbps * 1000)); }

}  // namespace

void LinkCapacityEstimator::OnOveruseDetected(DataRate throughput) {
  const auto sample_kbps = static_cast<double>(throughput.kbps());
  const double estimate_kbps =
      estimate_kbps_ ? (1 - kOveruseWeight) * *estimate_kbps_ + kOveruseWeight * sample_kbps
                     : sample_kbps;
  estimate_kbps_ = estimate_kbps;
  const double error_kbps = estimate_kbps - sample_kbps;
  variance_ = (1 - kOveruseWeight) * variance_ +
              kOveruseWeight * error_kbps * error_kbps / std::max(estimate_kbps, 1.0);
  variance_ = std::clamp(variance_, kMinVariance, kMaxVariance);
}

DataRate LinkCapacityEstimator::estimate() const { return FromKbps(*estimate_kbps_); }

DataRate LinkCapacityEstimator::LowerBound() const {
  return FromKbps(std::max(0.0, *estimate_kbps_ - kBoundDeviations * Deviation()));
}

DataRate LinkCapacityEstimator::UpperBound() const {
  return FromKbps(*estimate_kbps_ + kBoundDeviations * Deviation());
}

double LinkCapacityEstimator::Deviation() const { return std::sqrt(variance_ * *estimate_kbps_); }

}  // namespace remb::core
