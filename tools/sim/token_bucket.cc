#include "tools/sim/token_bucket.h"

namespace remb::sim {

bool TokenBucket::Take(int64_t bytes, Nanos now) {
  const int64_t level = Level(now) - bytes * 8 * kSecond;
  if (level < 0) return false;
  level_ = level;
  since_ = now;
  return true;
}

Nanos TokenBucket::Wait(int64_t bytes, Nanos now) const {
  const int64_t missing = bytes * 8 * kSecond - Level(now);
  return missing > 0 ? (missing + bps_ - 1) / bps_ : 0;
}

int64_t TokenBucket::Level(Nanos now) const {
  // Compared as times: the product may be too large for an int64_t.
  const Nanos elapsed = now - since_;
  return elapsed > (burst_ - level_) / bps_ ? burst_ : level_ + elapsed * bps_;
}

}  // namespace remb::sim
