// How BandwidthEstimator comes by capture times, and what it makes of them.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "cc/bwe/bandwidth_estimator.h"
#include "cc/bwe/bandwidth_estimator_test_fixture.h"

namespace remb::core::test {
namespace {

Fixture Adaptive(Clock clock) { return Fixture(clock, {}, 100, Fixture::Profile::kAdaptive); }

CaptureState* Capture(Fixture& fixture) {
  StreamTable& streams = fixture.estimator().streams();
  return streams.Capture(*streams.Find(1));
}

TEST_CASE("BandwidthEstimator: capture times take memory where they come and may be used") {
  for (Clock clock : {Clock::kAuto, Clock::kAbsCaptureTime, Clock::kAbsSendTime}) {
    Fixture fixture(clock);
    fixture.Send(kAbsSendTime | kRtpTimestamp);
    CHECK_FALSE(Capture(fixture));
    fixture.Send(kAbsSendTime | kCaptured);
    CHECK((Capture(fixture) != nullptr) == (clock != Clock::kAbsSendTime));
  }
}

TEST_CASE("BandwidthEstimator: a capture time counts also where its packet ends a silence") {
  Fixture fixture(Clock::kAuto);
  fixture.Send(kRtpTimestamp);
  fixture.AdvanceMs(5'000);  // the stream is forgotten
  fixture.Send(kCaptured);
  REQUIRE(Capture(fixture));
  CHECK(Capture(fixture)->clock.mapped());
}

TEST_CASE("BandwidthEstimator: capture times are learned while abs-send-time is in use") {
  Fixture fixture(Clock::kAuto);
  fixture.Send(kAbsSendTime | kCaptured);
  CHECK(fixture.OnAbsSendTime());
  REQUIRE(Capture(fixture));
  CHECK(Capture(fixture)->clock.mapped());
}

// 6.18 fixed point: 2^-18 s.
TEST_CASE("BandwidthEstimator: capture times are exact to a tick of abs-send-time") {
  constexpr int64_t kTicks = 5'243;              // 20 ms
  constexpr int64_t kBegin = int64_t{30} << 18;  // 2 s before half of the range is over
  BandwidthEstimator::Config config;
  config.clock = Clock::kAbsCaptureTime;
  BandwidthEstimator estimator(config);
  for (int64_t i = 0; i < 200; ++i) {
    const ReceivedPacket packet{.ssrc = 1,
                                .stamps = kCaptured,
                                .abs_send_time = 0,
                                .rtp_timestamp = static_cast<uint32_t>(1'800 * i),
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(kBytes),
                                .arrival = Timestamp::Millis(20 * i),
                                .capture_time = static_cast<NtpTime>(kBegin + i * kTicks) << 14};
    estimator.OnPacket(packet, packet.arrival,
                       estimator.Prepare(packet, estimator.streams().Find(1)));
    if (i < 50) continue;  // by then each frame is known to have a time of its own
    CHECK(estimator.signals().send_delta_ms == kTicks * 1'000.0 / (1 << 18));
    CHECK(estimator.signals().groups == i - 1);
  }
}

TEST_CASE("BandwidthEstimator: the adaptive profile takes capture times, and reports changes") {
  Fixture fixture = Adaptive(Clock::kAbsCaptureTime);
  const auto send = [&](uint32_t stamps) {
    const auto before = fixture.estimator().estimate();
    const int64_t reports = fixture.estimator().reports();
    const bool changed = fixture.Send(stamps);
    CHECK(changed == (fixture.estimator().estimate() != before));
    CHECK(fixture.estimator().reports() == reports + changed);
  };
  fixture.set_interval_ms(40);                       // longer than gaps within a frame
  for (int i = 0; i < 20; ++i) send(kRtpTimestamp);  // no stream has a clock yet
  CHECK(fixture.estimator().adaptive_signals()->trains == 0);
  for (int i = 0; i < 50; ++i) send(kCaptured);
  const int64_t trains = fixture.estimator().adaptive_signals()->trains;
  CHECK(trains == 49);  // all but the one under way
  CHECK(fixture.estimator().reports() > 0);
}

TEST_CASE("BandwidthEstimator: by the adaptive profile a sender's clock may be set") {
  Fixture fixture = Adaptive(Clock::kAbsCaptureTime);
  fixture.SendMany(100, kCaptured);
  const double base_ms = fixture.estimator().adaptive_signals()->base_delay_ms;
  fixture.SetNtp(5'000);
  fixture.Send(kCaptured);
  const double after_ms = fixture.estimator().adaptive_signals()->base_delay_ms;
  CHECK(std::abs(after_ms - base_ms + 5'000) < 1);
}

}  // namespace
}  // namespace remb::core::test
