#include "cc/bwe/queue_drain.h"

#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

Timestamp At(int64_t ms) { return Timestamp::Millis(ms); }

TEST_CASE("QueueDrain: none while the queue empties by itself") {
  QueueDrain drain;
  for (int64_t ms = 0; ms < 60'000; ms += 25) {
    CHECK_FALSE(drain.Update(ms % 5'000 == 0 ? 0.001 : 0.004, 0.005, At(ms)));
  }
}

TEST_CASE("QueueDrain: after ten seconds with a queue, until it is empty") {
  QueueDrain drain;
  CHECK_FALSE(drain.Update(0.001, 0.005, At(0)));
  for (int64_t ms = 25; ms < 10'000; ms += 25) CHECK_FALSE(drain.Update(0.004, 0.005, At(ms)));
  CHECK(drain.Update(0.004, 0.005, At(10'000)));
  CHECK(drain.Update(0.003, 0.005, At(10'100)));
  CHECK_FALSE(drain.Update(0.002, 0.005, At(10'200)));
  CHECK_FALSE(drain.HasFailed(At(10'200)));
  CHECK_FALSE(drain.Update(0.004, 0.005, At(20'100)));
  CHECK(drain.Update(0.004, 0.005, At(20'200)));
}

TEST_CASE("QueueDrain: gives up on what stays") {
  QueueDrain drain;
  drain.Update(0.001, 0.005, At(0));
  drain.Ask(At(1'000));
  CHECK(drain.Update(0.040, 0.005, At(1'000)));
  CHECK(drain.Update(0.040, 0.005, At(2'175)));
  CHECK_FALSE(drain.Update(0.040, 0.005, At(2'200)));
  CHECK(drain.HasFailed(At(3'699)));
  CHECK_FALSE(drain.HasFailed(At(3'700)));
  // Not again at once.
  drain.Ask(At(3'699));
  CHECK_FALSE(drain.active());
  drain.Ask(At(3'700));
  CHECK(drain.active());
}

}  // namespace
}  // namespace remb::core
