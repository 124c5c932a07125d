// The one-way delay of the path without a queue.
#ifndef CC_BWE_BASE_DELAY_H_
#define CC_BWE_BASE_DELAY_H_

#include <cstdint>

#include "cc/bwe/units.h"
#include "cc/bwe/windowed_minimum.h"

namespace remb::core {

// The least delay of the last 20 s. Two clocks that drift apart by 100 ppm cost 2 ms in that time:
// the drift needs no filter of its own. All delays are in microseconds and contain an unknown
// constant, the clocks' distance.
class BaseDelay {
 public:
  static constexpr int64_t kNone = WindowedMinimum<10, 2'000'000>::kNone;

  void OnDelay(int64_t delay_us, Timestamp at) { minimum_.OnValue(delay_us, at); }
  void Restart(int64_t delay_us, Timestamp at) { minimum_.Restart(delay_us, at); }
  // kNone before the first packet.
  int64_t us() const { return minimum_.value(); }

 private:
  WindowedMinimum<10, 2'000'000> minimum_;
};

// Finds paths that have become longer: a queue's length varies, that of a path does not.
class SteadyDelay {
 public:
  // Takes the least delay of the last 100 ms or so. True if it has hardly changed for 2 s.
  bool Update(int64_t delay_us, Timestamp now);
  // The least of these 2 s.
  int64_t delay_us() const { return low_us_; }
  void Restart() { started_ = false; }

 private:
  bool started_ = false;
  int64_t low_us_ = 0;
  int64_t high_us_ = 0;
  Timestamp since_ = Timestamp::Micros(0);
};

}  // namespace remb::core

#endif  // CC_BWE_BASE_DELAY_H_
