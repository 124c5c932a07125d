#include "tools/sim/fq_codel.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "tools/sim/link.h"
#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;
using test::Source;

LinkConfig FqCoDelLink(int64_t bps) {
  LinkConfig config = ConstantLink(bps);
  config.queue.kind = QueueConfig::Kind::kFqCoDel;
  return config;
}

TEST_CASE("FqCoDel.ALightFlowHardlyWaitsBesideAHeavyOne") {
  EventQueue events;
  Collector out(&events);
  Link link(FqCoDelLink(2'000'000), &events, 1, &out);
  Source heavy(0, 1200, 3 * kMillisecond, &events, &link);  // 3.2 Mbit/s
  Source light(1, 200, 20 * kMillisecond, &events, &link);  // 0.08
  events.RunUntil(30 * kSecond);
  int64_t light_packets = 0;
  Nanos heavy_most = 0;
  for (const Packet& packet : out.packets) {
    if (packet.flow == 0) {
      heavy_most = std::max(heavy_most, packet.queued);
      continue;
    }
    ++light_packets;
    // One packet of the heavy flow in transmission (4.8 ms), and one whose turn it still is.
    REQUIRE(packet.queued <= 2 * TransmissionTime(1200, 2'000'000));
  }
  CHECK(light_packets >= light.sent() - 2);
  CHECK(heavy_most > 100 * kMillisecond);
}

TEST_CASE("FqCoDel.EqualSharesInBytes") {
  EventQueue events;
  Collector out(&events);
  Link link(FqCoDelLink(2'000'000), &events, 1, &out);
  Source large(0, 1200, 3 * kMillisecond, &events, &link);
  Source small(1, 300, kMillisecond, &events, &link);
  events.RunUntil(30 * kSecond);
  std::map<size_t, int64_t> bytes;
  for (const Packet& packet : out.packets) bytes[packet.flow] += packet.bytes;
  CHECK(static_cast<double>(bytes[0]) / static_cast<double>(bytes[1]) ==
        Catch::Approx(1).epsilon(0.02));
}

// Drops at the times of RFC 8289's control law: 100 ms above the target, then 100 ms / sqrt(n)
// apart.
TEST_CASE("CoDel.ControlLaw") {
  CoDel codel;
  std::vector<Nanos> drops;
  for (Nanos now = kMillisecond; now < 500 * kMillisecond; now += kMillisecond) {
    if (codel.Drops(6 * kMillisecond, 10'000, now)) drops.push_back(now / kMillisecond);
  }
  CHECK(drops == std::vector<Nanos>{101, 201, 272, 330, 380, 425, 465});
  // Below the target once: no more drops before another interval above it.
  CHECK_FALSE(codel.Drops(4 * kMillisecond, 10'000, 500 * kMillisecond));
  CHECK_FALSE(codel.Drops(6 * kMillisecond, 10'000, 501 * kMillisecond));
  CHECK_FALSE(codel.Drops(6 * kMillisecond, 10'000, 600 * kMillisecond));
  CHECK(codel.Drops(6 * kMillisecond, 10'000, 601 * kMillisecond));
}

TEST_CASE("CoDel.NeverDropsTheLastPackets") {
  CoDel codel;
  for (Nanos now = 0; now < 10 * kSecond; now += kMillisecond) {
    REQUIRE_FALSE(codel.Drops(kSecond, 1514, now));
  }
}

TEST_CASE("FqCoDel.FullQueueDropsFromTheFattestFlow") {
  std::map<size_t, int> drops;
  FqCoDel queue(1, 0, [&](const Packet& packet) { ++drops[packet.flow]; });
  for (int i = 0; i < 100; ++i) queue.Enqueue({.flow = 1, .bytes = 100}, 0, 0);
  for (int i = 0; i < 10'200; ++i) queue.Enqueue({.flow = 0, .bytes = 100}, 0, 0);
  CHECK(drops[0] == 64);  // one batch
  CHECK(drops[1] == 0);
}

}  // namespace
}  // namespace remb::sim
