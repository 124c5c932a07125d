// The one-way delay of the path without a queue.
#ifndef CC_BWE_BASE_DELAY_H_
#define CC_BWE_BASE_DELAY_H_

#include <cstdint>
#include <optional>

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
  // From one packet to the next the delay rose at a stroke. Where packets were held up together,
  // those that follow are held up for less and less; where the path became longer or the clock was
  // set, all are alike. `from_us`: the delay before.
  void OnLeap(int64_t from_us, Timestamp at) {
    leap_ = at;
    leap_from_us_ = from_us;
  }
  // From one packet to the next the delay fell. If to what it was, the leap was single packets':
  // some senders stamp a retransmission with the time at which it was sent first.
  void OnFall(int64_t delay_us);
  // Takes the least delay of the last 100 ms or so, and the jitter in seconds. True if it has
  // hardly changed for 2 s, soon after a leap for 0.5 s, in which it may change by as much as the
  // jitter.
  bool Update(int64_t delay_us, double jitter, Timestamp now);
  // The least of that time.
  int64_t delay_us() const { return low_us_; }
  // Within 1.5 s of a leap.
  bool HasLeapt(Timestamp now) const;
  void Restart() {
    started_ = false;
    leap_.reset();
  }

 private:
  bool started_ = false;
  int64_t low_us_ = 0;
  int64_t high_us_ = 0;
  Timestamp since_ = Timestamp::Micros(0);
  std::optional<Timestamp> leap_;
  int64_t leap_from_us_ = 0;
};

}  // namespace remb::core

#endif  // CC_BWE_BASE_DELAY_H_
