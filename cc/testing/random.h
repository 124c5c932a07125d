// Random numbers for tests, the same on every machine and with every library.
#ifndef CC_TESTING_RANDOM_H_
#define CC_TESTING_RANDOM_H_

#include <cmath>
#include <cstdint>
#include <numbers>

namespace remb::testing {

// Vigna's xorshift64*, the generator that libwebrtc's tests use as well.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}  // not 0

  // Never 0.
  uint64_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 2'685'821'657'736'338'717u;
  }
  // Between the two, both included.
  int64_t Uniform(int64_t low, int64_t high) {
    return low + static_cast<int64_t>((Next() >> 16) % static_cast<uint64_t>(high - low + 1));
  }
  // True one time in `n`.
  bool OneIn(int64_t n) { return Uniform(1, n) == 1; }
  // By Box and Muller.
  double Gaussian(double mean, double standard_deviation) {
    const double u = Fraction();
    const double v = Fraction();
    return mean +
           standard_deviation * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }

 private:
  // Above 0, at most 1.
  double Fraction() { return static_cast<double>(Next()) * 0x1p-64; }

  uint64_t state_;
};

}  // namespace remb::testing

#endif  // CC_TESTING_RANDOM_H_
