// libwebrtc modules/remote_bitrate_estimator/aimd_rate_control_unittest.cc: what its receive side
// can meet, with its numbers. Its tests of ALR and of NetworkEstimate are left out: a receiver
// knows neither whether the sender is short of data nor the sender's own estimate.
#include "cc/bwe/aimd_rate_control.h"

#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

constexpr Timestamp kStart = Timestamp::Millis(123'456);
constexpr auto kNormal = BandwidthUsage::kNormal;
constexpr auto kUnderusing = BandwidthUsage::kUnderusing;
constexpr auto kOverusing = BandwidthUsage::kOverusing;

constexpr TimeDelta Ms(int64_t ms) { return TimeDelta::Millis(ms); }
constexpr DataRate Bps(int64_t bps) { return DataRate::BitsPerSec(bps); }
constexpr DataRate Kbps(int64_t kbps) { return DataRate::KilobitsPerSec(kbps); }

// Updates every 100 ms for 20 s.
Timestamp RunNormal(AimdRateControl& control, Timestamp now, DataRate throughput) {
  const Timestamp end = now + TimeDelta::Seconds(20);
  for (; now < end; now = now + Ms(100)) control.Update(kNormal, throughput, now);
  return now;
}

TEST_CASE("AimdRateControl.MinNearMaxIncreaseRateOnLowBandwidth") {
  AimdRateControl control;
  control.SetEstimate(Kbps(30), kStart);
  CHECK(control.NearMaxIncreaseRatePerSecond() == Bps(4000));
}

TEST_CASE("AimdRateControl.NearMaxIncreaseRateIs5kbpsOn90kbpsAnd200msRtt") {
  AimdRateControl control;
  control.SetEstimate(Kbps(90), kStart);
  CHECK(control.NearMaxIncreaseRatePerSecond() == Bps(5000));
}

TEST_CASE("AimdRateControl.NearMaxIncreaseRateIs5kbpsOn60kbpsAnd100msRtt") {
  AimdRateControl control;
  control.SetEstimate(Kbps(60), kStart);
  control.SetRtt(Ms(100));
  CHECK(control.NearMaxIncreaseRatePerSecond() == Bps(5000));
}

TEST_CASE("AimdRateControl.GetIncreaseRateAndBandwidthPeriod") {
  AimdRateControl control;
  control.SetEstimate(Kbps(300), kStart);
  control.Update(kOverusing, Kbps(300), kStart);
  CHECK(control.NearMaxIncreaseRatePerSecond() >= Bps(13'000));
  CHECK(control.NearMaxIncreaseRatePerSecond() <= Bps(15'000));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Seconds(3));
}

TEST_CASE("AimdRateControl.BweLimitedByAckedBitrate") {
  AimdRateControl control;
  control.SetEstimate(Kbps(10), kStart);
  RunNormal(control, kStart, Kbps(10));
  CHECK(control.ValidEstimate());
  CHECK(control.LatestEstimate() == Kbps(25));  // 1.5 * 10 + 10
}

TEST_CASE("AimdRateControl.BweNotLimitedByDecreasingAckedBitrate") {
  AimdRateControl control;
  control.SetEstimate(Kbps(10), kStart);
  const Timestamp now = RunNormal(control, kStart, Kbps(10));
  control.Update(kNormal, Kbps(5), now);
  CHECK(control.LatestEstimate() == Kbps(25));
}

TEST_CASE("AimdRateControl.DefaultPeriodUntilFirstOveruse") {
  AimdRateControl control;
  control.SetStartBitrate(Kbps(300));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Seconds(3));
  control.Update(kOverusing, Kbps(280), kStart + Ms(100));
  CHECK(control.ExpectedBandwidthPeriod() != TimeDelta::Seconds(3));
}

TEST_CASE("AimdRateControl.ExpectedPeriodAfterTypicalDrop") {
  AimdRateControl control;
  control.SetEstimate(Kbps(264), kStart);
  // To 216 kbit/s: 0.85 of the throughput less 5.
  control.Update(kOverusing, Kbps(216 + 5) * (1 / 0.85), kStart + Ms(100));
  CHECK(control.LatestEstimate() == Kbps(216));
  CHECK(control.NearMaxIncreaseRatePerSecond() == Bps(12'000));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Seconds(4));  // 48 / 12
}

TEST_CASE("AimdRateControl.BandwidthPeriodIsNotBelowMin") {
  AimdRateControl control;
  control.SetEstimate(Kbps(10), kStart);
  control.Update(kOverusing, Bps(9999), kStart + Ms(100));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Seconds(2));
}

TEST_CASE("AimdRateControl.BandwidthPeriodIsNotAboveMax") {
  AimdRateControl control;
  control.SetEstimate(Kbps(10'010), kStart);
  control.Update(kOverusing, Kbps(10) * (1 / 0.85), kStart + Ms(100));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Seconds(50));
}

TEST_CASE("AimdRateControl.SendingRateBoundedWhenThroughputNotEstimated") {
  AimdRateControl control;
  Timestamp now = kStart;
  control.Update(kNormal, Kbps(123), now);
  now = now + Ms(5001);
  control.Update(kNormal, Kbps(123), now);
  for (int i = 0; i < 100; ++i, now = now + Ms(100)) control.Update(kNormal, std::nullopt, now);
  CHECK(control.LatestEstimate() <= Kbps(123) * 1.5 + Kbps(10));
}

TEST_CASE("AimdRateControl: the first estimate takes more than five seconds of throughput") {
  AimdRateControl control;
  control.Update(kNormal, std::nullopt, kStart - Ms(1000));
  control.Update(kNormal, Kbps(123), kStart);
  control.Update(kNormal, Kbps(200), kStart + Ms(5000));
  CHECK_FALSE(control.ValidEstimate());
  CHECK(control.LatestEstimate() == Kbps(30'000));
  control.Update(kNormal, Kbps(300), kStart + Ms(5001));
  CHECK(control.ValidEstimate());
  CHECK(control.LatestEstimate() == Kbps(301));  // the least that an increase adds
}

TEST_CASE("AimdRateControl: an over-use makes an estimate at once") {
  AimdRateControl control;
  control.Update(kOverusing, Kbps(1000), kStart);
  CHECK(control.ValidEstimate());
  CHECK(control.LatestEstimate() == Kbps(845));
}

TEST_CASE("AimdRateControl: without a known capacity the rate grows 8 % a second") {
  AimdRateControl control;
  control.SetEstimate(Kbps(1000), kStart);
  control.Update(kNormal, Kbps(2000), kStart);
  const DataRate at_start = control.LatestEstimate();
  control.Update(kNormal, Kbps(2000), kStart + Ms(1000));
  CHECK(control.LatestEstimate().bps() == (at_start * 1.08).bps());
  // A second at most counts.
  const DataRate after_a_second = control.LatestEstimate();
  control.Update(kNormal, Kbps(2000), kStart + Ms(9000));
  CHECK(control.LatestEstimate().bps() == (after_a_second * 1.08).bps());
}

TEST_CASE("AimdRateControl: near a known capacity the rate grows by half a packet per response") {
  AimdRateControl control;
  control.SetEstimate(Kbps(1000), kStart);
  control.Update(kOverusing, Kbps(1000), kStart);
  control.Update(kUnderusing, Kbps(1000), kStart + Ms(100));
  CHECK(control.LatestEstimate() == Kbps(845));
  control.Update(kNormal, Kbps(1000), kStart + Ms(200));
  control.Update(kNormal, Kbps(1000), kStart + Ms(1200));
  // 3521 bytes a frame in 3 packets: 1174 bytes in 2 * (200 + 100) ms.
  CHECK(control.LatestEstimate() == Bps(845'000 + 1174 * 8 * 10 / 6));
  // A throughput beyond the capacity's bounds forgets it.
  control.Update(kNormal, Kbps(1100), kStart + Ms(2200));
  CHECK_FALSE(control.link_capacity().has_estimate());
}

TEST_CASE("AimdRateControl: an over-use never raises the rate") {
  AimdRateControl control;
  control.SetEstimate(Kbps(100), kStart);
  control.Update(kOverusing, Kbps(1000), kStart);
  CHECK(control.LatestEstimate() == Kbps(100));
}

TEST_CASE("AimdRateControl: before any throughput is known an over-use takes it for 30 Mbit/s") {
  AimdRateControl control;
  control.Update(kOverusing, std::nullopt, kStart);
  CHECK(control.LatestEstimate() == Kbps(30'000) * 0.85 - Kbps(5));
}

TEST_CASE("AimdRateControl: the next over-use cuts to what is received then") {
  AimdRateControl control;
  control.SetEstimate(Kbps(1000), kStart);
  control.Update(kOverusing, Kbps(1000), kStart);
  SECTION("less, which also makes the capacity another") {
    control.Update(kOverusing, Kbps(500), kStart + Ms(100));
    CHECK(control.LatestEstimate() == Kbps(420));
    CHECK(control.link_capacity().estimate() == Kbps(500));
  }
  SECTION("as much as the capacity's lower bound, which leaves it known") {
    const DataRate bound = control.link_capacity().LowerBound();
    control.Update(kOverusing, bound, kStart + Ms(100));
    CHECK(control.LatestEstimate() == bound * 0.85 - Kbps(5));
    CHECK(control.link_capacity().estimate() > Kbps(990));
  }
  SECTION("more than the capacity: 0.85 of the capacity, if that is less than the rate") {
    control.SetEstimate(Kbps(900), kStart + Ms(100));
    control.Update(kOverusing, Kbps(2000), kStart + Ms(200));
    CHECK(control.LatestEstimate() == Kbps(850));
  }
  SECTION("so much that it would leave the rate as it is: so it does") {
    control.SetEstimate(Kbps(900), kStart + Ms(100));
    control.Update(kOverusing, Kbps(900 + 5) * (1 / 0.85), kStart + Ms(200));
    CHECK(control.LatestEstimate() == Kbps(900));
  }
}

TEST_CASE("AimdRateControl: a throughput of the capacity's upper bound is no other capacity") {
  AimdRateControl control;
  control.SetEstimate(Kbps(1000), kStart);
  control.Update(kOverusing, Kbps(1000), kStart);
  control.Update(kNormal, Kbps(1000), kStart);
  const DataRate bound = control.link_capacity().UpperBound();
  control.Update(kNormal, bound, kStart + Ms(100));
  CHECK(control.link_capacity().has_estimate());
  control.Update(kNormal, bound + Bps(1), kStart + Ms(200));
  CHECK_FALSE(control.link_capacity().has_estimate());
}

TEST_CASE("AimdRateControl: of 5 kbit/s and less an over-use takes no margin off") {
  AimdRateControl control;
  control.SetEstimate(Kbps(30), kStart);
  control.Update(kOverusing, Bps(5'882), kStart);  // 0.85 of it are 5 kbit/s
  CHECK(control.LatestEstimate() == Kbps(5));
  CHECK(control.ExpectedBandwidthPeriod() == TimeDelta::Micros(6'250'000));  // 25 / 4
}

// 30 frames a second; their bytes and how many packets they take are rounded.
TEST_CASE("AimdRateControl: near capacity it counts in packets of at most 1200 bytes") {
  AimdRateControl control;
  const auto increase = [&](int64_t bps) {
    control.SetEstimate(Bps(bps), kStart);
    return control.NearMaxIncreaseRatePerSecond();
  };
  CHECK(increase(288'000) == Bps(16'000));  // 1200 bytes in 2 * (200 + 100) ms
  CHECK(increase(288'100) == Bps(16'000));  // 1200.4: one packet
  CHECK(increase(288'150) == Bps(8'013));   // 1200.6: two of 601 bytes
}

TEST_CASE("AimdRateControl: the rate has a floor") {
  AimdRateControl control;
  control.Update(kOverusing, Bps(100), kStart);
  CHECK(control.LatestEstimate() == Kbps(5));
  control.SetEstimate(Bps(1), kStart);
  CHECK(control.LatestEstimate() == Kbps(5));
}

TEST_CASE("AimdRateControl: the rate may be reduced again after an RTT or at half the rate") {
  AimdRateControl control;
  CHECK(control.TimeToReduceFurther(kStart, Kbps(1000)));  // nothing has changed yet
  control.SetEstimate(Kbps(1000), kStart);
  CHECK_FALSE(control.TimeToReduceFurther(kStart + Ms(199), Kbps(500)));
  CHECK(control.TimeToReduceFurther(kStart + Ms(199), Bps(499'999)));
  CHECK(control.TimeToReduceFurther(kStart + Ms(200), Kbps(1000)));
  control.SetRtt(Ms(1));  // 10 ms count
  CHECK_FALSE(control.TimeToReduceFurther(kStart + TimeDelta::Micros(9999), Kbps(1000)));
  CHECK(control.TimeToReduceFurther(kStart + Ms(10), Kbps(1000)));
  control.SetRtt(TimeDelta::Seconds(1));  // 200 ms count
  CHECK(control.TimeToReduceFurther(kStart + Ms(200), Kbps(1000)));
}

// 80 bytes are 5 % of the rate.
TEST_CASE("AimdRateControl: the feedback interval is 200 ms to 1 s") {
  AimdRateControl control;
  control.SetEstimate(Kbps(5), kStart);
  CHECK(control.FeedbackInterval() == Ms(1000));
  control.SetEstimate(Kbps(32), kStart);
  CHECK(control.FeedbackInterval() == Ms(400));
  control.SetEstimate(Kbps(1000), kStart);
  CHECK(control.FeedbackInterval() == Ms(200));
}

}  // namespace
}  // namespace remb::core
