#include "tools/sim/wifi_medium.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>

#include "tools/sim/link.h"
#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;
using test::Source;

LinkConfig WifiLink(int64_t bps) {
  LinkConfig config = ConstantLink(bps);
  config.wifi.on = true;
  return config;
}

TEST_CASE("WifiMedium.MeanCapacityIsWhatItSays") {
  // One packet a burst, several by air time, and the greatest number there may be.
  for (const int64_t bps : {2'000'000, 24'000'000, 200'000'000}) {
    EventQueue events;
    Collector out(&events);
    LinkConfig config = WifiLink(bps);
    Link link(config, &events, 1, &out);
    CHECK(link.capacity_bps() < bps);
    const Nanos interval = TransmissionTime(1200, link.capacity_bps() * 3 / 2);
    Source source(0, 1200, interval, &events, &link);
    events.RunUntil(100 * kSecond);
    CHECK(static_cast<double>(out.bytes) * 8 / 100 ==
          Catch::Approx(static_cast<double>(link.capacity_bps())).epsilon(0.03));
  }
}

TEST_CASE("WifiMedium.BurstsKeepTheirBounds") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = WifiLink(50'000'000);  // 192 us a packet: 19 fit into 3.8 ms
  config.wifi.max_aggregate = GENERATE(8, 32);
  Link link(config, &events, 1, &out);
  Source source(0, 1200, 250 * kMicrosecond, &events, &link);
  events.RunUntil(20 * kSecond);
  std::map<Nanos, int> bursts;
  for (const Nanos time : out.times) ++bursts[time];
  int most = 0;
  for (const auto& [time, packets] : bursts) most = std::max(most, packets);
  CHECK(most == std::min(config.wifi.max_aggregate, 19));
}

TEST_CASE("WifiMedium.QueuedIsTheTimeUntilThePacketIsOnTheAir") {
  EventQueue events;
  Collector out(&events);
  const LinkConfig config = WifiLink(24'000'000);
  Link link(config, &events, 1, &out);
  const Nanos airtime = TransmissionTime(1200, 24'000'000);
  for (int i = 0; i < 3; ++i) link.OnPacket({.bytes = 1200});
  events.RunUntil(kSecond);
  REQUIRE(out.times.size() == 3);
  CHECK(out.times[2] == out.times[0]);  // one aggregate
  CHECK(out.packets[0].queued == out.times[0] - 3 * airtime);
  CHECK(out.packets[1].queued == out.packets[0].queued + airtime);
  CHECK(out.packets[2].queued == out.packets[1].queued + airtime);
  CHECK(out.packets[0].queued > config.wifi.overhead);
}

TEST_CASE("WifiMedium.ALonePacketWaitsForOthersInTheMean") {
  EventQueue events;
  Collector out(&events);
  const LinkConfig config = WifiLink(24'000'000);
  Link link(config, &events, 1, &out);
  Source source(0, 1200, 100 * kMillisecond, &events, &link);
  events.RunUntil(1000 * kSecond);
  double sum = 0;
  for (const Packet& packet : out.packets) {
    sum += Milliseconds(packet.queued - config.wifi.overhead);
  }
  CHECK(sum / static_cast<double>(out.packets.size()) == Catch::Approx(4).epsilon(0.05));
}

TEST_CASE("WifiMedium.AnOutageEnds") {
  EventQueue events;
  Collector out(&events);
  Link link(WifiLink(24'000'000), &events, 1, &out);
  link.SetCapacity(0);
  link.OnPacket({.bytes = 1200});
  CHECK(link.QueueDelay() == kNever);
  events.RunUntil(kSecond);
  CHECK(out.packets.empty());
  link.SetCapacity(24'000'000);
  events.RunUntil(2 * kSecond);
  CHECK(out.packets.size() == 1);
  link.OnPacket({.bytes = 1200});
  link.SetCapacity(0);
  events.RunUntil(3 * kSecond);
  CHECK(out.packets.size() == 1);
  link.SetCapacity(24'000'000);
  events.RunUntil(4 * kSecond);
  CHECK(out.packets.size() == 2);
}

}  // namespace
}  // namespace remb::sim
