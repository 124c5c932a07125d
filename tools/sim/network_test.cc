#include "tools/sim/network.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/library.h"
#include "tools/sim/scenario.h"

namespace remb::sim {
namespace {

LinkConfig ALink(std::string name, int64_t bps) {
  LinkConfig link;
  link.name = std::move(name);
  link.capacity.bps = bps;
  return link;
}

FlowConfig AFlow(std::string name, FlowConfig::Kind kind, std::vector<std::string> path) {
  FlowConfig flow;
  flow.name = std::move(name);
  flow.kind = kind;
  flow.path = std::move(path);
  if (kind == FlowConfig::Kind::kMedia) flow.streams.emplace_back();
  return flow;
}

// One media flow, 2 Mbit/s, 10 s.
Scenario OneFlow() {
  Scenario scenario;
  scenario.name = "one";
  scenario.length = 10 * kSecond;
  scenario.links = {ALink("bottleneck", 2'000'000)};
  scenario.flows = {AFlow("media", FlowConfig::Kind::kMedia, {"bottleneck"})};
  return scenario;
}

Step At(Nanos at, Step::Kind kind, std::string target, int64_t value = 0) {
  Step step;
  step.at = at;
  step.kind = kind;
  step.target = std::move(target);
  (kind == Step::Kind::kDelay ? step.time : step.bps) = value;
  return step;
}

Recording Run(const Scenario& scenario, uint64_t seed = 1) {
  return Network(scenario, seed, Library::Linked()).Run();
}

int64_t ReceivedPackets(const FlowRecording& flow) {
  int64_t packets = 0;
  for (const Bin& bin : flow.bins) packets += bin.received_packets;
  return packets;
}

int64_t ReceivedBytes(const FlowRecording& flow, Nanos from, Nanos to) {
  int64_t bytes = 0;
  for (Nanos at = from; at < to; at += kBin) {
    bytes += flow.bins[static_cast<size_t>(at / kBin)].received_bytes;
  }
  return bytes;
}

double ValueAt(const std::vector<Change>& changes, Nanos time) {
  double value = -1;
  for (const Change& change : changes) {
    if (change.time <= time) value = change.value;
  }
  return value;
}

// All that a recording has, as numbers.
std::vector<double> Numbers(const Recording& recording) {
  std::vector<double> all = {static_cast<double>(recording.simulated_events)};
  const auto changes = [&](const std::vector<Change>& list) {
    for (const Change& change : list) {
      all.push_back(static_cast<double>(change.time));
      all.push_back(change.value);
    }
  };
  const auto bins = [&](const std::vector<Bin>& list) {
    for (const Bin& bin : list) {
      all.insert(
          all.end(),
          {static_cast<double>(bin.sent_bytes), static_cast<double>(bin.received_bytes),
           static_cast<double>(bin.lost_packets), static_cast<double>(bin.received_packets)});
    }
  };
  for (const FlowRecording& flow : recording.flows) {
    bins(flow.bins);
    for (const Arrival& arrival : flow.arrivals) {
      all.push_back(static_cast<double>(arrival.time));
      all.push_back(static_cast<double>(arrival.queued));
    }
    for (const auto* list : {&flow.fair_share, &flow.remb, &flow.remb_received, &flow.target,
                             &flow.estimate, &flow.state}) {
      changes(*list);
    }
    all.insert(all.end(), flow.frame_delays.begin(), flow.frame_delays.end());
  }
  for (const LinkRecording& link : recording.links) {
    bins(link.bins);
    changes(link.capacity);
    changes(link.queue);
  }
  return all;
}

TEST_CASE("A media flow finds its way, and its feedback the way back") {
  const Recording recording = Run(OneFlow());
  const FlowRecording& flow = recording.flows[0];
  REQUIRE(flow.media);
  // At least half of the link from 5 s on, and never more than it.
  const int64_t bytes = ReceivedBytes(flow, 5 * kSecond, 10 * kSecond);
  REQUIRE(bytes > 625'000);
  REQUIRE(bytes <= 1'250'000 + 1'200);
  REQUIRE(flow.remb_packets > 5);
  REQUIRE(flow.remb.size() == static_cast<size_t>(flow.remb_packets));
  REQUIRE(!flow.remb_received.empty());
  REQUIRE(flow.remb_received[0].time == flow.remb[0].time + 50 * kMillisecond);
  REQUIRE(flow.remb_received[0].value == flow.remb[0].value);
  REQUIRE(!flow.target.empty());
  REQUIRE(!flow.estimate.empty());
  REQUIRE(!flow.frame_delays.empty());
}

TEST_CASE("What is sent arrives, is lost, or is under way") {
  Scenario scenario = OneFlow();
  scenario.links[0].loss.probability = 0.1;
  scenario.links[0].queue.limit = 20 * kMillisecond;
  scenario.links.push_back(ALink("second", 1'500'000));
  scenario.flows[0].path = {"bottleneck", "second"};
  scenario.flows[0].end = 8 * kSecond;
  scenario.flows.push_back(AFlow("tcp", FlowConfig::Kind::kTcp, {"second"}));
  scenario.flows.push_back(AFlow("cross", FlowConfig::Kind::kCross, {"bottleneck"}));
  scenario.flows[1].end = scenario.flows[2].end = 8 * kSecond;
  scenario.flows[2].cross_bps = 500'000;
  const Recording recording = Run(scenario);  // nothing is under way after 2 s
  for (const FlowRecording& flow : recording.flows) {
    CAPTURE(flow.name);
    REQUIRE(flow.sent_packets > 100);
    REQUIRE(flow.sent_packets ==
            ReceivedPackets(flow) + flow.lost_packets + flow.randomly_lost_packets);
  }
  REQUIRE(recording.flows[0].randomly_lost_packets > 0);
  REQUIRE(recording.flows[0].lost_packets > 0);
  REQUIRE(recording.flows[1].randomly_lost_packets == 0);  // its link loses none
}

TEST_CASE("A seed gives one recording, another seed another") {
  Scenario scenario = OneFlow();
  scenario.links[0].loss.probability = 0.01;
  scenario.flows.push_back(AFlow("tcp", FlowConfig::Kind::kTcp, {"bottleneck"}));
  const std::vector<double> first = Numbers(Run(scenario, 7));
  REQUIRE(first == Numbers(Run(scenario, 7)));
  REQUIRE(first != Numbers(Run(scenario, 8)));
}

TEST_CASE("Steps happen on time, and fair shares follow them") {
  Scenario scenario = OneFlow();
  scenario.flows.push_back(AFlow("other", FlowConfig::Kind::kMedia, {"bottleneck"}));
  scenario.flows.push_back(AFlow("cross", FlowConfig::Kind::kCross, {"bottleneck"}));
  scenario.flows[1].start = 1 * kSecond;
  scenario.flows[2].cross_bps = 0;
  scenario.steps = {
      At(2 * kSecond, Step::Kind::kCapacity, "bottleneck", 1'000'000),
      At(3 * kSecond, Step::Kind::kPause, "media"),
      At(4 * kSecond, Step::Kind::kResume, "media"),
      At(5 * kSecond, Step::Kind::kSourceMax, "media", 200'000),
      At(6 * kSecond, Step::Kind::kCrossRate, "cross", 300'000),
      At(7 * kSecond, Step::Kind::kCapacity, "bottleneck", 2'000'000),
      At(7 * kSecond, Step::Kind::kCrossRate, "cross", 0),
  };
  const Recording recording = Run(scenario);

  const auto shares = [&](size_t flow) {
    std::vector<double> list;
    for (const Change& change : recording.flows[flow].fair_share) list.push_back(change.value);
    return list;
  };
  REQUIRE(shares(0) == std::vector<double>{2e6, 1e6, 5e5, 0, 5e5, 2e5});
  REQUIRE(shares(1) == std::vector<double>{0, 1e6, 5e5, 1e6, 5e5, 8e5, 5e5, 1.8e6});
  REQUIRE(recording.flows[1].fair_share[6].time == 6 * kSecond);
  REQUIRE(shares(2).empty());
  REQUIRE(ValueAt(recording.links[0].capacity, 2 * kSecond - 1) == 2e6);
  REQUIRE(ValueAt(recording.links[0].capacity, 2 * kSecond) == 1e6);
  REQUIRE(recording.events == std::vector<Nanos>{0, 1 * kSecond, 2 * kSecond, 3 * kSecond,
                                                 4 * kSecond, 5 * kSecond, 6 * kSecond,
                                                 7 * kSecond});
  // A paused flow sends nothing.
  for (Nanos at = 3 * kSecond; at < 4 * kSecond; at += kBin) {
    REQUIRE(recording.flows[0].bins[static_cast<size_t>(at / kBin)].sent_bytes == 0);
  }
}

TEST_CASE("A step makes the way longer for packets from then on") {
  Scenario scenario = OneFlow();
  scenario.flows = {AFlow("cross", FlowConfig::Kind::kCross, {"bottleneck"})};
  scenario.flows[0].cross_bps = 1'200'000;  // a packet each 10 ms
  scenario.steps = {At(5 * kSecond, Step::Kind::kDelay, "cross", 90 * kMillisecond)};
  const Recording recording = Run(scenario);
  Nanos longest = 0;
  Nanos last = 0;
  for (size_t bin = 100; bin < recording.flows[0].bins.size(); ++bin) {
    if (recording.flows[0].bins[bin].received_packets == 0) continue;
    if (last > 0) longest = std::max(longest, static_cast<Nanos>(bin) * kBin - last);
    last = static_cast<Nanos>(bin) * kBin;
  }
  // The gap is 40 ms longer than the 10 ms between packets.
  REQUIRE(longest == 50 * kMillisecond);
}

TEST_CASE("Links are crossed in the order of the path") {
  // A packet waits at the second link alone, which is the slower one.
  Scenario scenario = OneFlow();
  scenario.links.push_back(ALink("second", 500'000));
  scenario.flows = {AFlow("cross", FlowConfig::Kind::kCross, {"bottleneck", "second"})};
  scenario.flows[0].cross_bps = 1'000'000;
  const Recording recording = Run(scenario);
  REQUIRE(ValueAt(recording.links[0].queue, 9 * kSecond) < 7e6);
  REQUIRE(ValueAt(recording.links[1].queue, 9 * kSecond) > 250e6);
  REQUIRE(ReceivedBytes(recording.flows[0], 5 * kSecond, 10 * kSecond) * 8 / 5 >= 490'000);
}

TEST_CASE("In an outage the queueing delay grows with time, and is none again after it") {
  Scenario scenario = OneFlow();
  scenario.flows[0].receiver.kind = ReceiverConfig::Kind::kKnowing;
  scenario.steps = {At(5 * kSecond, Step::Kind::kCapacity, "bottleneck", 0),
                    At(6 * kSecond, Step::Kind::kCapacity, "bottleneck", 2'000'000)};
  const Recording recording = Run(scenario);
  const std::vector<Change>& queue = recording.links[0].queue;
  const double before = ValueAt(queue, 5 * kSecond - kBin);
  for (Nanos time = 5 * kSecond; time < 6 * kSecond; time += kBin) {
    REQUIRE(ValueAt(queue, time) == before + static_cast<double>(time - 5 * kSecond + kBin));
  }
  REQUIRE(ValueAt(queue, 9 * kSecond) < 300e6);
}

TEST_CASE("Feedback crosses the return path") {
  Scenario scenario = OneFlow();
  scenario.links.push_back(ALink("back", 50'000));
  scenario.links[1].delay = 30 * kMillisecond;
  scenario.flows[0].return_path = {"back"};
  const Recording recording = Run(scenario);
  const FlowRecording& flow = recording.flows[0];
  int64_t bytes = 0;
  for (const Bin& bin : recording.links[1].bins) bytes += bin.sent_bytes;
  REQUIRE(bytes == flow.feedback_bytes);
  REQUIRE(flow.remb_received.at(0).time >= flow.remb.at(0).time + 80 * kMillisecond);
}

TEST_CASE("A short TCP flow is taken to want its load, a knowing receiver sends its share") {
  Scenario scenario = OneFlow();
  scenario.flows.push_back(AFlow("tcp", FlowConfig::Kind::kShortTcp, {"bottleneck"}));
  scenario.flows[1].load_bps = 300'000;
  scenario.flows[0].receiver.kind = ReceiverConfig::Kind::kKnowing;
  scenario.flows[0].receiver.share = 0.9;
  const Recording recording = Run(scenario);
  REQUIRE(ValueAt(recording.flows[0].fair_share, kSecond) == 1.7e6);
  REQUIRE(ValueAt(recording.flows[1].fair_share, kSecond) == 3e5);
  for (const Change& remb : recording.flows[0].remb) REQUIRE(remb.value == 0.9 * 1.7e6);
  REQUIRE(recording.flows[0].remb.size() >= 1);
}

}  // namespace
}  // namespace remb::sim
