// Round-trip time and retransmission timeout: RFC 6298.
#ifndef TOOLS_SIM_RTT_ESTIMATOR_H_
#define TOOLS_SIM_RTT_ESTIMATOR_H_

#include "tools/sim/time.h"

namespace remb::sim {

class RttEstimator {
 public:
  // RFC 6298, 2.1 and 2.4: a second, before the first sample and at least. Linux has 200 ms.
  static constexpr Nanos kMinTimeout = kSecond;
  static constexpr Nanos kMaxTimeout = 60 * kSecond;  // RFC 6298, 2.5

  // One sample in a round trip is what the gains below are for (RFC 7323, appendix G).
  void Add(Nanos sample);

  // 0 before the first sample.
  Nanos smoothed() const { return smoothed_; }
  // Doubled `backoffs` times.
  Nanos Timeout(int backoffs) const;

 private:
  Nanos smoothed_ = 0;
  Nanos variation_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RTT_ESTIMATOR_H_
