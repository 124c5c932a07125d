#ifndef CC_BWE_ADAPTIVE_SIGNALS_H_
#define CC_BWE_ADAPTIVE_SIGNALS_H_

#include <cstdint>

namespace remb::core {

// What there is to see inside the adaptive estimator, as of its newest update. Rates are in bits
// per second, 0 where unknown.
struct AdaptiveSignals {
  // What the rate does, by remb.h's numbers.
  enum class Mode : int32_t {
    kStart = 1,        // jumps to what the path shows
    kGrowth = 2,       // grows
    kHold = 3,         // waits: a queue may be jitter, or is drained
    kBackOff = 4,      // goes below the capacity, so that the queue empties
    kCompetition = 5,  // holds its own against flows that fill the queue
  };

  Mode mode = Mode::kStart;
  int64_t trains = 0;
  double base_delay_ms = 0;  // contains the distance of the two clocks
  double queue_ms = 0;       // that stands
  double threshold_ms = 0;   // what the queue may be
  double jitter_ms = 0;
  double train_capacity_bps = 0;  // what the path carries of trains
  double capacity_share_bps = 0;  // the rate at which it delivers to us
  double train_share = 1;         // the part of train_capacity_bps that is ours
};

}  // namespace remb::core

#endif  // CC_BWE_ADAPTIVE_SIGNALS_H_
