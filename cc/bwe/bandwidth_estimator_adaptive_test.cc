#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/bandwidth_estimator.h"
#include "cc/bwe/bandwidth_estimator_test_fixture.h"
#include "cc/testing/random.h"

namespace remb::core::test {
namespace {

Fixture Adaptive(Clock clock, std::optional<DataRate> initial_bitrate = {}) {
  return Fixture(clock, initial_bitrate, 100, Fixture::Profile::kAdaptive);
}

TEST_CASE("BandwidthEstimator: the adaptive profile changes clocks by the same rules") {
  Fixture fixture = Adaptive(Clock::kAuto);
  CHECK(fixture.estimator().clock_in_use() == Clock::kTransmissionOffset);
  fixture.SendMany(20, kRtpTimestamp);
  const int64_t trains = fixture.estimator().adaptive_signals()->trains;
  CHECK(trains > 0);
  const auto estimate = fixture.estimator().estimate();
  REQUIRE(estimate);
  fixture.Send(kAbsSendTime | kRtpTimestamp);
  CHECK(fixture.OnAbsSendTime());
  CHECK(fixture.estimator().adaptive_signals()->trains >= trains);  // it goes on
  CHECK(fixture.estimator().estimate() >= estimate);
  fixture.SendMany(20, kAbsSendTime);
  CHECK(fixture.estimator().adaptive_signals()->trains > trains);
  fixture.SendMany(kSwitchThreshold, kRtpTimestamp);
  CHECK_FALSE(fixture.OnAbsSendTime());
  CHECK(fixture.estimator().estimate() >= estimate);
}

TEST_CASE("BandwidthEstimator: the adaptive profile estimates by each clock, on packets alone") {
  for (Clock clock : {Clock::kAbsSendTime, Clock::kTransmissionOffset, Clock::kRtpTimestamp}) {
    Fixture fixture = Adaptive(clock);
    CHECK_FALSE(fixture.estimator().estimate());
    fixture.SendMany(100, kAbsSendTime | kRtpTimestamp | kOffset);
    REQUIRE(fixture.estimator().estimate());
    CHECK(fixture.estimator().estimate()->kbps() >= 300);
    CHECK(fixture.estimator().reports() > 0);
    CHECK_FALSE(fixture.estimator().next_update());
    CHECK_FALSE(fixture.estimator().AdvanceTo(fixture.now() + TimeDelta::Seconds(1)));
  }
}

TEST_CASE("BandwidthEstimator: the adaptive profile keeps its estimate if the clock is set back") {
  Fixture fixture = Adaptive(Clock::kAuto, DataRate::KilobitsPerSec(500));
  CHECK(fixture.estimator().estimate() == DataRate::KilobitsPerSec(500));
  fixture.SendMany(200, kAbsSendTime);
  const auto estimate = fixture.estimator().estimate();
  CHECK(estimate > DataRate::KilobitsPerSec(500));
  fixture.estimator().OnClockSetBack(nullptr);
  CHECK(fixture.OnAbsSendTime());
  CHECK(fixture.estimator().estimate() == estimate);
  fixture.estimator().Reset();
  CHECK(fixture.estimator().estimate() == DataRate::KilobitsPerSec(500));
}

TEST_CASE(
    "BandwidthEstimator: by the adaptive profile a flood of SSRCs leaves no trace but these") {
  Fixture fixture = Adaptive(Clock::kAuto);
  fixture.set_interval_ms(10);
  for (uint32_t ssrc = 1; ssrc <= 16; ++ssrc) fixture.Send(kAbsSendTime, ssrc);
  const int64_t trains = fixture.estimator().adaptive_signals()->trains;
  const int64_t reports = fixture.estimator().reports();
  // Of a call so many packets without abs-send-time would choose another source.
  static_assert(50 - 16 > kSwitchThreshold);
  for (uint32_t ssrc = 17; ssrc <= 50; ++ssrc) CHECK_FALSE(fixture.Send(kRtpTimestamp, ssrc));
  CHECK(fixture.OnAbsSendTime());
  CHECK(fixture.estimator().streams().alive_count() == 50);
  CHECK(fixture.estimator().streams().Find(50)->packets == 1);
  for (uint32_t ssrc = 17; ssrc <= 50; ++ssrc) {
    CHECK_FALSE(fixture.SendShort<Fixture::Profile::kAdaptive>(kAbsSendTime, ssrc));
  }
  CHECK(fixture.short_ways() == 34);
  CHECK(fixture.estimator().adaptive_signals()->trains == trains);
  CHECK(fixture.estimator().reports() == reports);
  // The call goes on: each packet is a train.
  fixture.set_interval_ms(40);
  fixture.SendMany(3, kAbsSendTime, 1);
  CHECK(fixture.estimator().adaptive_signals()->trains == trains + 3);
  fixture.AdvanceMs(3'000);
  CHECK_FALSE(fixture.Send(kRtpTimestamp, 51));
  CHECK(fixture.estimator().streams().alive_count() == 1);
  CHECK_FALSE(fixture.estimator().streams().Find(50));
}

// Frames that are sent in half the time in which they arrive: what shows is the path's limit.
TEST_CASE("BandwidthEstimator: abs-send-time tells how fast frames are sent") {
  Fixture fixture = Adaptive(Clock::kAbsSendTime);
  for (int frame = 0; frame < 500; ++frame) {
    for (int i = 0; i < 10; ++i) {
      fixture.set_interval_ms(i == 0 ? 6 : 2);
      fixture.Delay(i == 0 ? -9 : 1);
      fixture.Send(kAbsSendTime);
    }
  }
  // 1000 bytes each 2 ms; 1.5 times what is received would be 5 Mbit/s.
  CHECK(fixture.estimator().link_capacity()->kbps() == 4'000);
  CHECK(fixture.estimator().estimate()->kbps() <= 4'000);
}

TEST_CASE("BandwidthEstimator: libwebrtc's arithmetic takes each SSRC at its word") {
  Fixture fixture(Clock::kAuto);
  for (uint32_t ssrc = 1; ssrc <= 20; ++ssrc) fixture.Send(kAbsSendTime, ssrc);
  for (uint32_t ssrc = 21; ssrc <= 50; ++ssrc) fixture.Send(kRtpTimestamp, ssrc);
  CHECK_FALSE(fixture.OnAbsSendTime());
}

TEST_CASE("BandwidthEstimator: for the adaptive profile too the offset counts unless left out") {
  testing::Random random(1);
  Fixture with = Adaptive(Clock::kTransmissionOffset);
  Fixture without = Adaptive(Clock::kRtpTimestamp);
  for (int i = 0; i < 200; ++i) {
    const auto offset = static_cast<int32_t>(random.Uniform(-300, 300));  // 3.3 ms
    with.Send(kRtpTimestamp | kOffset, 1, offset);
    without.Send(kRtpTimestamp | kOffset, 1, offset);
  }
  CHECK(with.estimator().adaptive_signals()->jitter_ms == 0);
  CHECK(without.estimator().adaptive_signals()->jitter_ms > 1);
}

}  // namespace
}  // namespace remb::core::test
