#include "tools/soak/flood.h"

#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

namespace remb::soak {
namespace {

// 100 000 packets, which fill the table six times.
FloodOptions Short(int32_t profile) {
  return {.profile = profile,
          .warm_up_us = 5'000'000,
          .flood_us = 2'000'000,
          .after_us = 4'000'000,
          .packets_per_second = 50'000};
}

TEST_CASE("flood: memory, REMBs and, where that is promised, estimates stay what they are") {
  FloodOptions options = Short(GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  options.known_streams_only = GENERATE(false, true);
  const FloodResult without = RunFlood(nullptr, options);
  for (const Flood& flood : Floods()) {
    CAPTURE(options.profile, options.known_streams_only, flood.name);
    const FloodResult result = RunFlood(&flood, options);
    CHECK(Violations(result, without, options) == std::vector<std::string>());
    CHECK(result.packets == 100'000);
    CHECK((result.malformed > 0) == flood.all_shapes);
  }
}

TEST_CASE("flood: who begins in the midst of it is listed") {
  FloodOptions options = Short(REMB_PROFILE_ADAPTIVE);
  options.newcomer = true;
  options.flood_us = 6'000'000;  // it begins in the middle, and the first places are free after 2 s
  const Flood lying = Floods()[2];
  CHECK(RunFlood(&lying, options).rembs_with_newcomer > 0);
}

TEST_CASE("flood: SSRCs that are alike in many bits cost no more than others") {
  const FloodOptions options = Short(REMB_PROFILE_ADAPTIVE);
  const std::vector<Flood> floods = Floods();
  const Flood& once = floods[2];
  const Flood& strided = floods[6];
  REQUIRE(once.ssrcs == Flood::Ssrcs::kOnce);
  REQUIRE(strided.ssrcs == Flood::Ssrcs::kStrided);
  // Long clusters would cost thousands of steps.
  CHECK(RunFlood(&strided, options).median_ns < 5 * RunFlood(&once, options).median_ns);
}

}  // namespace
}  // namespace remb::soak
