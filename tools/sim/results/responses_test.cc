#include "tools/sim/results/responses.h"

#include <remb/remb.h>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <vector>

#include "tools/sim/results/series.h"

namespace remb::sim {
namespace {

// Receives these bit/s, each for a second.
FlowRecording FlowWithRates(const std::vector<double>& rates) {
  FlowRecording flow;
  flow.media = true;
  for (double rate : rates) {
    flow.bins.resize(flow.bins.size() + 100);
    for (size_t i = flow.bins.size() - 100; i < flow.bins.size(); ++i) {
      flow.bins[i].received_bytes = static_cast<int64_t>(rate / 8 / 100);
    }
  }
  return flow;
}

TEST_CASE("Convergence is 90 % and then 80 % for 5 s") {
  // The share is 1 Mbit/s: 85 % is not reached, 95 % in the 3rd second is, but 50 % follows.
  FlowRecording flow = FlowWithRates(
      {4e5, 8.5e5, 9.6e5, 4.8e5, 9.6e5, 8.8e5, 8.8e5, 8.8e5, 8.8e5, 8.8e5, 8.8e5, 8.8e5});
  flow.fair_share = {{0, 1e6}};
  const FlowSeries series(flow, 12 * kSecond);
  // From 4 s on, 0.48 + 0.48 t Mbit reach 0.9 at t = 0.9 s (looked at each 0.1 s).
  CHECK(ConvergenceTime(series, 0, 12 * kSecond) == 4900 * kMillisecond);
  CHECK(ConvergenceTime(series, 2 * kSecond, 12 * kSecond) == 2900 * kMillisecond);
  // 5 s of it are not left.
  CHECK(ConvergenceTime(series, 0, 9800 * kMillisecond) == kNeverCame);
}

TEST_CASE("Time to a part of the share") {
  FlowRecording flow = FlowWithRates({4e5, 8e5, 8e5});
  flow.fair_share = {{0, 1e6}};
  const FlowSeries series(flow, 3 * kSecond);
  // 0.4 + 0.4 t = 0.75 at t = 0.875 s, in bins of 10 ms.
  CHECK(TimeToShare(series, 0.75, kSecond, 0, 3 * kSecond) == 1880 * kMillisecond);
  CHECK(TimeToShare(series, 0.9, kSecond, 0, 3 * kSecond) == kNeverCame);
}

Recording WithDrop() {
  Recording recording;
  recording.length = 20 * kSecond;
  recording.events = {0, 10 * kSecond};
  LinkRecording link;
  link.capacity = {{0, 2e6}, {10 * kSecond, 1e6}};
  link.queue = {{0, 0},
                {10'200 * kMillisecond, 60e6},
                {10'900 * kMillisecond, 40e6},
                {11'000 * kMillisecond, 55e6},
                {11'050 * kMillisecond, 10e6}};
  recording.links = {link};
  FlowRecording flow;
  flow.media = true;
  flow.fair_share = {{0, 2e6}, {10 * kSecond, 1e6}};
  flow.remb = {{0, 1.9e6}, {10'300 * kMillisecond, 9e5}};
  flow.target = {{0, 1.9e6}, {10'350 * kMillisecond, 9e5}};
  flow.state = {{0, REMB_STATE_NORMAL},
                {5 * kSecond, REMB_STATE_OVERUSING},
                {6 * kSecond, REMB_STATE_NORMAL},
                {10'250 * kMillisecond, REMB_STATE_OVERUSING}};
  recording.flows = {flow};
  return recording;
}

std::vector<Reaction> ReactionsOf(const Recording& recording) {
  std::vector<FlowSeries> media;
  for (const FlowRecording& flow : recording.flows) {
    if (flow.media) media.emplace_back(flow, recording.length);
  }
  return Reactions(recording, media);
}

TEST_CASE("What follows a drop of capacity") {
  const std::vector<Reaction> reactions = ReactionsOf(WithDrop());
  REQUIRE(reactions.size() == 1);
  CHECK(reactions[0].event == 10 * kSecond);
  CHECK(reactions[0].over_use == 250 * kMillisecond);
  CHECK(reactions[0].remb == 300 * kMillisecond);
  CHECK(reactions[0].sender == 350 * kMillisecond);
  CHECK(reactions[0].queue == 1050 * kMillisecond);
}

TEST_CASE("What never follows") {
  Recording recording = WithDrop();
  recording.flows[0].remb = {{0, 1.9e6}};
  recording.flows[0].state.clear();
  recording.links[0].queue = {{0, 60e6}};
  const std::vector<Reaction> reactions = ReactionsOf(recording);
  REQUIRE(reactions.size() == 1);
  CHECK(reactions[0].over_use == kNeverCame);
  CHECK(reactions[0].remb == kNeverCame);
  CHECK(reactions[0].queue == kNeverCame);
}

TEST_CASE("Only less capacity is a drop") {
  Recording rise = WithDrop();
  rise.links[0].capacity[1].value = 3e6;
  rise.flows[0].fair_share[1].value = 3e6;
  CHECK(ReactionsOf(rise).empty());
  Recording source = WithDrop();  // the source itself makes less
  source.links[0].capacity.pop_back();
  CHECK(ReactionsOf(source).empty());
  source.flows.emplace_back().name = "cross";  // other traffic takes it
  CHECK(ReactionsOf(source).size() == 1);
}

TEST_CASE("An outage is no drop") {
  Recording outage = WithDrop();
  outage.links[0].capacity[1].value = 0;
  outage.flows[0].fair_share[1].value = 0;
  CHECK(ReactionsOf(outage).empty());
}

TEST_CASE("A flow that has ended, or pauses, sends nothing") {
  Recording recording = WithDrop();
  FlowRecording& ended = recording.flows.emplace_back(recording.flows[0]);
  ended.fair_share = {{0, 1e6}, {5 * kSecond, 0}};
  ended.target = ended.remb = {{0, 1e6}};
  const std::vector<Reaction> reactions = ReactionsOf(recording);
  REQUIRE(reactions.size() == 1);
  CHECK(reactions[0].remb == 300 * kMillisecond);
  CHECK(reactions[0].sender == 350 * kMillisecond);
}

}  // namespace
}  // namespace remb::sim
