// Simulated time: whole nanoseconds from the start of a run.
#ifndef TOOLS_SIM_TIME_H_
#define TOOLS_SIM_TIME_H_

#include <cstdint>

namespace remb::sim {

using Nanos = int64_t;

constexpr Nanos kMicrosecond = 1'000;
constexpr Nanos kMillisecond = 1'000'000;
constexpr Nanos kSecond = 1'000'000'000;

constexpr double Seconds(Nanos time) { return static_cast<double>(time) * 1e-9; }
constexpr double Milliseconds(Nanos time) { return static_cast<double>(time) * 1e-6; }
// Rounded down.
constexpr Nanos FromSeconds(double seconds) { return static_cast<Nanos>(seconds * 1e9); }

// How long a link of this rate needs for this many bytes, rounded up.
constexpr Nanos TransmissionTime(int64_t bytes, int64_t bps) {
  return (bytes * 8 * kSecond + bps - 1) / bps;
}

}  // namespace remb::sim

#endif  // TOOLS_SIM_TIME_H_
