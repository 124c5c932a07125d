#include "cc/bwe/windowed_minimum.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Minimum = WindowedMinimum<4, 1000>;

TEST_CASE("WindowedMinimum: none without a value") { CHECK(Minimum().value() == Minimum::kNone); }

TEST_CASE("WindowedMinimum: a value counts for three to four buckets of time") {
  for (int64_t begin_us : {0, 999'999, 1'000'000}) {
    Minimum minimum;
    minimum.OnValue(5, Timestamp::Micros(begin_us));
    minimum.OnValue(9, Timestamp::Micros(begin_us + 2'999));
    CHECK(minimum.value() == 5);
    minimum.OnValue(9, Timestamp::Micros(begin_us + 4'000));
    CHECK(minimum.value() == 9);
  }
}

TEST_CASE("WindowedMinimum: after a long silence nothing old is left") {
  Minimum minimum;
  minimum.OnValue(-5, Timestamp::Micros(0));
  minimum.OnValue(7, Timestamp::Micros(1'000'000'000'000));
  CHECK(minimum.value() == 7);
}

TEST_CASE("WindowedMinimum: restarts with a value") {
  Minimum minimum;
  minimum.OnValue(1, Timestamp::Micros(100));
  minimum.Restart(8, Timestamp::Micros(1'500));
  CHECK(minimum.value() == 8);
  minimum.OnValue(9, Timestamp::Micros(4'499));
  CHECK(minimum.value() == 8);
  minimum.OnValue(9, Timestamp::Micros(5'500));
  CHECK(minimum.value() == 9);
}

TEST_CASE("WindowedMinimum: is that of all values of the buckets it has") {
  testing::Random random(3);
  Minimum minimum;
  int64_t now_us = 0;
  std::vector<std::pair<int64_t, int64_t>> all;
  for (int i = 0; i < 10'000; ++i) {
    now_us += random.Uniform(0, 400);
    const int64_t value = random.Uniform(-1'000'000, 1'000'000);
    all.emplace_back(now_us, value);
    minimum.OnValue(value, Timestamp::Micros(now_us));
    int64_t expected = Minimum::kNone;
    for (size_t j = all.size(); j-- > 0 && all[j].first / 1000 > now_us / 1000 - 4;) {
      expected = std::min(expected, all[j].second);
    }
    REQUIRE(minimum.value() == expected);
  }
}

}  // namespace
}  // namespace remb::core
