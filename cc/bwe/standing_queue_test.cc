#include "cc/bwe/standing_queue.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <utility>

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
    packets.OnDelay(static_cast<int64_t>(1'000.0 * delay_ms(ms)));
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

// A queue of 40 ms stood all the time, but for one packet at `ms`, 1 s being now.
RecentPackets EmptyAt(int64_t empty_ms, double delay_ms = 90) {
  return Packets(1'000, [=](int64_t ms) { return ms == empty_ms ? 52 : delay_ms; });
}

TEST_CASE("StandingQueue: the window is three frames long, 100 to 400 ms") {
  struct Window {
    double frame_interval;
    int64_t first_ms;  // that it has, by intervals of 20 ms
  };
  for (const Window& window : {Window{0.02, 920}, {0.05, 880}, {0.2, 620}}) {
    CAPTURE(window.frame_interval);
    StandingQueue queue;
    StandingQueue::Path path = kPath;
    path.frame_interval = window.frame_interval;
    queue.Update(EmptyAt(window.first_ms), path);
    CHECK(queue.least_delay_us() == 52'000);
    queue.Update(EmptyAt(window.first_ms - 10), path);
    CHECK(queue.least_delay_us() == 90'000);
  }
}

TEST_CASE("StandingQueue: the longest window is four times as long, up to 480 ms") {
  for (const auto& [interval, first_ms] : {std::pair(0.033, 620), std::pair(0.05, 540)}) {
    CAPTURE(interval);
    StandingQueue queue;
    StandingQueue::Path path = kPath;
    path.frame_interval = interval;
    queue.Update(EmptyAt(first_ms), path);
    CHECK(queue.long_least_delay_us() == 52'000);
    queue.Update(EmptyAt(first_ms - 10), path);
    CHECK(queue.long_least_delay_us() == 90'000);
  }
}

TEST_CASE("StandingQueue: the excess is that of the window where it is most") {
  StandingQueue queue;
  StandingQueue::Path path = kPath;
  path.jitter = 0.013;               // thresholds of 21, 12.5 and 8.25 ms
  queue.Update(EmptyAt(810), path);  // seen by the longest window alone
  CHECK(queue.queue() == Approx(0.040));
  CHECK(queue.threshold() == Approx(0.0125));
  CHECK(queue.excess() == Approx(0.0275));
  // By that of 200 ms too. What was before does not count.
  queue.Update(EmptyAt(820), path);
  CHECK(queue.queue() == Approx(0.040));
  CHECK(queue.threshold() == Approx(0.021));
  CHECK(queue.excess() == Approx(0.019));
  queue.Update(EmptyAt(820, 72.5), path);
  CHECK(queue.threshold() == Approx(0.021));
  CHECK(queue.excess() == Approx(0.0015));
}

TEST_CASE("StandingQueue: a path that carries next to nothing has no queue") {
  StandingQueue queue;
  StandingQueue::Path path = kPath;
  path.rate = 0;
  queue.Update(Packets(1'000, [](int64_t) { return 90; }), path);
  CHECK(queue.threshold() == Approx(8 * 1200));  // as of 1 bit/s
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
