// A call whose receiver is flooded with spoofed packets.
#ifndef TOOLS_SOAK_FLOOD_H_
#define TOOLS_SOAK_FLOOD_H_

#include <remb/remb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tools/soak/spoofer.h"

namespace remb::soak {

struct FloodOptions {
  int32_t profile = REMB_PROFILE_ADAPTIVE;
  bool known_streams_only = false;  // the call's own SSRCs are added, and no others count
  bool newcomer = false;  // in mid-flood each fourth packet of the call begins to be another SSRC's
  int64_t warm_up_us = 10'000'000;
  int64_t flood_us = 10'000'000;
  int64_t after_us = 10'000'000;
  int64_t packets_per_second = 100'000;
};

struct FloodResult {
  int64_t packets = 0;    // spoofed
  int64_t malformed = 0;  // of these
  // CPU time of a spoofed packet, in ns: the median and the mean of batches of 1 ms.
  double median_ns = 0;
  double mean_ns = 0;
  int64_t bytes = 0;      // of the estimator's memory, at the end; it never gives any back
  int32_t max_alive = 0;  // SSRCs
  int32_t max_listed = 0;
  int64_t rembs_with_dead = 0;  // REMBs that list an SSRC not heard for 2 s, at any time
  int64_t rembs = 0;            // during the flood
  int64_t rembs_with_call = 0;  // that list the call's SSRC
  int64_t rembs_with_newcomer = 0;
  double estimate_bps = 0;        // mean during the flood
  double estimate_after_bps = 0;  // mean of the last half of the time after it
};

// With no flood if `flood` is null.
FloodResult RunFlood(const Flood* flood, const FloodOptions& options);

// What a result violates, next to that without a flood; empty: nothing. Costs are not looked at.
std::vector<std::string> Violations(const FloodResult& result, const FloodResult& without,
                                    const FloodOptions& options);

}  // namespace remb::soak

#endif  // TOOLS_SOAK_FLOOD_H_
