#include <remb/remb.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "tools/sim/command/options.h"
#include "tools/sim/command/parallel.h"
#include "tools/sim/command/receiver_spec.h"

namespace remb::sim {
namespace {

std::vector<uint64_t> SeedsOf(const std::string& text) {
  Seeds seeds;
  std::string error;
  return AbslParseFlag(text, &seeds, &error) ? seeds.values : std::vector<uint64_t>();
}

TEST_CASE("Seeds") {
  CHECK(SeedsOf("3") == std::vector<uint64_t>{1, 2, 3});
  CHECK(SeedsOf("101-103") == std::vector<uint64_t>{101, 102, 103});
  CHECK(SeedsOf("1,7,3-4") == std::vector<uint64_t>{1, 7, 3, 4});
  CHECK(SeedsOf("5,") == std::vector<uint64_t>{});
  for (const char* bad : {"", "0", "x", "4-2", "1-20000", "-1"}) CHECK(SeedsOf(bad).empty());
}

TEST_CASE("Receivers") {
  CHECK(ParseReceiver("libwebrtc")->profile == REMB_PROFILE_LIBWEBRTC);
  CHECK(ParseReceiver("adaptive")->profile == REMB_PROFILE_ADAPTIVE);
  const absl::StatusOr<ReceiverConfig> knowing = ParseReceiver("knowing:0.8:250");
  REQUIRE(knowing.ok());
  CHECK(knowing->kind == ReceiverConfig::Kind::kKnowing);
  CHECK(knowing->share == 0.8);
  CHECK(knowing->lag == 250 * kMillisecond);
  CHECK(ParseReceiver("knowing")->share == 0.9);
  for (const char* name : {"adaptive", "libwebrtc", "knowing:0.9", "knowing:0.8:250"}) {
    CHECK(ReceiverName(*ParseReceiver(name)) == name);
  }
  for (const char* bad : {"", "best", "knowing:", "knowing:0", "knowing:3", "knowing:1:-1",
                          "knowing:1:1:1", "knowing:nan"}) {
    CHECK_FALSE(ParseReceiver(bad).ok());
  }
}

TEST_CASE("A receiver is set for media flows, which keep their clocks") {
  Scenario scenario;
  scenario.flows.resize(2);
  scenario.flows[0].receiver.clock = REMB_CLOCK_RTP_TIMESTAMP;
  scenario.flows[1].kind = FlowConfig::Kind::kTcp;
  SetReceiver(*ParseReceiver("libwebrtc"), &scenario);
  CHECK(scenario.flows[0].receiver.profile == REMB_PROFILE_LIBWEBRTC);
  CHECK(scenario.flows[0].receiver.clock == REMB_CLOCK_RTP_TIMESTAMP);
  CHECK(scenario.flows[1].receiver.profile == 0);
}

TEST_CASE("Each piece of work is done once") {
  for (int jobs : {1, 3, 50}) {
    std::vector<std::atomic<int>> times(40);
    size_t last = 0;
    ParallelFor(
        times.size(), jobs, [&](size_t i) { ++times[i]; },
        [&](size_t done) {
          CHECK(done == last + 1);
          last = done;
        });
    CHECK(last == times.size());
    for (const auto& count : times) CHECK(count == 1);
  }
  ParallelFor(
      0, 2, [](size_t) { FAIL(); }, [](size_t) { FAIL(); });
}

}  // namespace
}  // namespace remb::sim
