#include "tools/sim/token_bucket.h"

#include <catch2/catch_test_macros.hpp>

#include "tools/sim/link.h"
#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;
using test::Source;

LinkConfig BucketLink(BucketConfig::Kind kind, int64_t burst_bytes) {
  LinkConfig config = ConstantLink(40'000'000);
  config.queue.limit = 10 * kSecond;
  config.bucket = {.kind = kind, .bps = 2'000'000, .burst_bytes = burst_bytes};
  return config;
}

TEST_CASE("TokenBucket.IsExact") {
  TokenBucket bucket(3, 1);  // 8 bits, 3 bit/s
  CHECK(bucket.Take(1, 0));
  CHECK(bucket.Wait(1, 0) == 2'666'666'667);
  CHECK_FALSE(bucket.Take(1, 2'666'666'666));
  CHECK(bucket.Take(1, 2'666'666'667));
  CHECK(bucket.Wait(1, int64_t{1} << 62) == 0);  // full, and no overflow
}

TEST_CASE("Policer.PassesBurstAndRateToThePacket") {
  for (const int64_t burst : {50'000, 500'000}) {
    EventQueue events;
    Collector out(&events);
    Link link(BucketLink(BucketConfig::Kind::kPolicer, burst), &events, 1, &out);
    CHECK(link.capacity_bps() == 2'000'000);
    int64_t dropped = 0;
    link.set_on_drop([&](const Packet&, bool random) { dropped += !random; });
    Source source(0, 1000, kMillisecond, &events, &link);  // 8 Mbit/s, one packet at 0 as well
    events.RunUntil(10 * kSecond + kMillisecond / 2);
    CHECK(out.bytes == burst + 2'500'000);
    CHECK(dropped * 1000 + out.bytes == source.sent() * 1000);
  }
}

TEST_CASE("Shaper.DelaysWhatExceedsBurstAndRate") {
  EventQueue events;
  Collector out(&events);
  Link link(BucketLink(BucketConfig::Kind::kShaper, 50'000), &events, 1, &out);
  for (int i = 0; i < 550; ++i) link.OnPacket({.bytes = 1000});
  // 50 go at once, the last needs the tokens of 500 000 bytes.
  CHECK(link.QueueDelay() == 2 * kSecond);
  events.RunUntil(10 * kSecond);
  REQUIRE(out.times.size() == 550);
  const Nanos each = TransmissionTime(1000, 40'000'000);
  CHECK(out.times[49] == 50 * each);
  // While these were sent, tokens came in: the next ones leave at the bucket's rate from the start.
  for (size_t i = 60; i < 550; ++i) {
    REQUIRE(out.times[i] == static_cast<Nanos>(i - 49) * 4 * kMillisecond + each);
    REQUIRE(out.packets[i].queued == out.times[i] - each);
  }
}

TEST_CASE("Shaper.APacketLargerThanTheBucketTakesAFullOne") {
  EventQueue events;
  Collector out(&events);
  Link link(BucketLink(BucketConfig::Kind::kShaper, 500), &events, 1, &out);
  for (int i = 0; i < 3; ++i) link.OnPacket({.bytes = 1000});
  events.RunUntil(kSecond);
  CHECK(out.times.size() == 3);
}

}  // namespace
}  // namespace remb::sim
