#include "tools/sim/link.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;
using test::Source;

TEST_CASE("Link.SerialisesToTheNanosecond") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(7'000'000);
  config.delay = 50 * kMillisecond;
  Link link(config, &events, 1, &out);
  const Nanos each = 1'428'572;  // 1250 bytes at 7 Mbit/s, rounded up
  for (int i = 0; i < 3; ++i) link.OnPacket({.bytes = 1250});
  events.RunUntil(kSecond);
  CHECK(out.times ==
        std::vector<Nanos>{config.delay + each, config.delay + 2 * each, config.delay + 3 * each});
  CHECK(out.packets[0].queued == 0);
  CHECK(out.packets[1].queued == each);
  CHECK(out.packets[2].queued == 2 * each);
}

TEST_CASE("Link.AddsToTheWaitOfFormerLinks") {
  EventQueue events;
  Collector out(&events);
  Link second(ConstantLink(500'000), &events, 1, &out);
  Link first(ConstantLink(1'000'000), &events, 1, &second);
  first.OnPacket({.bytes = 1250});
  first.OnPacket({.bytes = 1250});
  events.RunUntil(kSecond);
  CHECK(out.packets[1].queued == 20 * kMillisecond);  // 10 and 10
}

TEST_CASE("Link.APacketInTransmissionGoesOnAtTheNewRate") {
  EventQueue events;
  Collector out(&events);
  Link link(ConstantLink(1'000'000), &events, 1, &out);
  for (int i = 0; i < 3; ++i) link.OnPacket({.bytes = 1250});  // 10 ms each
  events.At(5 * kMillisecond, [&] { link.SetCapacity(500'000); });
  events.At(25 * kMillisecond, [&] { link.SetCapacity(4'000'000); });
  events.RunUntil(kSecond);
  // Half of it at each rate; then half at 0.5 and half at 4 Mbit/s; then all at 4 Mbit/s.
  CHECK(out.times ==
        std::vector<Nanos>{15 * kMillisecond, 26'250 * kMicrosecond, 28'750 * kMicrosecond});
}

TEST_CASE("Link.AnOutageHoldsEverything") {
  EventQueue events;
  Collector out(&events);
  Link link(ConstantLink(1'000'000), &events, 1, &out);
  link.OnPacket({.bytes = 1250});
  events.At(4 * kMillisecond, [&] { link.SetCapacity(0); });
  events.At(104 * kMillisecond, [&] { link.SetCapacity(1'000'000); });
  events.RunUntil(50 * kMillisecond);
  CHECK(link.QueueDelay() == kNever);
  events.RunUntil(kSecond);
  CHECK(out.times == std::vector<Nanos>{110 * kMillisecond});
}

TEST_CASE("Link.InAnOutageTheQueueHasTheSizeOfTheLastCapacity") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(4'000'000);
  config.queue.limit = 300 * kMillisecond;
  Link link(config, &events, 1, &out);
  int dropped = 0;
  link.set_on_drop([&](const Packet&, bool) { ++dropped; });
  link.SetCapacity(1'000'000);
  link.SetCapacity(0);
  // One in transmission, then those that have up to 37 500 bytes before them: 300 ms.
  for (int i = 0; i < 32; ++i) link.OnPacket({.bytes = 1250});
  CHECK(dropped == 0);
  for (int i = 0; i < 10; ++i) link.OnPacket({.bytes = 1250});
  CHECK(dropped == 10);
  events.At(2 * kSecond, [&] { link.SetCapacity(1'000'000); });
  events.RunUntil(3 * kSecond);
  CHECK(out.packets.size() == 32);
  CHECK(dropped == 10);
}

TEST_CASE("Link.DropsWhatWouldWaitLongerThanTheLimit") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(1'000'000);
  config.queue.limit = 300 * kMillisecond;
  Link link(config, &events, 1, &out);
  int dropped = 0;
  link.set_on_drop([&](const Packet&, bool random) { dropped += !random; });
  // The first is in transmission, the 31st waits 300 ms exactly, the next would wait 310.
  for (int i = 0; i < 31; ++i) link.OnPacket({.bytes = 1250});
  CHECK(dropped == 0);
  CHECK(link.QueueDelay() == 310 * kMillisecond);
  link.OnPacket({.bytes = 1250});
  CHECK(dropped == 1);
  events.RunUntil(10 * kMillisecond);
  link.OnPacket({.bytes = 1250});  // 300 ms again
  CHECK(dropped == 1);

  SECTION("Half the capacity: twice the wait") {
    link.SetCapacity(500'000);
    CHECK(link.QueueDelay() == 620 * kMillisecond);
    events.RunUntil(330 * kMillisecond - 1);
    link.OnPacket({.bytes = 1250});
    CHECK(dropped == 2);
    events.RunUntil(330 * kMillisecond);
    link.OnPacket({.bytes = 1250});
    CHECK(dropped == 2);
    events.RunUntil(2 * kSecond);
    CHECK(out.packets.back().queued == 300 * kMillisecond);
  }
  SECTION("Twice the capacity: room for as many again") {
    link.SetCapacity(2'000'000);
    CHECK(link.QueueDelay() == 155 * kMillisecond);
    for (int i = 0; i < 40; ++i) link.OnPacket({.bytes = 1250});
    CHECK(dropped == 11);
    events.RunUntil(2 * kSecond);
    CHECK(out.packets.back().queued == 300 * kMillisecond);
  }
}

TEST_CASE("Link.LimitInBytesStaysWhenTheCapacityChanges") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(1'000'000);
  config.queue = {.kind = QueueConfig::Kind::kDropTailBytes, .limit = 100 * kMillisecond};
  Link link(config, &events, 1, &out);
  int dropped = 0;
  link.set_on_drop([&](const Packet&, bool) { ++dropped; });
  for (int i = 0; i < 11; ++i) link.OnPacket({.bytes = 1250});  // 12 500 bytes, and one on its way
  CHECK(dropped == 0);
  link.OnPacket({.bytes = 1250});
  CHECK(dropped == 1);
  link.SetCapacity(10'000'000);
  link.OnPacket({.bytes = 1250});
  CHECK(dropped == 2);
}

TEST_CASE("Link.JitterKeepsTheOrderAndItsDistribution") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(100'000'000);
  config.jitter.sigma = 5 * kMillisecond;
  Link link(config, &events, 1, &out);

  SECTION("Packets far apart: |Gaussian|, cut at three sigma") {
    Source source(0, 1250, 20 * kMillisecond, &events, &link);
    events.RunUntil(1000 * kSecond);
    double sum = 0;
    int below_sigma = 0;
    for (size_t i = 0; i < out.times.size(); ++i) {
      const Nanos jitter = out.times[i] - out.packets[i].sent - 100 * kMicrosecond;
      REQUIRE((jitter >= 0 && jitter <= 15 * kMillisecond));
      sum += Milliseconds(jitter);
      below_sigma += jitter < config.jitter.sigma;
    }
    const auto count = static_cast<double>(out.times.size());
    // sigma sqrt(2/pi) (1 - exp(-9/2)) / erf(3/sqrt 2), and erf(1/sqrt 2) / erf(3/sqrt 2).
    CHECK(sum / count == Catch::Approx(3.956).epsilon(0.02));
    CHECK(below_sigma / count == Catch::Approx(0.6845).epsilon(0.02));
  }
  SECTION("Packets close together: in order, no closer than they can be sent") {
    Source source(0, 1250, 150 * kMicrosecond, &events, &link);
    events.RunUntil(10 * kSecond);
    for (size_t i = 1; i < out.times.size(); ++i) {
      REQUIRE(out.packets[i].sequence == out.packets[i - 1].sequence + 1);
      REQUIRE(out.times[i] - out.times[i - 1] >= 100 * kMicrosecond);
    }
  }
}

TEST_CASE("Link.LosesIndependently") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(100'000'000);
  config.loss.probability = 0.05;
  Link link(config, &events, 3, &out);
  int64_t lost = 0;
  link.set_on_drop([&](const Packet&, bool random) { lost += random; });
  Source source(0, 100, kMillisecond, &events, &link);
  events.RunUntil(200 * kSecond + kMillisecond / 2);
  CHECK(static_cast<double>(lost) / 200'000 == Catch::Approx(0.05).epsilon(0.03));
  CHECK(static_cast<int64_t>(out.packets.size()) + lost == source.sent());

  lost = 0;
  link.SetLoss(0);
  events.RunUntil(300 * kSecond);
  CHECK(lost == 0);
}

TEST_CASE("Link.LosesInBursts") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(100'000'000);
  config.loss = {.bad_loss = 1, .good_packets = 95, .bad_packets = 5};
  Link link(config, &events, 3, &out);
  Source source(0, 100, kMillisecond, &events, &link);
  events.RunUntil(400 * kSecond);
  int64_t lost = 0, bursts = 0;
  for (size_t i = 1; i < out.packets.size(); ++i) {
    const int64_t gap = out.packets[i].sequence - out.packets[i - 1].sequence - 1;
    lost += gap;
    bursts += gap > 0;
  }
  CHECK(static_cast<double>(lost) / 400'000 == Catch::Approx(0.05).epsilon(0.05));
  CHECK(static_cast<double>(lost) / static_cast<double>(bursts) == Catch::Approx(5).epsilon(0.05));
}

TEST_CASE("Link.ReordersAShare") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(100'000'000);
  config.reorder = {.probability = 0.03, .late = 15 * kMillisecond};
  Link link(config, &events, 3, &out);
  Source source(0, 1250, 10 * kMillisecond, &events, &link);
  events.RunUntil(1000 * kSecond);
  int late = 0;
  for (size_t i = 0; i < out.times.size(); ++i) {
    const Nanos extra = out.times[i] - out.packets[i].sent - 100 * kMicrosecond;
    REQUIRE((extra == 0 || extra == config.reorder.late));
    late += extra > 0;
  }
  CHECK(late / 1e5 == Catch::Approx(0.03).epsilon(0.05));
}

// All random parts at once.
std::vector<Nanos> RunAll(uint64_t seed, double loss) {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = ConstantLink(5'000'000);
  config.capacity = {.kind = CapacityConfig::Kind::kRandomWalk,
                     .bps = 2'000'000,
                     .low_bps = 250'000,
                     .high_bps = 8'000'000,
                     .interval = 100 * kMillisecond,
                     .sigma = 0.2};
  config.jitter.sigma = 5 * kMillisecond;
  config.reorder = {.probability = 0.03, .late = 20 * kMillisecond};
  config.loss.probability = loss;
  Link link(config, &events, seed, &out);
  std::vector<Nanos> record;
  link.set_on_capacity([&](int64_t bps) { record.push_back(bps); });
  Source source(0, 1200, 5 * kMillisecond, &events, &link);
  events.RunUntil(30 * kSecond);
  if (loss == 0) record.insert(record.end(), out.times.begin(), out.times.end());
  return record;
}

TEST_CASE("Link.OneSeedOneRun") {
  CHECK(RunAll(5, 0) == RunAll(5, 0));
  CHECK(RunAll(5, 0) != RunAll(6, 0));
}

TEST_CASE("Link.DrawsOfOnePartChangeNothingForOthers") {
  // With loss, the capacity takes the same course as without.
  const std::vector<Nanos> with = RunAll(5, 0.1);
  std::vector<Nanos> without = RunAll(5, 0);
  REQUIRE(with.size() == 300);
  without.resize(300);
  CHECK(with == without);
}

}  // namespace
}  // namespace remb::sim
