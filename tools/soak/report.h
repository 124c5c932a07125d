// What was found, as tables and as JSON.
#ifndef TOOLS_SOAK_REPORT_H_
#define TOOLS_SOAK_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/soak/flood.h"
#include "tools/soak/soak.h"

namespace remb::soak {

struct SoakRun {
  int32_t profile;
  int32_t clock;
  SoakResult result;
  std::vector<std::string> violations;
};

struct FloodRun {
  std::string flood;
  FloodOptions options;
  FloodResult result;
  double known_ns = 0;  // the median of the same packets, all of one SSRC that counts
  // Over those without a flood.
  double estimate = 0;
  double estimate_after = 0;
  std::vector<std::string> violations;
};

std::string Table(const std::vector<SoakRun>& runs);
std::string Table(const std::vector<FloodRun>& runs);
std::string Json(const std::vector<SoakRun>& soaks, const std::vector<FloodRun>& floods);

}  // namespace remb::soak

#endif  // TOOLS_SOAK_REPORT_H_
