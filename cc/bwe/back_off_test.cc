#include "cc/bwe/back_off.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

using Catch::Approx;

Timestamp At(int64_t ms) { return Timestamp::Millis(ms); }

TEST_CASE("BackOff: to what empties the queue in a third of a second") {
  BackOff back_off;
  CHECK(back_off.OnBusy({.excess = 0.028, .share = 2e6, .trains = {}}, 2e6, At(0)) ==
        Approx(2e6 * (1 - 0.028 / 0.35)));
}

TEST_CASE("BackOff: faster if the queue is long, by at most 0.6") {
  BackOff back_off;
  CHECK(back_off.OnBusy({.excess = 0.06, .share = 2e6, .trains = {}}, 2e6, At(0)) ==
        Approx(2e6 * (1 - 0.06 / 0.35 - 0.03 * (1 / 0.15 - 1 / 0.35))));
  CHECK(back_off.OnBusy({.excess = 0.5, .share = 2e6, .trains = {}}, 2e6, At(0)) == Approx(0.8e6));
}

TEST_CASE("BackOff: what was cut already is not cut again, and the rate never rises") {
  BackOff back_off;
  double rate = 2e6;
  for (int ms = 0; ms < 1'000; ms += 25) {
    const double next = back_off.OnBusy({.excess = 0.1, .share = 2e6, .trains = {}}, rate, At(ms));
    CHECK(next <= rate);
    rate = next;
  }
  CHECK(rate > 0.7e6);
  CHECK(back_off.OnBusy({.excess = 0.01, .share = 9e6, .trains = {}}, rate, At(1'000)) == rate);
}

TEST_CASE("BackOff: without a share nothing is known") {
  BackOff back_off;
  CHECK(back_off.OnBusy({.excess = 0.1, .share = {}, .trains = {}}, 2e6, At(0)) == 2e6);
}

TEST_CASE("BackOff: busy times close together are one episode") {
  BackOff back_off;
  CHECK_FALSE(back_off.Newest(At(0)));
  const BackOff::Busy busy = {.excess = 0.025, .share = 1e6, .trains = {}};
  back_off.OnBusy(busy, 2e6, At(1'000));
  back_off.OnFree(0.025);
  back_off.OnBusy(busy, 1e6, At(1'300));
  back_off.OnFree(0.025);
  const auto episode = back_off.Newest(At(1'500));
  REQUIRE(episode);
  CHECK(episode->rate_before == 2e6);
  CHECK(episode->length == Approx(0.3));
  CHECK(episode->since == Approx(0.2));
  back_off.OnBusy(busy, 1e6, At(1'700));
  CHECK(back_off.Newest(At(1'700))->rate_before == 1e6);
  back_off.Forget();
  CHECK_FALSE(back_off.Newest(At(1'800)));
}

TEST_CASE("BackOff: learns its share of trains from certain queues, and forgets it") {
  BackOff back_off;
  for (int ms = 0; ms <= 3'000; ms += 25) {
    back_off.OnBusy({.excess = 0.01, .share = 1e6, .trains = 2e6}, 1e6, At(ms));
  }
  CHECK(back_off.train_share() == 1);
  for (int ms = 3'000; ms <= 6'000; ms += 25) {
    back_off.OnBusy({.excess = 0.02, .share = 1e6, .trains = 2e6}, 1e6, At(ms));
  }
  CHECK(back_off.train_share() == Approx(0.5).margin(0.01));
  for (int i = 0; i < 320; ++i) back_off.OnFree(0.025);
  CHECK(back_off.train_share() == Approx(1 - 0.5 / 2.718).margin(0.01));
  for (int i = 0; i < 100; ++i) {
    back_off.OnBusy({.excess = 0.05, .share = 1e3, .trains = 2e6}, 1e6, At(20'000));
  }
  CHECK(back_off.train_share() == Approx(0.2).margin(0.01));
}

}  // namespace
}  // namespace remb::core
