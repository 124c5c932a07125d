#include "cc/bwe/base_delay.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <utility>

namespace remb::core {
namespace {

TEST_CASE("BaseDelay: the least of 20 s") {
  BaseDelay base;
  CHECK(base.us() == BaseDelay::kNone);
  base.OnDelay(40'000, Timestamp::Millis(1'000));
  int64_t now_ms = 1'000;
  for (; now_ms < 19'000; now_ms += 10) base.OnDelay(50'000, Timestamp::Millis(now_ms));
  CHECK(base.us() == 40'000);
  for (; now_ms < 21'010; now_ms += 10) base.OnDelay(50'000, Timestamp::Millis(now_ms));
  CHECK(base.us() == 50'000);
}

TEST_CASE("BaseDelay: clocks 100 ppm apart cost 2 ms") {
  BaseDelay base;
  int64_t most_us = 0;
  for (int64_t ms = 0; ms < 120'000; ms += 20) {
    const int64_t delay_us = 40'000 + ms / 10;
    base.OnDelay(delay_us, Timestamp::Millis(ms));
    most_us = std::max(most_us, delay_us - base.us());
  }
  CHECK(most_us <= 2'000);
  CHECK(most_us >= 1'800);
}

TEST_CASE("SteadyDelay: what does not vary for 2 s is a path") {
  SteadyDelay steady;
  int64_t now_ms = 0;
  for (; now_ms < 2'000; now_ms += 25) {
    CHECK_FALSE(steady.Update(90'000 + now_ms % 4 * 500, 0, Timestamp::Millis(now_ms)));
  }
  CHECK(steady.Update(91'000, 0, Timestamp::Millis(now_ms)));
  CHECK(steady.delay_us() == 90'000);
}

TEST_CASE("SteadyDelay: a queue varies") {
  SteadyDelay steady;
  for (int64_t ms = 0; ms < 20'000; ms += 25) {
    // By 2.1 ms each 1.5 s.
    CHECK_FALSE(steady.Update(90'000 + ms / 1'500 % 2 * 2'100, 0, Timestamp::Millis(ms)));
  }
}

TEST_CASE("SteadyDelay: soon after a leap 0.5 s are enough, unless the delay falls again") {
  SteadyDelay clock_set;
  clock_set.Update(50'000, 0, Timestamp::Millis(900));
  clock_set.OnLeap(50'000, Timestamp::Millis(1'000));
  for (int64_t ms = 1'000; ms < 1'500; ms += 25) {
    CHECK_FALSE(clock_set.Update(150'000, 0, Timestamp::Millis(ms)));
  }
  CHECK(clock_set.Update(150'000, 0, Timestamp::Millis(1'500)));
  CHECK(clock_set.delay_us() == 150'000);
  SteadyDelay held_up;
  held_up.OnLeap(50'000, Timestamp::Millis(1'000));
  // It empties at a tenth of the capacity.
  for (int64_t ms = 1'000; ms < 2'000; ms += 25) {
    CHECK_FALSE(held_up.Update(150'000 - (ms - 1'000) * 100, 0, Timestamp::Millis(ms)));
  }
  SteadyDelay long_ago;
  long_ago.OnLeap(50'000, Timestamp::Millis(1'000));
  for (int64_t ms = 2'100; ms < 4'100; ms += 25) {
    CHECK_FALSE(long_ago.Update(150'000, 0, Timestamp::Millis(ms)));
  }
}

TEST_CASE("SteadyDelay: soon after a leap it may change by the jitter") {
  for (double jitter : {0.0, 0.005}) {
    SteadyDelay steady;
    steady.OnLeap(50'000, Timestamp::Millis(0));
    bool is_steady = false;
    for (int64_t ms = 0; ms <= 600; ms += 25) {
      is_steady |= steady.Update(150'000 + ms % 100 * 60, jitter, Timestamp::Millis(ms));
    }
    CHECK(is_steady == (jitter > 0));
  }
}

TEST_CASE("SteadyDelay: a leap that single packets made is none") {
  for (int64_t back_us : {60'000, 140'000}) {
    SteadyDelay steady;
    steady.OnLeap(50'000, Timestamp::Millis(0));
    steady.OnFall(back_us);
    CHECK(steady.HasLeapt(Timestamp::Millis(1)) == (back_us > 100'000));
  }
}

TEST_CASE("SteadyDelay: what was steady before a leap says nothing after it") {
  SteadyDelay steady;
  for (int64_t ms = 0; ms <= 1'000; ms += 25) steady.Update(50'000, 0, Timestamp::Millis(ms));
  steady.OnLeap(50'000, Timestamp::Millis(1'010));
  CHECK_FALSE(steady.Update(50'000, 0, Timestamp::Millis(1'025)));
}

TEST_CASE("SteadyDelay: begins anew") {
  SteadyDelay steady;
  for (int64_t ms = 0; ms <= 1'900; ms += 25) steady.Update(90'000, 0, Timestamp::Millis(ms));
  steady.Restart();
  CHECK_FALSE(steady.Update(90'000, 0, Timestamp::Millis(2'100)));
  CHECK(steady.Update(90'000, 0, Timestamp::Millis(4'100)));
}

TEST_CASE("SteadyDelay: a delay is steady within 2 ms, soon after a leap within the jitter more") {
  for (const auto& [leap, band_us] : {std::pair(false, 2'000), std::pair(true, 7'000)}) {
    for (const int beyond_us : {0, 1}) {
      CAPTURE(band_us, beyond_us);
      SteadyDelay steady;
      if (leap) steady.OnLeap(50'000, Timestamp::Millis(0));
      bool is_steady = false;
      for (int64_t ms = 0; ms <= 3'000; ms += 25) {
        if (leap && ms > 1'500) break;
        const int64_t delay_us = ms % 50 == 0 ? 150'000 : 150'000 + band_us + beyond_us;
        is_steady |= steady.Update(delay_us, 0.005, Timestamp::Millis(ms));
      }
      CHECK(is_steady == (beyond_us == 0));
    }
  }
}

TEST_CASE("SteadyDelay: a leap is of the last 1.5 s") {
  SteadyDelay steady;
  CHECK_FALSE(steady.HasLeapt(Timestamp::Millis(0)));
  steady.OnLeap(50'000, Timestamp::Millis(0));
  CHECK(steady.HasLeapt(Timestamp::Millis(1'500)));
  CHECK_FALSE(steady.HasLeapt(Timestamp::Millis(1'501)));
}

TEST_CASE("SteadyDelay: a leap ends with a fall to less than 25 ms above what was before") {
  for (const auto& [back_us, leapt] : {std::pair(74'999, false), std::pair(75'000, true)}) {
    SteadyDelay steady;
    steady.OnLeap(50'000, Timestamp::Millis(0));
    steady.OnFall(back_us);
    CHECK(steady.HasLeapt(Timestamp::Millis(1)) == leapt);
  }
}

TEST_CASE("SteadyDelay: knows nothing of the time before the first delay") {
  SteadyDelay steady;
  CHECK_FALSE(steady.Update(1'000, 0, Timestamp::Millis(5'000)));
}

}  // namespace
}  // namespace remb::core
