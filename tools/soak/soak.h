// Weeks of one estimator's life in minutes: is it at the end what it was at the beginning? That is
// asked by probes, of it, of a fresh estimator, and of a twin that has lived since the last probe.
#ifndef TOOLS_SOAK_SOAK_H_
#define TOOLS_SOAK_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/soak/life.h"

namespace remb::soak {

struct SoakOptions {
  int32_t profile;
  int32_t clock;
  double hours;
  int probes = 50;  // spread over them
  uint64_t seed = 1;
  std::function<void(double hours)> on_progress = {};
};

struct SoakResult {
  double hours = 0;
  Events events;
  // After the second probe and after the last: the estimator's memory, and the process's.
  int64_t first_bytes = 0;
  int64_t last_bytes = 0;
  int64_t first_rss = 0;
  int64_t last_rss = 0;
  int probes = 0;
  int fresh_differ = 0;        // probes that a fresh estimator answers otherwise than at hour 0
  bool reset_differs = false;  // the soaked one does after remb_reset, at the end
  int twin_differs = 0;        // probes that the soaked one answers otherwise than its twin
  // Of each probe: the soaked estimator's mean at the end over its twin's, and over a fresh one's.
  std::vector<double> to_twin;
  std::vector<double> to_fresh;
  std::vector<double> same_from_s;  // from here on its estimates were a fresh one's, to the bit
};

SoakResult Soak(const SoakOptions& options);

// What the result violates; empty: nothing.
std::vector<std::string> Violations(const SoakResult& result, int32_t profile);

}  // namespace remb::soak

#endif  // TOOLS_SOAK_SOAK_H_
