// What --trace writes, and what replay makes of it.

#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "tools/replay/replayer.h"
#include "tools/replay/trace_reader.h"
#include "tools/sim/library.h"
#include "tools/sim/network.h"
#include "tools/sim/results/csv.h"

namespace remb::sim {
namespace {

// By the receiver's clock.
struct Estimate {
  int64_t time_us;
  int64_t bps;
  bool operator==(const Estimate&) const = default;
};

class Changes : public replay::Listener {
 public:
  void OnReport(const remb_stats& stats) override {
    if (!list.empty() && list.back().bps == stats.estimate_bps) return;
    list.push_back({stats.last_report_us, stats.estimate_bps});
  }

  std::vector<Estimate> list;
};

// Two video streams and audio, RTX, loss of both kinds, a fall and a rise.
Scenario Eventful(int32_t profile, int32_t clock) {
  Scenario scenario;
  scenario.name = "eventful";
  scenario.length = 40 * kSecond;
  LinkConfig& link = scenario.links.emplace_back();
  link.name = "bottleneck";
  link.capacity.bps = 2'000'000;
  link.loss.probability = 0.01;
  FlowConfig& flow = scenario.flows.emplace_back();
  flow.name = "media";
  flow.path = {"bottleneck"};
  flow.streams.resize(3);
  flow.streams[0].max_bps = 500'000;
  flow.streams[2].kind = StreamConfig::Kind::kAudio;
  flow.rtx = true;
  flow.trace = true;
  flow.receiver.profile = profile;
  flow.receiver.clock = clock;
  scenario.steps.resize(2);
  scenario.steps[0] = {.at = 15 * kSecond, .target = "bottleneck", .bps = 600'000, .say = "Less."};
  scenario.steps[1] = {
      .at = 25 * kSecond, .target = "bottleneck", .bps = 2'000'000, .say = "More."};
  return scenario;
}

std::vector<Estimate> Replay(const std::string& path, int32_t profile, int32_t clock) {
  Changes changes;
  auto replayer = replay::Replayer::Create({profile, clock, false}, &changes);
  REQUIRE(replayer.ok());
  auto reader = replay::TraceReader::Open(path);
  REQUIRE(reader.ok());
  remb_packet packet;
  for (;;) {
    const auto more = reader->Next(&packet);
    INFO(std::string(more.status().message()));
    REQUIRE(more.ok());
    if (!*more) return changes.list;
    REQUIRE(replayer->OnPacket(packet).ok());
  }
}

TEST_CASE("Replay makes the same estimates of a trace as the run did, at the same times") {
  for (const int32_t profile : {REMB_PROFILE_ADAPTIVE, REMB_PROFILE_LIBWEBRTC}) {
    for (const int32_t clock : {REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET}) {
      CAPTURE(profile, clock);
      const Scenario scenario = Eventful(profile, clock);
      const FlowRecording flow = Network(scenario, 1, Library::Linked()).Run().flows[0];
      const std::string path = "sim_trace_test.csv";
      {
        std::ofstream file(path);
        WriteTrace(flow.trace, file);
      }
      const std::vector<Estimate> replayed = Replay(path, profile, clock);
      std::remove(path.c_str());

      REQUIRE(flow.estimate.size() > 100);
      REQUIRE(replayed.size() >= flow.estimate.size());
      const int64_t clock_us = 1'000'000'000;  // where the receiver's starts
      for (size_t i = 0; i < flow.estimate.size(); ++i) {
        CAPTURE(i, flow.estimate[i].time, flow.estimate[i].value, replayed[i].time_us,
                replayed[i].bps);
        REQUIRE(replayed[i].bps == static_cast<int64_t>(flow.estimate[i].value));
        REQUIRE(replayed[i].time_us == clock_us + flow.estimate[i].time / kMicrosecond);
      }
    }
  }
}

}  // namespace
}  // namespace remb::sim
