#include "tools/sim/cross_traffic.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

namespace remb::sim {
namespace {

struct Collector : PacketSink {
  explicit Collector(EventQueue* queue) : events(queue) {}
  void OnPacket(const Packet& packet) override {
    CHECK(packet.kind == Packet::Kind::kCross);
    CHECK(packet.bytes == 1500);
    times.push_back(events->now());
  }
  EventQueue* events;
  std::vector<Nanos> times;
};

FlowConfig Flow(int64_t bps) {
  FlowConfig config;
  config.name = "cross";
  config.kind = FlowConfig::Kind::kCross;
  config.cross_bps = bps;
  return config;
}

TEST_CASE("CrossTraffic.MeetsItsRateForEver") {
  // 7 Mbit/s: 1 714 285.7 ns from one packet to the next, 35 000 of them in a minute.
  EventQueue events;
  Collector out(&events);
  const FlowConfig config = Flow(7'000'000);
  CrossTraffic cross(config, 0, &events, 1, &out);
  cross.Start();
  events.RunUntil(60 * kSecond);
  CHECK(out.times.size() == 35'000);
  CHECK(out.times.front() < 1'714'286);
  for (size_t i = 1; i < out.times.size(); ++i) {
    const Nanos interval = out.times[i] - out.times[i - 1];
    CHECK((interval == 1'714'285 || interval == 1'714'286));
  }
}

TEST_CASE("CrossTraffic.ChangesItsRateWithinAPacket") {
  EventQueue events;
  Collector out(&events);
  const FlowConfig config = Flow(1'200'000);  // 10 ms
  CrossTraffic cross(config, 0, &events, 1, &out);
  cross.Start();
  while (out.times.empty()) events.RunUntil(events.now() + kMicrosecond);
  const Nanos first = out.times[0];
  events.RunUntil(first + 4 * kMillisecond);
  cross.SetRate(2'400'000);  // 6 of 10 ms are left: 3 at twice the rate
  events.RunUntil(first + 20 * kMillisecond);
  CHECK(out.times == std::vector<Nanos>{first, first + 7 * kMillisecond, first + 12 * kMillisecond,
                                        first + 17 * kMillisecond});
  cross.SetRate(0);
  events.RunUntil(first + kSecond);
  CHECK(out.times.size() == 4);
  cross.SetRate(1'200'000);  // 2 of 5 ms were left
  events.RunUntil(first + kSecond + 5 * kMillisecond);
  CHECK(out.times.back() == first + kSecond + 4 * kMillisecond);
  CHECK(out.times.size() == 5);
}

TEST_CASE("CrossTraffic.StopsAndStarts") {
  EventQueue events;
  Collector out(&events);
  const FlowConfig config = Flow(1'200'000);
  CrossTraffic cross(config, 0, &events, 1, &out);
  cross.SetRate(2'400'000);  // before it starts
  CHECK(out.times.empty());
  cross.Start();
  cross.Start();  // has no effect
  events.RunUntil(kSecond);
  CHECK(out.times.size() == 200);
  cross.Stop();
  events.RunUntil(2 * kSecond);
  CHECK(out.times.size() == 200);
  cross.Start();
  events.RunUntil(3 * kSecond);
  CHECK(out.times.size() == 400);
}

TEST_CASE("CrossTraffic.BeginsWhenItsSeedSays") {
  const auto first = [](uint64_t seed) {
    EventQueue events;
    Collector out(&events);
    const FlowConfig config = Flow(1'200'000);
    CrossTraffic cross(config, 0, &events, seed, &out);
    cross.Start();
    events.RunUntil(10 * kMillisecond);
    return out.times.at(0);
  };
  CHECK(first(1) == first(1));
  CHECK(first(1) != first(2));
}

}  // namespace
}  // namespace remb::sim
