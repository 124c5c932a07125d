// The rate at which the path delivers to us.
#ifndef CC_BWE_CAPACITY_SHARE_H_
#define CC_BWE_CAPACITY_SHARE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// Measured from the start of a train to that of another: windows of time would hold a frame more or
// a frame less, and the least of such rates, which is what a cut goes by, would be lowest for
// those who have the fewest packets.
class CapacityShare {
 public:
  // A train begins with a packet that arrives now, `bytes` having arrived before it.
  void OnTrainStart(Timestamp arrival, int64_t bytes) {
    newest_ = Next(newest_);
    starts_[newest_] = {.arrival = arrival, .bytes = bytes};
    if (count_ < kMaxStarts) ++count_;
    ++trains_;
  }
  // The sender paused: what it sent before and after is no rate.
  void Restart() { count_ = 0; }

  // Bits per second over at most `window` before the newest train, but at least three trains; none
  // with fewer.
  std::optional<double> Rate(TimeDelta window);

 private:
  static constexpr uint32_t kMaxStarts = 128;  // a power of two; 0.8 s of trains 6 ms apart
  static constexpr uint32_t kMinTrains = 3;

  struct TrainStart {
    Timestamp arrival = Timestamp::Micros(0);
    int64_t bytes = 0;
  };

  static uint32_t Next(uint32_t index) { return (index + 1) % kMaxStarts; }
  // So many trains before the newest.
  const TrainStart& Before(uint32_t trains) const {
    return starts_[(newest_ - trains) % kMaxStarts];
  }

  uint32_t newest_ = 0;
  uint32_t count_ = 0;
  uint32_t trains_ = 0;  // before the newest, where the window of the last rate began
  std::array<TrainStart, kMaxStarts> starts_;
};

// A maximum that is forgotten within some seconds.
class DecayingPeak {
 public:
  explicit DecayingPeak(double time_constant) : time_constant_(time_constant) {}

  // `elapsed` since the last update, both in seconds.
  void Update(double value, double elapsed) {
    value_ -= value_ * (elapsed < time_constant_ ? elapsed / time_constant_ : 1);
    if (value > value_) value_ = value;
  }
  double value() const { return value_; }

 private:
  double time_constant_;
  double value_ = 0;
};

}  // namespace remb::core

#endif  // CC_BWE_CAPACITY_SHARE_H_
