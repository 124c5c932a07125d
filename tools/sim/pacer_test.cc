#include "tools/sim/pacer.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tools/sim/event_queue.h"

namespace remb::sim {
namespace {

struct Paced {
  explicit Paced(double factor)
      : pacer(&events, factor, [this](const Packet& packet) {
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

}  // namespace
}  // namespace remb::sim
