#include "tools/sim/pie.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tools/sim/link.h"
#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;
using test::Source;

LinkConfig PieLink(int64_t bps) {
  LinkConfig config = ConstantLink(bps);
  config.queue = {.kind = QueueConfig::Kind::kPie, .limit = kSecond};
  return config;
}

TEST_CASE("Pie.HoldsItsTargetWithASourceThatReacts") {
  EventQueue events;
  Collector out(&events);
  Link link(PieLink(5'000'000), &events, 1, &out);
  // Slower by a tenth for a drop, at most once in 100 ms, and faster by 1 % each 100 ms.
  Source source(0, 1200, 2 * kMillisecond, &events, &link);
  Nanos last_drop = -kSecond;
  link.set_on_drop([&](const Packet&, bool) {
    if (events.now() - last_drop < 100 * kMillisecond) return;
    last_drop = events.now();
    source.set_interval(source.interval() * 10 / 9);
  });
  for (int i = 1; i < 600; ++i) {
    events.At(i * 100 * kMillisecond, [&] { source.set_interval(source.interval() * 100 / 101); });
  }
  events.RunUntil(60 * kSecond);
  double sum = 0;
  int64_t count = 0, bytes = 0;
  for (const Packet& packet : out.packets) {
    if (packet.sent < 10 * kSecond) continue;
    sum += Milliseconds(packet.queued);
    bytes += packet.bytes;
    ++count;
  }
  const double mean = sum / static_cast<double>(count);
  CHECK(mean > 5);
  CHECK(mean < 25);
  CHECK(static_cast<double>(bytes) * 8 / 50 > 0.9 * 5e6);
}

TEST_CASE("Pie.DropsTheExcessOfASourceThatDoesNotReact") {
  EventQueue events;
  Collector out(&events);
  Link link(PieLink(5'000'000), &events, 1, &out);
  Source source(0, 1250, 1'600 * kMicrosecond, &events, &link);  // 6.25 Mbit/s: a fifth too much
  events.RunUntil(60 * kSecond);
  double sum = 0;
  int64_t count = 0;
  for (const Packet& packet : out.packets) {
    if (packet.sent < 30 * kSecond) continue;
    sum += Milliseconds(packet.queued);
    ++count;
  }
  CHECK(static_cast<double>(count) / (30 / 0.0016) == Catch::Approx(0.8).epsilon(0.01));
  CHECK(sum / static_cast<double>(count) == Catch::Approx(15).margin(5));
}

TEST_CASE("Pie.LetsAFirstBurstPass") {
  EventQueue events;
  Collector out(&events);
  Link link(PieLink(5'000'000), &events, 1, &out);
  int drops = 0;
  link.set_on_drop([&](const Packet&, bool) { ++drops; });
  events.RunUntil(kSecond);
  for (int i = 0; i < 60; ++i) link.OnPacket({.bytes = 1200});  // 115 ms of queue
  events.RunUntil(2 * kSecond);
  CHECK(drops == 0);
}

}  // namespace
}  // namespace remb::sim
