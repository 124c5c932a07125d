#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/bandwidth_estimator.h"
#include "cc/bwe/bandwidth_estimator_test_fixture.h"
#include "cc/testing/random.h"

namespace remb::core::test {
namespace {

// Frames of some packets, whose stamps come and go; now and then there is a pause.
template <Fixture::Profile kProfile>
void CheckShortWay(Clock clock) {
  CAPTURE(static_cast<int>(kProfile), static_cast<int>(clock));
  testing::Random random(5);
  Fixture any(clock, {}, 3, kProfile);
  Fixture quick(clock, {}, 3, kProfile);
  uint32_t stamps = kAbsSendTime | kRtpTimestamp;
  for (int i = 0; i < 5'000; ++i) {
    if (random.OneIn(100)) {
      stamps = kRtpTimestamp | (random.OneIn(3) ? 0 : kAbsSendTime) |
               (random.OneIn(3) ? ReceivedPacket::kAbsCaptureTime : 0);
    }
    if (random.OneIn(300)) {
      const int64_t pause_ms = random.Uniform(1'000, 3'000);
      any.AdvanceMs(pause_ms);
      quick.AdvanceMs(pause_ms);
    }
    const int64_t interval_ms = random.OneIn(5) ? 20 : 2;
    any.set_interval_ms(interval_ms);
    quick.set_interval_ms(interval_ms);
    const auto ssrc = static_cast<uint32_t>(random.Uniform(1, 4));
    REQUIRE(any.Send(stamps, ssrc) == quick.SendShort<kProfile>(stamps, ssrc));
    REQUIRE(any.estimator().estimate() == quick.estimator().estimate());
    REQUIRE(any.estimator().reports() == quick.estimator().reports());
    REQUIRE(any.estimator().clock_in_use() == quick.estimator().clock_in_use());
    REQUIRE(any.estimator().incoming_bitrate() == quick.estimator().incoming_bitrate());
    REQUIRE(any.estimator().link_capacity() == quick.estimator().link_capacity());
    REQUIRE(any.estimator().streams().alive_count() == quick.estimator().streams().alive_count());
    const Stream* stream = any.estimator().streams().Find(ssrc);
    const Stream* other = quick.estimator().streams().Find(ssrc);
    REQUIRE((stream != nullptr) == (other != nullptr));
    if (stream) REQUIRE(stream->packets == other->packets);
  }
  const bool may_be_short = clock == Clock::kAuto || clock == Clock::kAbsSendTime;
  CHECK((quick.short_ways() > 1'000) == may_be_short);
}

TEST_CASE("BandwidthEstimator: the short way of plain packets leads where the other does") {
  for (Clock clock : {Clock::kAuto, Clock::kAbsSendTime, Clock::kRtpTimestamp}) {
    CheckShortWay<Fixture::Profile::kLibwebrtc>(clock);
    CheckShortWay<Fixture::Profile::kAdaptive>(clock);
  }
}

TEST_CASE("BandwidthEstimator: a plain packet needs nothing where abs-send-time may be in use") {
  for (Clock clock : {Clock::kAuto, Clock::kAbsSendTime, Clock::kTransmissionOffset,
                      Clock::kRtpTimestamp, Clock::kAbsCaptureTime}) {
    CAPTURE(static_cast<int>(clock));
    const Fixture fixture(clock);
    const auto is_prepared = [&](uint32_t stamps) {
      return fixture.estimator().IsPrepared(stamps);
    };
    const bool may_be_used = clock == Clock::kAuto || clock == Clock::kAbsSendTime;
    CHECK(is_prepared(kAbsSendTime) == may_be_used);
    CHECK(is_prepared(kAbsSendTime | kRtpTimestamp | kOffset) == may_be_used);
    CHECK_FALSE(is_prepared(kRtpTimestamp));
    CHECK_FALSE(is_prepared(kAbsSendTime | kCaptured));
  }
}

}  // namespace
}  // namespace remb::core::test
