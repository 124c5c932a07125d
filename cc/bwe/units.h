// Strong types for time, data and rate, all whole numbers: microseconds, bytes and bits per second.
// Rounding follows libwebrtc's api/units, since estimates are compared with it to the bit/s.
#ifndef CC_BWE_UNITS_H_
#define CC_BWE_UNITS_H_

#include <cmath>
#include <compare>
#include <cstdint>

namespace remb::core {

namespace internal {

// Rounds to nearest, halves up. The value must not be negative: unsigned division is cheaper.
constexpr int64_t RoundToThousands(int64_t value) {
  return static_cast<int64_t>((static_cast<uint64_t>(value) + 500) / 1000);
}

}  // namespace internal

class TimeDelta {
 public:
  static constexpr TimeDelta Micros(int64_t us) { return TimeDelta(us); }
  static constexpr TimeDelta Millis(int64_t ms) { return TimeDelta(ms * 1000); }
  static constexpr TimeDelta Seconds(int64_t s) { return TimeDelta(s * 1'000'000); }

  constexpr int64_t us() const { return us_; }
  // Rounded to nearest; for deltas that are not negative.
  constexpr int64_t ms() const { return internal::RoundToThousands(us_); }
  // By multiplication: dividing by 1e6 gives other last bits.
  constexpr double seconds() const { return static_cast<double>(us_) * 1e-6; }

  constexpr auto operator<=>(const TimeDelta&) const = default;
  constexpr TimeDelta operator+(TimeDelta other) const { return TimeDelta(us_ + other.us_); }
  constexpr TimeDelta operator-(TimeDelta other) const { return TimeDelta(us_ - other.us_); }

 private:
  explicit constexpr TimeDelta(int64_t us) : us_(us) {}
  int64_t us_;
};

// A point on the caller's monotonic clock; not negative.
class Timestamp {
 public:
  static constexpr Timestamp Micros(int64_t us) { return Timestamp(us); }
  static constexpr Timestamp Millis(int64_t ms) { return Timestamp(ms * 1000); }
  // The latest that a caller may say.
  static constexpr Timestamp Max() { return Timestamp(INT64_MAX / 4); }

  constexpr int64_t us() const { return us_; }
  constexpr int64_t ms() const { return internal::RoundToThousands(us_); }

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr TimeDelta operator-(Timestamp other) const {
    return TimeDelta::Micros(us_ - other.us_);
  }
  constexpr Timestamp operator+(TimeDelta delta) const { return Timestamp(us_ + delta.us()); }
  constexpr Timestamp operator-(TimeDelta delta) const { return Timestamp(us_ - delta.us()); }

 private:
  explicit constexpr Timestamp(int64_t us) : us_(us) {}
  int64_t us_;
};

// A Timestamp rounded to whole milliseconds. Most of the arithmetic sees no finer time, so a
// packet's is rounded once.
class TimestampMs {
 public:
  static constexpr TimestampMs Millis(int64_t ms) { return TimestampMs(ms); }
  explicit constexpr TimestampMs(Timestamp time) : ms_(time.ms()) {}

  constexpr int64_t ms() const { return ms_; }

  constexpr auto operator<=>(const TimestampMs&) const = default;

 private:
  explicit constexpr TimestampMs(int64_t ms) : ms_(ms) {}
  int64_t ms_;
};

class DataSize {
 public:
  static constexpr DataSize Bytes(int64_t bytes) { return DataSize(bytes); }
  static constexpr DataSize Zero() { return DataSize(0); }

  constexpr int64_t bytes() const { return bytes_; }

  constexpr auto operator<=>(const DataSize&) const = default;
  constexpr DataSize operator+(DataSize other) const { return DataSize(bytes_ + other.bytes_); }

 private:
  explicit constexpr DataSize(int64_t bytes) : bytes_(bytes) {}
  int64_t bytes_;
};

class DataRate {
 public:
  static constexpr DataRate BitsPerSec(int64_t bps) { return DataRate(bps); }
  static constexpr DataRate KilobitsPerSec(int64_t kbps) { return DataRate(kbps * 1000); }
  static constexpr DataRate Zero() { return DataRate(0); }

  constexpr int64_t bps() const { return bps_; }
  // Rounded to nearest; rates are not negative.
  constexpr int64_t kbps() const { return internal::RoundToThousands(bps_); }

  constexpr auto operator<=>(const DataRate&) const = default;
  constexpr DataRate operator+(DataRate other) const { return DataRate(bps_ + other.bps_); }
  constexpr DataRate operator-(DataRate other) const { return DataRate(bps_ - other.bps_); }

 private:
  explicit constexpr DataRate(int64_t bps) : bps_(bps) {}
  int64_t bps_;
};

// Rounds to nearest.
inline DataRate operator*(DataRate rate, double factor) {
  return DataRate::BitsPerSec(std::llround(static_cast<double>(rate.bps()) * factor));
}
inline DataRate operator*(double factor, DataRate rate) { return rate * factor; }

// Both divisions truncate. The divisor must not be zero.
constexpr DataRate operator/(DataSize size, TimeDelta time) {
  return DataRate::BitsPerSec(size.bytes() * 8 * 1'000'000 / time.us());
}
constexpr TimeDelta operator/(DataSize size, DataRate rate) {
  return TimeDelta::Micros(size.bytes() * 8 * 1'000'000 / rate.bps());
}

}  // namespace remb::core

#endif  // CC_BWE_UNITS_H_
