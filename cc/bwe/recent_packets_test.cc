#include "cc/bwe/recent_packets.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

namespace remb::core {
namespace {

int64_t LeastDelay(const RecentPackets& packets, int intervals) {
  return packets.LeastDelays({intervals, intervals, intervals})[2];
}

void Feed(RecentPackets& packets, int64_t ms, int64_t delay_us, int64_t bytes = 1000) {
  packets.OnPacket(DataSize::Bytes(bytes), Timestamp::Millis(ms));
  packets.OnDelay(delay_us);
}

TEST_CASE("RecentPackets: the least delay of each window") {
  RecentPackets packets;
  CHECK(LeastDelay(packets, 10) == RecentPackets::kNone);
  Feed(packets, 1'000, 10);
  Feed(packets, 1'200, 20);
  Feed(packets, 1'300, 30);
  Feed(packets, 1'301, 40);
  CHECK(packets.LeastDelays({5, 10, 20}) == std::array<int64_t, 3>{30, 20, 10});
  CHECK(packets.LeastDelays({5, 5, 6}) == std::array<int64_t, 3>{30, 30, 20});
}

TEST_CASE("RecentPackets: the least delays are those that a look at every interval finds") {
  constexpr std::array<int, 3> kWindows = {5, 11, 24};
  std::mt19937 random(7);
  RecentPackets packets;
  std::map<int64_t, int64_t> least;  // by interval
  int64_t ms = 0;
  for (int i = 0; i < 20'000; ++i) {
    // Delays that rise, fall, and jump, with ties; now and then a pause, or nothing to know.
    ms += static_cast<int64_t>(random() % 500 == 0 ? random() % 3'000 : random() % 15);
    const int64_t slope = i / 1'000 % 3 - 1;
    const int64_t delay_us = slope * ms + static_cast<int64_t>(random() % 8);
    packets.OnPacket(DataSize::Bytes(100), Timestamp::Millis(ms));
    if (random() % 4 > 0) {
      packets.OnDelay(delay_us);
      const auto place = least.try_emplace(ms / 20, delay_us).first;
      place->second = std::min(place->second, delay_us);
    }
    if (random() % 2'000 == 0) {
      packets.ForgetDelays();
      least.clear();
    }
    std::array<int64_t, 3> expected;
    for (size_t k = 0; k < kWindows.size(); ++k) {
      expected[k] = RecentPackets::kNone;
      for (auto it = least.upper_bound(ms / 20 - kWindows[k]); it != least.end(); ++it) {
        expected[k] = std::min(expected[k], it->second);
      }
    }
    REQUIRE(packets.LeastDelays(kWindows) == expected);
  }
  CHECK(packets.bytes() == 2'000'000);
}

TEST_CASE("RecentPackets: packets without a delay count in the rate alone") {
  RecentPackets packets;
  for (int64_t ms = 5'000; ms < 7'000; ms += 20) {
    packets.OnPacket(DataSize::Bytes(1000), Timestamp::Millis(ms));
  }
  CHECK(LeastDelay(packets, 20) == RecentPackets::kNone);
  CHECK(packets.incoming_bitrate()->kbps() == 400);
  CHECK(packets.Rate(TimeDelta::Millis(200)) == 400'000);
}

TEST_CASE("RecentPackets: delays may be forgotten, bytes not") {
  RecentPackets packets;
  for (int64_t ms = 0; ms < 2'000; ms += 10) Feed(packets, ms, 10);
  packets.ForgetDelays();
  CHECK(LeastDelay(packets, 20) == RecentPackets::kNone);
  CHECK(packets.incoming_bitrate()->kbps() == 800);
}

TEST_CASE("RecentPackets: a rate from the beginning, and after a pause") {
  RecentPackets packets;
  CHECK_FALSE(packets.incoming_bitrate());
  Feed(packets, 0, 0);
  CHECK_FALSE(packets.incoming_bitrate());
  for (int64_t ms = 10; ms < 500; ms += 10) Feed(packets, ms, 0);
  CHECK(packets.incoming_bitrate()->kbps() == 800);
  // Places in the ring are used again; what they held must not be seen.
  for (int64_t ms : {1'780, 100'000, 100'000'000}) {
    Feed(packets, ms, 7, 500);
    CHECK(packets.incoming_bitrate()->bps() == 4'000);
    CHECK(LeastDelay(packets, 24) == 7);
  }
}

TEST_CASE("RecentPackets: packets of no size, and many at a time") {
  RecentPackets packets;
  for (int i = 0; i < 100'000; ++i) Feed(packets, 3'000, 5, i % 2 * 1'000);
  Feed(packets, 3'990, 6, 0);
  CHECK(packets.Rate(TimeDelta::Seconds(1)) == 400e6);
}

TEST_CASE("RecentPackets: a rate holds all since the first packet, whenever that was") {
  for (const int64_t begin_ms : {0, 5'000}) {
    CAPTURE(begin_ms);
    RecentPackets packets;
    Feed(packets, begin_ms, 0, 10'000);
    Feed(packets, begin_ms + 90, 0);
    CHECK(packets.Rate(TimeDelta::Seconds(1)) == 8 * 11'000 / 0.1);
    CHECK(packets.Rate(TimeDelta::Millis(20)) == 8 * 1'000 / 0.02);
    CHECK(packets.Rate(TimeDelta::Millis(19)) == 0);  // no whole interval
  }
}

}  // namespace
}  // namespace remb::core
