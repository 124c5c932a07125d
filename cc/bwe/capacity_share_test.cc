#include "cc/bwe/capacity_share.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

namespace remb::core {
namespace {

using Catch::Approx;

TEST_CASE("CapacityShare: needs three trains and a fourth that ends them") {
  CapacityShare share;
  for (int i = 0; i < 3; ++i) {
    share.OnTrainStart(Timestamp::Millis(40 * i), 5'000 * i);
    CHECK_FALSE(share.Rate(TimeDelta::Seconds(1)));
  }
  share.OnTrainStart(Timestamp::Millis(120), 15'000);
  CHECK(*share.Rate(TimeDelta::Seconds(1)) == Approx(1e6));
  // Also where the window is shorter.
  CHECK(*share.Rate(TimeDelta::Millis(50)) == Approx(1e6));
}

TEST_CASE("CapacityShare: whole trains, whenever it is asked") {
  CapacityShare share;
  int64_t bytes = 0;
  for (int i = 0; i < 300; ++i) {
    share.OnTrainStart(Timestamp::Millis(33 * i), bytes);
    bytes += 4'125;
    if (i > 3) CHECK(*share.Rate(TimeDelta::Millis(150 + i)) == Approx(1e6));
  }
}

TEST_CASE("CapacityShare: a short window forgets what was before a change") {
  CapacityShare share;
  int64_t bytes = 0;
  int64_t ms = 0;
  for (int i = 0; i < 30; ++i, ms += 33, bytes += 8'250) {
    share.OnTrainStart(Timestamp::Millis(ms), bytes);
  }
  for (int i = 0; i < 6; ++i, ms += 33, bytes += 4'125) {
    share.OnTrainStart(Timestamp::Millis(ms), bytes);
  }
  CHECK(*share.Rate(TimeDelta::Millis(150)) == Approx(1e6));
  CHECK(*share.Rate(TimeDelta::Millis(800)) > 1.7e6);
}

TEST_CASE("CapacityShare: the window may change from rate to rate") {
  std::mt19937 random(7);
  CapacityShare share;
  std::vector<int64_t> starts;  // ms; as many bytes before each as the square of its number
  int64_t ms = 0;
  for (int64_t i = 0; i < 5'000; ++i) {
    if (random() % 300 == 0) {
      share.Restart();
      starts.clear();
    }
    ms += 1 + static_cast<int64_t>(random() % 30);
    share.OnTrainStart(Timestamp::Millis(ms), i * i);
    starts.push_back(ms);
    if (random() % 3 == 0 || starts.size() < 4) continue;
    const auto window_ms = static_cast<int64_t>(random() % 900);
    int64_t trains = 3;
    const int64_t most = std::min<int64_t>(std::ssize(starts), 128) - 1;
    const auto age = [&](int64_t n) { return ms - *(starts.end() - 1 - n); };
    while (trains < most && age(trains + 1) <= window_ms) ++trains;
    const auto bits = static_cast<double>(8 * (i * i - (i - trains) * (i - trains)));
    REQUIRE(*share.Rate(TimeDelta::Millis(window_ms)) ==
            Approx(bits * 1e3 / static_cast<double>(age(trains))));
  }
}

TEST_CASE("CapacityShare: of many trains the newest 128 at most") {
  CapacityShare share;
  for (int i = 0; i < 1'000; ++i) {
    share.OnTrainStart(Timestamp::Millis(i), 125 * i + (i > 900 ? 125 * (i - 900) : 0));
  }
  // 99 trains of 250 bytes, and 28 of 125.
  CHECK(*share.Rate(TimeDelta::Millis(800)) == Approx(8e3 * (99 * 250 + 28 * 125) / 127));
}

TEST_CASE("CapacityShare: a pause does not count") {
  CapacityShare share;
  for (int i = 0; i < 10; ++i) share.OnTrainStart(Timestamp::Millis(30 * i), 1'000 * i);
  share.Restart();
  CHECK_FALSE(share.Rate(TimeDelta::Seconds(1)));
}

TEST_CASE("CapacityShare: trains that arrive at once have no rate") {
  CapacityShare share;
  for (int i = 0; i < 10; ++i) share.OnTrainStart(Timestamp::Millis(7), 1'000 * i);
  CHECK_FALSE(share.Rate(TimeDelta::Seconds(1)));
}

TEST_CASE("DecayingPeak: is forgotten within its time") {
  DecayingPeak peak(4);
  peak.Update(100, 0.025);
  CHECK(peak.value() == 100);
  for (int i = 0; i < 160; ++i) peak.Update(10, 0.025);
  CHECK(peak.value() == Approx(36.8).margin(0.5));  // 1 / e
  peak.Update(1, 10);
  CHECK(peak.value() == 1);
  peak.Update(0, 10);
  CHECK(peak.value() == 0);
}

}  // namespace
}  // namespace remb::core
