#include "tools/sim/event_queue.h"

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>
#include <vector>

namespace remb::sim {
namespace {

TEST_CASE("EventQueue.RunsInOrderOfTimeThenOfScheduling") {
  EventQueue events;
  std::string order;
  events.At(20, [&] { order += "c"; });
  events.At(10, [&] {
    order += "a";
    events.At(20, [&] { order += "e"; });
    events.After(0, [&] { order += "b"; });
  });
  events.At(20, [&] { order += "d"; });
  events.At(21, [&] { order += "f"; });
  events.RunUntil(20);
  CHECK(order == "abcde");
  CHECK(events.now() == 20);
  events.RunUntil(100);
  CHECK(order == "abcdef");
  CHECK(events.now() == 100);
  CHECK(events.events() == 6);
}

TEST_CASE("EventQueue.ManyOfEqualTimesKeepTheirOrder") {
  EventQueue events;
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) events.At(i % 7, [&order, i] { order.push_back(i); });
  events.RunUntil(7);
  REQUIRE(order.size() == 1000);
  for (size_t i = 1; i < order.size(); ++i) {
    const bool same_time = order[i - 1] % 7 == order[i] % 7;
    CHECK((same_time ? order[i - 1] < order[i] : order[i - 1] % 7 < order[i] % 7));
  }
}

TEST_CASE("EventQueue.APastTimeIsNow") {
  EventQueue events;
  events.RunUntil(50);
  Nanos when = 0;
  events.At(10, [&] { when = events.now(); });
  events.RunUntil(50);
  CHECK(when == 50);
}

TEST_CASE("EventQueue.DestroysWhatAnActionOwnsOnceItHasRun") {
  EventQueue events;
  auto owned = std::make_unique<int>(1);
  auto shared = std::make_shared<int>(1);
  events.At(1, [owned = std::move(owned), shared] { *owned = *shared; });
  CHECK(shared.use_count() == 2);
  events.RunUntil(1);
  CHECK(shared.use_count() == 1);
}

}  // namespace
}  // namespace remb::sim
