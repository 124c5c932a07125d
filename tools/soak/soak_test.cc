#include "tools/soak/soak.h"

#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

namespace remb::soak {
namespace {

TEST_CASE("soak: at its end an estimator answers as at its beginning") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const int32_t clock = GENERATE(REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP);
  CAPTURE(profile, clock);
  const SoakResult result = Soak({.profile = profile, .clock = clock, .hours = 20, .probes = 4});
  CHECK(Violations(result, profile) == std::vector<std::string>());
  // Enough has happened.
  CHECK(result.events.packets > 1'000'000);
  CHECK(result.events.send_time_wraps > 100);
  CHECK(result.events.rtp_wraps > 0);
  CHECK(result.events.sequence_wraps > 10);
  CHECK(result.events.jumps_back > 0);
  CHECK(result.events.jumps_forward > 0);
}

TEST_CASE("soak: what is wrong is told") {
  SoakResult result;
  result.first_bytes = result.last_bytes = 7'000;
  result.to_twin = result.to_fresh = {1};
  CHECK(Violations(result, REMB_PROFILE_ADAPTIVE).empty());
  result.last_bytes = 7'008;
  result.to_fresh = {1, 1.02};
  result.fresh_differ = 1;
  CHECK(Violations(result, REMB_PROFILE_LIBWEBRTC).size() == 2);
  CHECK(Violations(result, REMB_PROFILE_ADAPTIVE).size() == 3);
}

}  // namespace
}  // namespace remb::soak
