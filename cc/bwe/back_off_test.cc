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

TEST_CASE("BackOff: cuts below what is delivered, however much more the rate was") {
  BackOff back_off;
  CHECK(back_off.OnBusy({.excess = 0.028, .share = 2e6, .trains = {}}, 9e6, At(0)) ==
        Approx(2e6 * (1 - 0.028 / 0.35)));
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

TEST_CASE("BackOff: without a share nothing is known, nor with one of nothing") {
  BackOff back_off;
  CHECK(back_off.OnBusy({.excess = 0.1, .share = {}, .trains = {}}, 2e6, At(0)) == 2e6);
  CHECK(back_off.OnBusy({.excess = 0.1, .share = 0, .trains = 1e6}, 2e6, At(25)) == 2e6);
  CHECK(back_off.train_share() == 1);
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

TEST_CASE("BackOff: a queue tells of its share once it is 0.2 s old, or at once if it is long") {
  BackOff back_off;
  const BackOff::Busy small = {.excess = 0.03, .share = 1e6, .trains = 2e6};
  for (int ms = 0; ms <= 200; ms += 25) back_off.OnBusy(small, 1e6, At(ms));
  CHECK(back_off.train_share() == 1);
  back_off.OnBusy(small, 1e6, At(225));
  CHECK(back_off.train_share() == Approx(0.95));  // a tenth of the way
  BackOff at_once;
  at_once.OnBusy({.excess = 0.031, .share = 1e6, .trains = 2e6}, 1e6, At(0));
  CHECK(at_once.train_share() == Approx(0.95));
}

TEST_CASE("BackOff: a break makes a queue young again") {
  BackOff back_off;
  const BackOff::Busy busy = {.excess = 0.02, .share = 1e6, .trains = 2e6};
  for (int ms = 0; ms < 1'000; ms += 100) {
    back_off.OnBusy(busy, 1e6, At(ms));
    back_off.OnFree(0);
  }
  CHECK(back_off.train_share() == 1);
}

TEST_CASE("BackOff: a share above what trains show counts as 1.5 of it at most") {
  BackOff back_off;
  back_off.OnBusy({.excess = 0.05, .share = 4e6, .trains = 1e6}, 4e6, At(0));
  CHECK(back_off.train_share() == Approx(1.05));
}

TEST_CASE("BackOff: after a long time without a queue all of what trains show is ours") {
  BackOff back_off;
  back_off.OnBusy({.excess = 0.05, .share = 1e6, .trains = 2e6}, 1e6, At(0));
  back_off.OnFree(60);
  CHECK(back_off.train_share() == Approx(1));
}

TEST_CASE("BackOff: of a queue counts what the rate has not yet cut") {
  BackOff back_off;
  const double excess = 0.1 * 0.9;
  CHECK(back_off.OnBusy({.excess = 0.1, .share = 2e6, .trains = {}}, 1.8e6, At(0)) ==
        Approx(2e6 * (1 - excess / 0.35 - (excess - 0.03) * (1 / 0.15 - 1 / 0.35))));
}

}  // namespace
}  // namespace remb::core
