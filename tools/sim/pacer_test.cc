#include "tools/sim/pacer.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tools/sim/event_queue.h"

namespace remb::sim {
namespace {

struct Paced {
  explicit Paced(double factor, Nanos burst = 0)
      : pacer(&events, factor, burst, [this](const Packet& packet) {
          times.push_back(events.now());
          bytes.push_back(packet.bytes);
        }) {}

  void Enqueue(int32_t size) {
    Packet packet;
    packet.bytes = size;
    pacer.Enqueue(packet);
  }

  EventQueue events;
  Pacer pacer;
  std::vector<Nanos> times;
  std::vector<int32_t> bytes;
};

TEST_CASE("packets leave at 2.5 times the target, the first at once") {
  Paced paced(2.5);
  paced.pacer.SetTarget(1'000'000);
  for (const int32_t size : {1'000, 500, 1'000}) paced.Enqueue(size);
  CHECK(paced.pacer.QueueTime() == 8 * kMillisecond);  // 3.2 for the one that left, 1.6, 3.2
  paced.events.RunUntil(kSecond);
  CHECK(paced.times == std::vector<Nanos>{0, 3'200'000, 4'800'000});
  CHECK(paced.bytes == std::vector<int32_t>{1'000, 500, 1'000});
  CHECK(paced.pacer.QueueTime() == 0);
}

TEST_CASE("a later packet keeps its distance, and after a while leaves at once") {
  Paced paced(2.5);
  paced.pacer.SetTarget(1'000'000);
  paced.Enqueue(1'000);
  paced.events.RunUntil(kMillisecond);
  paced.Enqueue(1'000);
  paced.events.RunUntil(10 * kMillisecond);
  paced.Enqueue(1'000);
  CHECK(paced.times == std::vector<Nanos>{0, 3'200'000, 10'000'000});
}

TEST_CASE("a new target changes the rest of a wait in proportion") {
  Paced paced(2.5);
  paced.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 3; ++i) paced.Enqueue(1'000);
  paced.events.RunUntil(1'200'000);  // 2 ms are left
  paced.pacer.SetTarget(2'000'000);
  paced.events.RunUntil(kSecond);
  CHECK(paced.times == std::vector<Nanos>{0, 2'200'000, 3'800'000});

  Paced slower(2.5);
  slower.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 2; ++i) slower.Enqueue(1'000);
  slower.events.RunUntil(1'200'000);
  slower.pacer.SetTarget(500'000);
  slower.events.RunUntil(kSecond);
  CHECK(slower.times == std::vector<Nanos>{0, 5'200'000});
}

TEST_CASE("what is cleared never leaves, and what comes after is not early") {
  Paced paced(1);
  paced.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 3; ++i) paced.Enqueue(1'000);
  paced.events.RunUntil(kMillisecond);
  paced.pacer.Clear();
  paced.Enqueue(700);
  paced.events.RunUntil(kSecond);
  CHECK(paced.times == std::vector<Nanos>{0, 8'000'000});
  CHECK(paced.bytes == std::vector<int32_t>{1'000, 700});
}

// 40 ms at 2.5 Mbit/s are 12.5 kB: 40 ms of debt, which a 13th packet of 1 kB may exceed.
TEST_CASE("what is owed less than the burst for leaves at once, the rest when all is paid off") {
  Paced paced(2.5, 40 * kMillisecond);
  paced.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 30; ++i) paced.Enqueue(1'000);
  paced.events.RunUntil(kSecond);
  std::vector<Nanos> expected(13, 0);
  expected.insert(expected.end(), 13, 41'600'000);  // 13 packets of 3.2 ms
  expected.insert(expected.end(), 4, 83'200'000);
  CHECK(paced.times == expected);
}

TEST_CASE("a frame leaves at once if what is left of the last one's debt is below the burst") {
  Paced paced(2.5, 40 * kMillisecond);
  paced.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 13; ++i) paced.Enqueue(1'000);
  paced.events.RunUntil(10 * kMillisecond);  // 31.6 ms are left
  for (int i = 0; i < 4; ++i) paced.Enqueue(1'000);
  CHECK(paced.times.size() == 16);  // 3 more: 41.2 ms
  CHECK(paced.pacer.QueueTime() == 44'400'000);
  paced.events.RunUntil(kSecond);
  CHECK(paced.times[15] == 10 * kMillisecond);
  CHECK(paced.times.back() == 51'200'000);
}

TEST_CASE("a new target changes the debt in time, and with it what may leave at once") {
  Paced paced(2.5, 40 * kMillisecond);
  paced.pacer.SetTarget(1'000'000);
  for (int i = 0; i < 20; ++i) paced.Enqueue(1'000);
  paced.events.RunUntil(1'600'000);  // 40 ms are left
  paced.pacer.SetTarget(2'000'000);  // 20 ms: 13 packets of 1.6 ms more may go
  paced.events.RunUntil(1'600'000);
  CHECK(paced.times == [] {
    std::vector<Nanos> times(13, 0);
    times.insert(times.end(), 7, 1'600'000);
    return times;
  }());
}

TEST_CASE("no burst is longer than 63 kB") {
  Paced paced(2.5, 40 * kMillisecond);
  paced.pacer.SetTarget(40'000'000);  // 40 ms would be 500 kB
  for (int i = 0; i < 200; ++i) paced.Enqueue(1'000);
  CHECK(paced.times.size() == 63);
  paced.events.RunUntil(kSecond);
  CHECK(paced.times[63] == 5'040'000);  // 63 packets of 80 us
  CHECK(paced.times.back() == 3 * 5'040'000);
}

}  // namespace
}  // namespace remb::sim
