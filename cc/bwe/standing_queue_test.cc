#include "cc/bwe/standing_queue.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

using Catch::Approx;

constexpr StandingQueue::Path kPath = {
    .base_us = 50'000, .frame_interval = 0.033, .jitter = 0, .rate = 10e6};

// A packet each 10 ms up to `end_ms`, with the delay that `delay_ms` gives for its time.
template <typename F>
RecentPackets Packets(int64_t end_ms, F delay_ms) {
  RecentPackets packets;
  for (int64_t ms = 10; ms <= end_ms; ms += 10) {
    packets.OnPacket(DataSize::Bytes(1'000), Timestamp::Millis(ms));
    packets.OnDelay(static_cast<int64_t>(1'000 * delay_ms(ms)));
  }
  return packets;
}

TEST_CASE("StandingQueue: a queue that empties now and then does not stand") {
  StandingQueue queue;
  queue.Update(Packets(1'000, [](int64_t ms) { return ms % 100 == 0 ? 51 : 150; }), kPath);
  CHECK(queue.queue() == Approx(0.001));
  CHECK(queue.excess() == Approx(-0.003));
  CHECK(queue.threshold() == Approx(0.004));
}

TEST_CASE("StandingQueue: what the minimum is beyond the threshold") {
  StandingQueue queue;
  queue.Update(Packets(1'000, [](int64_t) { return 80; }), kPath);
  CHECK(queue.queue() == Approx(0.030));
  CHECK(queue.excess() == Approx(0.026));
  CHECK(queue.least_delay_us() == 80'000);
}

TEST_CASE("StandingQueue: at low rates a packet of others is no queue") {
  StandingQueue queue;
  StandingQueue::Path path = kPath;
  path.rate = 480e3;  // 1200 bytes take 20 ms
  queue.Update(Packets(1'000, [](int64_t) { return 61; }), path);
  CHECK(queue.threshold() == Approx(0.020));
  CHECK(queue.excess() == Approx(-0.009));
}

TEST_CASE("StandingQueue: with jitter longer windows decide") {
  StandingQueue queue;
  StandingQueue::Path path = kPath;
  path.jitter = 0.013;
  queue.Update(Packets(1'000, [](int64_t) { return 70; }), path);
  // Thresholds of 4 ms and 17, 8.5 and 4.25 ms.
  CHECK(queue.threshold() == Approx(0.00825));
  CHECK(queue.excess() == Approx(0.020 - 0.00825));
  // A peak of 100 ms is below the threshold of its window, and the others see past it.
  queue.Update(Packets(1'000, [](int64_t ms) { return ms > 900 ? 70 : 52; }), path);
  CHECK(queue.excess() < 0);
}

TEST_CASE("StandingQueue: the window holds three frames") {
  StandingQueue queue;
  StandingQueue::Path path = kPath;
  const RecentPackets packets = Packets(1'000, [](int64_t ms) { return ms > 750 ? 90 : 52; });
  queue.Update(packets, path);
  CHECK(queue.queue() == Approx(0.040));
  path.frame_interval = 0.1;
  queue.Update(packets, path);
  CHECK(queue.queue() == Approx(0.002));
}

TEST_CASE("StandingQueue: after a pause the newest packet is all there is") {
  RecentPackets packets = Packets(1'000, [](int64_t) { return 90; });
  packets.OnPacket(DataSize::Bytes(1'000), Timestamp::Millis(100'000));
  packets.OnDelay(51'000);
  StandingQueue queue;
  queue.Update(packets, kPath);
  CHECK(queue.queue() == Approx(0.001));
}

}  // namespace
}  // namespace remb::core
