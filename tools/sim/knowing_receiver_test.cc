#include "tools/sim/knowing_receiver.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "tools/sim/event_queue.h"

namespace remb::sim {
namespace {

using Rembs = std::vector<std::pair<int64_t, int64_t>>;  // ms, bit/s

struct Knowing {
  Knowing(double share, Nanos lag)
      : receiver(&events, share, lag, [this](int64_t bps) {
          rembs.push_back({events.now() / kMillisecond, bps});
        }) {}
  void RunUntil(int64_t ms) { events.RunUntil(ms * kMillisecond); }

  EventQueue events;
  KnowingReceiver receiver;
  Rembs rembs;
};

TEST_CASE("a share of the fair share, each 200 ms and at once when it changes") {
  Knowing knowing(0.9, 0);
  knowing.receiver.SetFairShare(1'000'000);
  knowing.receiver.Start();
  knowing.RunUntil(250);
  knowing.receiver.SetFairShare(2'000'000);
  knowing.receiver.SetFairShare(2'000'000);
  knowing.RunUntil(450);
  CHECK(knowing.rembs == Rembs{{0, 900'000}, {200, 900'000}, {250, 1'800'000}, {400, 1'800'000}});
}

TEST_CASE("what it learns late it says late, each change at its own time") {
  Knowing knowing(0.5, 250 * kMillisecond);
  knowing.receiver.Start();
  knowing.receiver.SetFairShare(1'000'000);
  knowing.RunUntil(120);
  knowing.receiver.SetFairShare(600'000);
  knowing.RunUntil(450);
  CHECK(knowing.rembs == Rembs{{250, 500'000}, {370, 300'000}, {400, 300'000}});
}

TEST_CASE("nothing while there is no share, and nothing once stopped") {
  Knowing knowing(0.9, 0);
  knowing.receiver.Start();
  knowing.RunUntil(500);
  CHECK(knowing.rembs.empty());
  knowing.receiver.SetFairShare(1'000'000);
  knowing.receiver.SetFairShare(0);
  knowing.RunUntil(700);
  CHECK(knowing.rembs == Rembs{{500, 900'000}});
  knowing.receiver.Stop();
  knowing.receiver.SetFairShare(1'000'000);
  knowing.RunUntil(2'000);
  CHECK(knowing.rembs.size() == 1);
}

}  // namespace
}  // namespace remb::sim
