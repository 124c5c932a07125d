#include "tools/sim/results/metrics.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>
#include <string>

namespace remb::sim {
namespace {

using Catch::Approx;

// 20 s; from 10 s on only half of the share arrives.
FlowRecording Media(const std::string& name) {
  FlowRecording flow;
  flow.name = name;
  flow.media = true;
  flow.fair_share = {{0, 1e6}};
  flow.estimate = {{0, 1.5e6}, {10 * kSecond, 0.5e6}};
  flow.bins.resize(2001);
  for (size_t i = 0; i < 2000; ++i) flow.bins[i].received_bytes = i < 1000 ? 1250 : 625;
  for (size_t i = 0; i < 2000; ++i) flow.bins[i].received_packets = 1;
  flow.sent_packets = 2100;
  flow.lost_packets = 63;
  flow.randomly_lost_packets = 21;
  flow.bins[100].lost_packets = 40;
  flow.bins[1500].lost_packets = 44;
  flow.remb_packets = 40;
  flow.feedback_bytes = 1875;
  for (int i = 1; i <= 100; ++i) {
    flow.arrivals.push_back({i * 100 * kMillisecond, i * kMillisecond, 1250});
    flow.frame_delays.push_back(i * 2 * kMillisecond);
  }
  return flow;
}

Recording OneFlow() {
  Recording recording;
  recording.seed = 7;
  recording.length = 20 * kSecond;
  recording.events = {10 * kSecond};
  recording.flows = {Media("media")};
  LinkRecording link;
  link.name = "bottleneck";
  link.capacity = {{0, 2e6}, {10 * kSecond, 1e6}};
  link.bins.resize(2000);
  for (Bin& bin : link.bins) bin.received_bytes = 1250;
  link.queue = {{0, 20e6}, {5 * kSecond, 150e6}, {6 * kSecond, 100e6}};
  recording.links = {link};
  return recording;
}

TEST_CASE("Utilisation, loss, queueing and rates of one flow") {
  const RunMetrics run = Measure(OneFlow());
  CHECK(run.seed == 7);
  CHECK(run.utilisation == Approx(0.75));
  CHECK(run.least_utilisation == Approx(0.75));
  CHECK(run.queue_p50_ms == Approx(50));
  CHECK(run.queue_p95_ms == Approx(95));
  CHECK(run.queue_p99_ms == Approx(99));
  CHECK(run.queue_max_ms == Approx(100));
  CHECK(run.queue_over_100ms_s == Approx(1));
  CHECK(run.loss == Approx(0.03));
  CHECK(run.loss_after_10s == Approx(44.0 / 1044));
  CHECK(run.start_lost == 40);
  CHECK(run.remb_per_s == Approx(2));
  CHECK(run.overhead == Approx(0.001));  // of 15 Mbit
  CHECK(run.estimate_over == Approx(0.25));
  CHECK(run.estimate_under == Approx(0.25));
  CHECK(run.frame_p95_ms == Approx(190));
  CHECK(run.start_s == Approx(0.18));  // 90 % of 200 ms
  REQUIRE(run.flows.size() == 1);
  CHECK(run.flows[0].received_bps == Approx(0.75e6));
  CHECK(run.flows[0].share_bps == Approx(1e6));
  CHECK(run.flows[0].random_loss == Approx(0.01));
  CHECK(run.flows[0].to_share_s == Approx(0.75));
}

TEST_CASE("Phases, convergence and links") {
  const RunMetrics run = Measure(OneFlow());
  REQUIRE(run.phases.size() == 2);
  CHECK(run.phases[0].utilisation == Approx(1));
  CHECK(run.phases[1].utilisation == Approx(0.5));
  CHECK(run.phases[1].from_s == 10);
  REQUIRE(run.convergences.size() == 2);
  CHECK(run.convergences[0].took_s == Approx(0.1));
  CHECK(std::isinf(run.convergences[1].took_s));
  CHECK(run.never_converged == 1);
  CHECK(run.convergence_s == kNeverSeconds);
  Recording shorter = OneFlow();
  shorter.events.clear();
  CHECK(Measure(shorter).convergence_s == Approx(0.1));
  REQUIRE(run.links.size() == 1);
  CHECK(run.links[0].capacity_bps == Approx(1.5e6));
  CHECK(run.links[0].utilisation == Approx(2.0 / 3));
  CHECK(run.links[0].queue_mean_ms == Approx(90));
  CHECK(run.links[0].queue_p95_ms == Approx(150));
}

TEST_CASE("What is before measure_from does not count") {
  Recording recording = OneFlow();
  recording.measure_from = 10 * kSecond;
  const RunMetrics run = Measure(recording);
  CHECK(run.utilisation == Approx(0.5));
  CHECK(run.queue_p50_ms == Approx(100));  // of the one at 10 s
  CHECK(run.estimate_over == 0);
}

TEST_CASE("What one flow alone has no figure for") {
  const RunMetrics run = Measure(OneFlow());
  CHECK(std::isnan(run.jain_1s));
  CHECK(std::isnan(run.max_min_last));
  CHECK(std::isnan(run.late_comer_s));
  CHECK(std::isnan(run.tcp_share));
  CHECK(std::isnan(run.drop_queue_s));
}

TEST_CASE("Pauses, late-comers, and seconds below 150 kbit/s") {
  Recording recording = OneFlow();
  FlowRecording late = Media("late");
  // From 4 s; paused from 12 to 14 s; 100 kbit/s in the last 3 s.
  late.fair_share = {{0, 0}, {4 * kSecond, 1e6}, {12 * kSecond, 0}, {14 * kSecond, 1e6}};
  for (size_t i = 0; i < 2000; ++i) {
    late.bins[i].received_bytes = i < 400 ? 0 : i < 1700 ? 1250 : 125;
  }
  recording.flows.push_back(late);
  const RunMetrics run = Measure(recording);
  CHECK(run.flows[1].utilisation == Approx((8 + 3 + 0.3) / 14));
  CHECK(run.utilisation == Approx((15 + 11.3) / 34));
  CHECK(run.flows[1].below_floor_s == 3);
  CHECK(run.below_floor_s == 1.5);
  CHECK(run.late_comer_s == Approx(0.75));
  CHECK(run.max_min_last == Approx((11.3 / 14) / 0.75));
}

TEST_CASE("TCP's share is of the time with media") {
  Recording recording = OneFlow();
  recording.flows[0].fair_share = {{0, 0}, {10 * kSecond, 1e6}};  // 5 Mbit arrive in it
  FlowRecording tcp;
  tcp.name = "tcp";
  tcp.tcp = true;
  tcp.bins.resize(2000);
  for (Bin& bin : tcp.bins) bin.received_bytes = 1875;  // 15 Mbit in it
  recording.flows.push_back(tcp);
  CHECK(Measure(recording).tcp_share == Approx(0.75));
}

TEST_CASE("Figures have names of their own") {
  std::set<std::string> names;
  for (const MetricField& field : MetricFields()) names.insert(field.name);
  CHECK(names.size() == MetricFields().size());
  CHECK(names.count("utilisation") == 1);
}

}  // namespace
}  // namespace remb::sim
