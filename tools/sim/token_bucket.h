// A token bucket, exact to a billionth of a bit: what a shaper and a policer are made of.
#ifndef TOOLS_SIM_TOKEN_BUCKET_H_
#define TOOLS_SIM_TOKEN_BUCKET_H_

#include <cstdint>

#include "tools/sim/time.h"

namespace remb::sim {

class TokenBucket {
 public:
  // Full at time 0. Both values greater than 0.
  TokenBucket(int64_t bps, int64_t burst_bytes)
      : bps_(bps), burst_(burst_bytes * 8 * kSecond), level_(burst_) {}

  // Takes the bytes, if they are there.
  bool Take(int64_t bytes, Nanos now);
  // How long until they are there: 0 if they are. More than the bucket holds never are.
  Nanos Wait(int64_t bytes, Nanos now) const;
  int64_t bps() const { return bps_; }

 private:
  int64_t Level(Nanos now) const;

  int64_t bps_;
  int64_t burst_;  // bits times 10^9, as the level: a nanosecond adds `bps_`
  int64_t level_;
  Nanos since_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_TOKEN_BUCKET_H_
