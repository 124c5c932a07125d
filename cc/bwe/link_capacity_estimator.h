// What the link carried when it was over-used, smoothed, with bounds.
#ifndef CC_BWE_LINK_CAPACITY_ESTIMATOR_H_
#define CC_BWE_LINK_CAPACITY_ESTIMATOR_H_

#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

class LinkCapacityEstimator {
 public:
  void OnOveruseDetected(DataRate throughput);
  // Forgets the capacity; how much it varied is kept.
  void Reset() { estimate_kbps_.reset(); }

  bool has_estimate() const { return estimate_kbps_.has_value(); }
  // Call these three only with an estimate. The bounds are three standard deviations away.
  DataRate estimate() const;
  DataRate LowerBound() const;
  DataRate UpperBound() const;

 private:
  double Deviation() const;

  std::optional<double> estimate_kbps_;
  double variance_ = 0.4;  // of the error, normalised by the estimate
};

}  // namespace remb::core

#endif  // CC_BWE_LINK_CAPACITY_ESTIMATOR_H_
