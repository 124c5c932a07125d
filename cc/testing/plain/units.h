// The units of the plain implementation: times are microseconds, rates bit/s, sizes bytes, all
// int64_t. How they round: docs/algorithm.md, "Rounding".
#ifndef CC_TESTING_PLAIN_UNITS_H_
#define CC_TESTING_PLAIN_UNITS_H_

#include <cmath>
#include <cstdint>

namespace remb::plain {

constexpr int64_t kMs = 1'000;
constexpr int64_t kSecond = 1'000'000;
// A stream is alive until it has been silent for longer than this.
constexpr int64_t kStreamTimeout = 2 * kSecond;

// Whole milliseconds, to nearest. Times are never negative.
inline int64_t Ms(int64_t us) { return (us + 500) / 1000; }
// Not us / 1e6, which may differ in the last bit.
inline double Seconds(int64_t us) { return static_cast<double>(us) * 1e-6; }
// A rate times a real number, to nearest.
inline int64_t Times(int64_t bps, double factor) {
  return std::llround(static_cast<double>(bps) * factor);
}

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_UNITS_H_
