#include "tools/sim/scenario_reader.h"

#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace remb::sim {
namespace {

// A scenario in a file of its own, named case.yaml, that goes with the test.
class File {
 public:
  explicit File(std::string_view text) {
    std::filesystem::create_directories(folder_);
    path = folder_ / "case.yaml";
    std::ofstream(path) << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }

  std::string path;

 private:
  static std::filesystem::path Folder() {
    const char* bazel = std::getenv("TEST_TMPDIR");
    return std::filesystem::path(bazel != nullptr ? bazel : ".") / "scenario_reader_test";
  }
  std::filesystem::path folder_ = Folder();
};

constexpr char kPlain[] = R"(title: Plain
about: For tests.
length: 60 s
links:
  - {name: bottleneck, capacity: 2 Mbit/s, queue: 300 ms}
flows:
  - {name: media, path: bottleneck}
)";

std::vector<Scenario> Read(std::string_view text, const Overrides& overrides = {},
                           const VariantChoice& choice = {}) {
  const File file(text);
  const auto scenarios = ReadScenarios(file.path, overrides, choice);
  INFO(std::string(scenarios.status().message()));
  REQUIRE(scenarios.ok());
  return *scenarios;
}

// Without the path.
std::string ErrorOf(std::string_view text, const VariantChoice& choice = {}) {
  const File file(text);
  const auto scenarios = ReadScenarios(file.path, {}, choice);
  REQUIRE(!scenarios.ok());
  const std::string message(scenarios.status().message());
  REQUIRE(message.find(file.path + ":") == 0);
  return message.substr(file.path.size() + 1);
}

// kPlain with one thing replaced.
std::string With(std::string_view from, std::string_view to) {
  std::string text = kPlain;
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("A plain scenario") {
  const std::vector<Scenario> scenarios = Read(kPlain);
  REQUIRE(scenarios.size() == 1);
  const Scenario& scenario = scenarios[0];
  REQUIRE(scenario.name == "case");
  REQUIRE(scenario.title == "Plain");
  REQUIRE(scenario.length == 60 * kSecond);
  REQUIRE(scenario.links.at(0).capacity.bps == 2'000'000);
  REQUIRE(scenario.links[0].queue.kind == QueueConfig::Kind::kDropTailTime);
  REQUIRE(scenario.links[0].queue.limit == 300 * kMillisecond);
  REQUIRE(scenario.flows.at(0).path == std::vector<std::string>{"bottleneck"});
  REQUIRE(scenario.flows[0].return_path.empty());
  REQUIRE(scenario.flows[0].streams.size() == 1);
  REQUIRE(scenario.flows[0].pacing_factor == 2.5);
  REQUIRE(scenario.conventions.at(0) ==
          "queue: drop-tail, a packet that would wait longer than 300 ms at the capacity now");
}

TEST_CASE("All that links, flows and steps can have") {
  const Scenario scenario = Read(R"(title: Everything
source: RFC 8867
about: For tests.
length: 2 min
measure_from: 10 s
links:
  - name: a
    capacity: {random_walk: {from: 250 kbit/s, to: 8 Mbit/s, each: 500 ms, sigma: 0.25, start: 2 Mbit/s}}
    delay: 5 ms
    queue: {bytes: 75 kB}
    loss: {bad_loss: 50 %, good_packets: 90, bad_packets: 10}
    jitter: {sigma: 5 ms, limit: 15 ms}
    reorder: {probability: 3 %, late: 12 ms}
    bucket: {kind: policer, rate: 2 Mbit/s, burst: 50 kB}
  - name: b
    capacity: {uniform: {from: 500 kbit/s, to: 4.5 Mbit/s, mean_interval: 3 s}}
    queue: fq-codel
    loss: 2 %
    wifi: {busy_mean: 3 ms, txop: 5 ms, max_aggregate: 16, overhead: 100 us}
  - {name: c, capacity: 1 Mbit/s, queue: {at_first_capacity: 70 ms}}
flows:
  - name: media
    path: [a, b]
    return_path: [c]
    delay: 20 ms
    start: 1 s
    end: 100 s
    weight: 2
    pacing: 5
    clock_drift: -200 ppm
    start_phase: false
    streams:
      - video: {min: 100 kbit/s, max: 1 Mbit/s, start: 200 kbit/s, fps: 15, lag: 100 ms, burst: {frames: 8, first: 13.5 kB}}
      - audio
    receiver: {kind: knowing, share: 0.8, lag: 250 ms}
  - {name: tcp, kind: tcp, path: a, congestion_control: cubic}
  - {name: short, kind: short-tcp, count: 2, path: a, files: {from: 10 kB, to: 20 kB}, idle_mean: 5 s, starts_on: false, load: 30 kbit/s}
  - {name: udp, kind: cross, path: b, rate: 1 Mbit/s}
steps:
  - {at: 10 s, capacity: 3 Mbit/s, of: c, say: More.}
  - {at: 10 s, cross_rate: 2 Mbit/s, say: More UDP.}
  - {at: 20 s, pause: media, say: Off.}
  - {at: 21 s, resume: media, say: On.}
  - {at: 22 s, source_max: 1 Mbit/s, say: Quiet.}
  - {at: 23 s, delay: 90 ms, of: tcp, say: Longer.}
  - {at: 24 s, receiver_clock: -10 s, say: Set back.}
  - {at: 25 s, loss: 10 %, of: b, say: Worse.}
)")[0];
  const LinkConfig& a = scenario.links[0];
  REQUIRE(a.capacity.kind == CapacityConfig::Kind::kRandomWalk);
  REQUIRE(a.capacity.low_bps == 250'000);
  REQUIRE(a.capacity.bps == 2'000'000);
  REQUIRE(a.capacity.sigma == 0.25);
  REQUIRE(a.delay == 5 * kMillisecond);
  REQUIRE(a.queue.limit_bytes == 75'000);
  REQUIRE(a.loss.good_packets == 90);
  REQUIRE(a.jitter.limit == 15 * kMillisecond);
  REQUIRE(a.reorder.late == 12 * kMillisecond);
  REQUIRE(a.bucket.kind == BucketConfig::Kind::kPolicer);
  REQUIRE(a.bucket.burst_bytes == 50'000);
  const LinkConfig& b = scenario.links[1];
  REQUIRE(b.capacity.kind == CapacityConfig::Kind::kUniform);
  REQUIRE(b.capacity.interval == 3 * kSecond);
  REQUIRE(b.queue.kind == QueueConfig::Kind::kFqCoDel);
  REQUIRE(b.loss.probability == 0.02);
  REQUIRE(b.wifi.on);
  REQUIRE(b.wifi.max_aggregate == 16);
  REQUIRE(scenario.links[2].queue.kind == QueueConfig::Kind::kDropTailBytes);
  REQUIRE(scenario.links[2].queue.limit_bytes == 0);

  REQUIRE(scenario.flows.size() == 5);
  const FlowConfig& media = scenario.flows[0];
  REQUIRE(media.path == std::vector<std::string>{"a", "b"});
  REQUIRE(media.return_path == std::vector<std::string>{"c"});
  REQUIRE(media.clock_ppm == -200);
  REQUIRE(!media.start_phase);
  REQUIRE(media.streams.at(0).burst_bytes == 13'500);
  REQUIRE(media.streams[0].lag == 100 * kMillisecond);
  REQUIRE(media.streams.at(1).kind == StreamConfig::Kind::kAudio);
  REQUIRE(media.receiver.kind == ReceiverConfig::Kind::kKnowing);
  REQUIRE(media.receiver.lag == 250 * kMillisecond);
  REQUIRE(scenario.flows[1].tcp == FlowConfig::Tcp::kCubic);
  REQUIRE(scenario.flows[2].name == "short-1");
  REQUIRE(scenario.flows[3].name == "short-2");
  REQUIRE(scenario.flows[3].load_bps == 30'000);
  REQUIRE(!scenario.flows[3].starts_on);
  REQUIRE(scenario.flows[4].cross_bps == 1'000'000);

  using Kind = Step::Kind;
  REQUIRE(scenario.steps.size() == 8);
  REQUIRE(scenario.steps[0].target == "c");
  REQUIRE(scenario.steps[1].kind == Kind::kCrossRate);
  REQUIRE(scenario.steps[1].target == "udp");  // the only one that it could be
  REQUIRE(scenario.steps[2].kind == Kind::kPause);
  REQUIRE(scenario.steps[4].target == "media");
  REQUIRE(scenario.steps[5].time == 90 * kMillisecond);
  REQUIRE(scenario.steps[6].time == -10 * kSecond);
  REQUIRE(scenario.steps[7].probability == 0.1);
  REQUIRE(scenario.steps[7].say == "Worse.");
}

constexpr char kVariants[] = R"(title: Variants
about: For tests.
length: 60 s
variants:
  delay: [50 ms, 100 ms]
  back: {free: {path: []}, shared: {path: [bottleneck]}}
links:
  - {name: bottleneck, capacity: 2 Mbit/s}
flows:
  - {name: media, path: bottleneck, delay: $delay, return_path: $back.path}
)";

TEST_CASE("Variants make a scenario for each combination") {
  const std::vector<Scenario> scenarios = Read(kVariants);
  REQUIRE(scenarios.size() == 4);
  REQUIRE(scenarios[0].name == "case delay=50ms back=free");
  REQUIRE(scenarios[1].name == "case delay=50ms back=shared");
  REQUIRE(scenarios[3].name == "case delay=100ms back=shared");
  REQUIRE(scenarios[3].variant.at("delay") == "100 ms");
  REQUIRE(scenarios[0].flows[0].delay == 50 * kMillisecond);
  REQUIRE(scenarios[3].flows[0].delay == 100 * kMillisecond);
  REQUIRE(scenarios[0].flows[0].return_path.empty());
  REQUIRE(scenarios[1].flows[0].return_path == std::vector<std::string>{"bottleneck"});
}

TEST_CASE("Variants can be chosen") {
  const std::vector<Scenario> chosen =
      Read(kVariants, {}, {{"delay", "100ms"}, {"of another file", "1"}});
  REQUIRE(chosen.size() == 2);
  REQUIRE(chosen[0].name == "case delay=100ms back=free");
  REQUIRE(ErrorOf(kVariants, {{"delay", "7 ms"}}) ==
          "5:10: the variant 'delay' has no '7 ms'; it has: '50 ms' '100 ms'");
}

TEST_CASE("Overrides reach media flows") {
  Overrides overrides;
  overrides.receiver = ReceiverConfig::Kind::kKnowing;
  overrides.profile = REMB_PROFILE_LIBWEBRTC;
  overrides.clock = REMB_CLOCK_RTP_TIMESTAMP;
  overrides.share = 0.95;
  overrides.receiver_lag = 200 * kMillisecond;
  overrides.encoder_lag = 100 * kMillisecond;
  overrides.pacing_factor = 1.5;
  overrides.pacing_burst = 40 * kMillisecond;
  overrides.start_phase = false;
  overrides.overhead_bytes = 40;
  const FlowConfig flow = Read(kPlain, overrides)[0].flows[0];
  REQUIRE(flow.receiver.kind == ReceiverConfig::Kind::kKnowing);
  REQUIRE(flow.receiver.profile == REMB_PROFILE_LIBWEBRTC);
  REQUIRE(flow.receiver.clock == REMB_CLOCK_RTP_TIMESTAMP);
  REQUIRE(flow.receiver.share == 0.95);
  REQUIRE(flow.receiver.lag == 200 * kMillisecond);
  REQUIRE(flow.streams[0].lag == 100 * kMillisecond);
  REQUIRE(flow.pacing_factor == 1.5);
  REQUIRE(flow.pacing_burst == 40 * kMillisecond);
  REQUIRE(!flow.start_phase);
  REQUIRE(flow.overhead_bytes == 40);
}

TEST_CASE("Errors say where, and what is allowed") {
  REQUIRE(
      ErrorOf(With("2 Mbit/s", "2 Mbps")) ==
      "5:34: 'capacity': '2 Mbps' is not a rate: write it as 2 Mbit/s (bit/s, kbit/s, Mbit/s or "
      "Gbit/s)");
  REQUIRE(
      ErrorOf(With("queue", "buffer")) ==
      "5:44: a link has no 'buffer'; it has: bucket, capacity, delay, jitter, loss, name, queue, "
      "reorder, wifi");
  REQUIRE(ErrorOf(With("300 ms", "red")).find("5:51: 'red' is no queue: write its limit") == 0);
  REQUIRE(ErrorOf(With("length: 60 s\n", "")) == "1:1: a scenario needs 'length'");
  REQUIRE(ErrorOf(With("name: media,", "name: media, name: media,")) ==
          "7:19: 'name' is here twice");
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottle")) ==
          "7:3: flow 'media' has the link 'bottle' in its path; there are: bottleneck");
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottleneck, kind: sctp")) ==
          "7:43: 'sctp' is none of media, tcp, short-tcp, cross");
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottleneck, kind: tcp, pacing: 2"))
              .find("7:48: a flow has no 'pacing'; it has: congestion_control, count, delay") == 0);
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottleneck, delay: -5 ms")) ==
          "7:44: 'delay' is not negative");
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottleneck, start: 61 s")) ==
          "7:3: flow 'media' starts or ends after the scenario's length");
  REQUIRE(ErrorOf(With("path: bottleneck", "path: bottleneck, delay: $delay")) ==
          "7:44: there is no variant 'delay'; none is declared");
  REQUIRE(ErrorOf(With("links:", "variants: {delay: [1 ms]}\nlinks:"))
              .find("4:12: nothing here depends on the variant 'delay'") == 0);
  REQUIRE(ErrorOf(With("flows:\n", "flows:\n  - 7\n")) ==
          "7:5: here a flow is described, by lines of 'key: value'");
  REQUIRE(ErrorOf("title: [\n").find("2:1: ") == 0);  // not YAML
  REQUIRE(ErrorOf("").find("1:1: here a scenario is described") == 0);
}

TEST_CASE("Errors of steps") {
  const auto error = [](const std::string& steps) {
    return ErrorOf(std::string(kPlain) + "steps:\n" + steps);
  };
  REQUIRE(error("  - {at: 5 s, capacity: 1 Mbit/s}\n") == "9:5: a step needs 'say'");
  REQUIRE(error("  - {at: 5 s, say: Nothing.}\n")
              .find("9:5: a step does one of: capacity, cross_rate, pause") == 0);
  REQUIRE(error("  - {at: 5 s, capacity: 1 Mbit/s, loss: 1 %, say: Two.}\n")
              .find("9:5: a step does one of") == 0);
  REQUIRE(error("  - {at: 5 s, pause: nobody, say: Who.}\n") ==
          "9:5: this can't be done to 'nobody'; it can be of: media");
  REQUIRE(error("  - {at: 5 s, cross_rate: 1 Mbit/s, say: Of what.}\n") ==
          "9:5: 'of' must say of what; there is nothing here that it can be done to");
  REQUIRE(error("  - {at: 5 s, loss: 1 %, say: A.}\n  - {at: 4 s, loss: 1 %, say: B.}\n") ==
          "10:5: steps are in the order of their times");
  REQUIRE(error("  - {at: 61 s, loss: 1 %, say: Late.}\n") ==
          "9:5: this step comes after the scenario's length");
}

TEST_CASE("A file that is not there") {
  const auto scenarios = ReadScenarios("nowhere.yaml");
  REQUIRE(std::string(scenarios.status().message()) ==
          "cannot open nowhere.yaml: No such file or directory");
}

TEST_CASE("A mahimahi trace lies beside its scenario") {
  const File file(With("2 Mbit/s", "{mahimahi: trace.txt}"));
  const std::string trace = std::filesystem::path(file.path).replace_filename("trace.txt");
  REQUIRE(!ReadScenarios(file.path).ok());
  std::ofstream(trace) << "1\n3\n3\n";
  const auto scenarios = ReadScenarios(file.path);
  REQUIRE(scenarios.ok());
  REQUIRE((*scenarios)[0].links[0].capacity.kind == CapacityConfig::Kind::kMahimahi);
  REQUIRE((*scenarios)[0].links[0].capacity.opportunities ==
          std::vector<Nanos>{kMillisecond, 3 * kMillisecond, 3 * kMillisecond});
}

}  // namespace
}  // namespace remb::sim
