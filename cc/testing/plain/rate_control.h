// State and throughput to a rate: docs/algorithm.md, "Rate".
#ifndef CC_TESTING_PLAIN_RATE_CONTROL_H_
#define CC_TESTING_PLAIN_RATE_CONTROL_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace remb::plain {

// Throughput at over-use, smoothed, in kbit/s.
struct LinkCapacity {
  std::optional<double> kbps;
  double variance = 0.4;  // of the samples, relative to the capacity; outlives it

  void AddSample(int64_t bps);
  // Whole bit/s; of no capacity none.
  std::optional<int64_t> Bps() const;
  bool IsFarAbove(int64_t bps) const;
  bool IsFarBelow(int64_t bps) const;
};

class RateControl {
 public:
  bool valid() const { return valid_; }
  int64_t bps() const { return bps_; }
  const LinkCapacity& capacity() const { return capacity_; }

  void SetRtt(int64_t rtt) { rtt_ = rtt; }
  // What the user expects: also the throughput as long as none is measured.
  void Start(int64_t bps);
  // A probe's.
  void Adopt(int64_t bps, int64_t now);
  void Update(int32_t state, std::optional<int64_t> throughput, int64_t now);

  bool MayReduceAgain(int64_t throughput, int64_t now) const;
  int64_t FeedbackInterval() const;

 private:
  void Increase(int64_t throughput, int64_t now);
  void Decrease(int64_t throughput);
  int64_t AdditiveStep(int64_t since) const;

  enum class Mode { kHold, kIncrease } mode_ = Mode::kHold;
  bool valid_ = false;
  int64_t bps_ = 30'000'000;
  int64_t last_throughput_ = 30'000'000;
  int64_t rtt_ = 200'000;
  std::optional<int64_t> first_throughput_time_;
  std::optional<int64_t> changed_;
  LinkCapacity capacity_;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_RATE_CONTROL_H_
