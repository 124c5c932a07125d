#include "cc/bwe/bandwidth_estimator.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "cc/bwe/bandwidth_estimator_test_fixture.h"
#include "cc/testing/random.h"

namespace remb::core::test {
namespace {

TEST_CASE("BandwidthEstimator: the first packet with abs-send-time switches") {
  Fixture fixture(Clock::kAuto);
  CHECK(fixture.estimator().clock_in_use() == Clock::kTransmissionOffset);
  fixture.SendMany(5, kRtpTimestamp);
  CHECK_FALSE(fixture.OnAbsSendTime());
  fixture.Send(kAbsSendTime | kRtpTimestamp);
  CHECK(fixture.OnAbsSendTime());
}

TEST_CASE("BandwidthEstimator: thirty packets in a row without it switch back") {
  const auto profile = GENERATE(Fixture::Profile::kLibwebrtc, Fixture::Profile::kAdaptive);
  Fixture fixture(Clock::kAuto, {}, 100, profile);
  fixture.Send(kAbsSendTime);
  fixture.SendMany(kSwitchThreshold - 1, kRtpTimestamp);
  CHECK(fixture.OnAbsSendTime());
  fixture.Send(kAbsSendTime);  // not in a row
  fixture.SendMany(kSwitchThreshold - 1, kRtpTimestamp);
  CHECK(fixture.OnAbsSendTime());
  fixture.Send(kRtpTimestamp);
  CHECK_FALSE(fixture.OnAbsSendTime());
  fixture.Send(kAbsSendTime);
  CHECK(fixture.OnAbsSendTime());
}

TEST_CASE("BandwidthEstimator: a switch starts a fresh estimator") {
  Fixture fixture(Clock::kAuto);
  fixture.SendMany(100, kAbsSendTime | kRtpTimestamp, 1);
  fixture.SendMany(100, kAbsSendTime | kRtpTimestamp, 2);
  REQUIRE(fixture.estimator().estimate());
  CHECK(fixture.estimator().signals().groups > 0);
  CHECK(fixture.estimator().streams().alive_count() == 2);
  fixture.SendMany(kSwitchThreshold, kRtpTimestamp, 1);
  CHECK_FALSE(fixture.estimator().estimate());
  CHECK(fixture.estimator().signals().groups == 0);
  CHECK(fixture.estimator().streams().alive_count() == 1);
  CHECK(fixture.estimator().reports() > 0);  // of its life, over all estimators
}

TEST_CASE("BandwidthEstimator: the initial bitrate holds in every fresh estimator") {
  const DataRate initial = DataRate::KilobitsPerSec(300);
  Fixture fixture(Clock::kAuto, initial);
  CHECK(fixture.estimator().estimate() == initial);
  fixture.Send(kAbsSendTime);
  REQUIRE(fixture.estimator().estimate());
  CHECK(fixture.estimator().estimate()->kbps() >= 300);
  fixture.SendMany(200, kAbsSendTime);
  CHECK(fixture.estimator().estimate() > initial);
  fixture.SendMany(kSwitchThreshold, kRtpTimestamp);
  CHECK(fixture.estimator().estimate() == initial);
  fixture.estimator().Reset();
  CHECK(fixture.estimator().estimate() == initial);
}

TEST_CASE("BandwidthEstimator: a fixed clock never switches") {
  for (Clock clock : {Clock::kAbsSendTime, Clock::kTransmissionOffset, Clock::kRtpTimestamp}) {
    Fixture fixture(clock);
    CHECK(fixture.estimator().clock_in_use() == clock);
    fixture.Send(kAbsSendTime | kRtpTimestamp);
    CHECK(fixture.estimator().clock_in_use() == clock);
    fixture.SendMany(2 * kSwitchThreshold, kRtpTimestamp);
    CHECK(fixture.estimator().clock_in_use() == clock);
  }
}

TEST_CASE("BandwidthEstimator: packets without a stamp count in the bitrate alone") {
  for (Clock clock : {Clock::kAbsSendTime, Clock::kTransmissionOffset, Clock::kRtpTimestamp}) {
    Fixture fixture(clock);
    fixture.SendMany(100, 0);
    CHECK(fixture.estimator().signals().groups == 0);
    // 50 packets in a window of a second.
    REQUIRE(fixture.estimator().incoming_bitrate());
    CHECK(fixture.estimator().incoming_bitrate()->kbps() == 400);
  }
}

TEST_CASE("BandwidthEstimator: the transmission offset counts unless the clock leaves it out") {
  testing::Random random(1);
  Fixture with(Clock::kTransmissionOffset);
  Fixture without(Clock::kRtpTimestamp);
  bool differs = false;
  for (int i = 0; i < 200; ++i) {
    const auto offset = static_cast<int32_t>(random.Uniform(-300, 300));
    with.Send(kRtpTimestamp | kOffset, 1, offset);
    without.Send(kRtpTimestamp | kOffset, 1, offset);
    const double send_delta_ms = with.estimator().signals().send_delta_ms;
    if (i >= 2) CHECK(send_delta_ms == static_cast<double>(kIntervalMs));
    differs |= without.estimator().signals().send_delta_ms != send_delta_ms;
  }
  CHECK(differs);
}

TEST_CASE("BandwidthEstimator: each stream has its own line of RTP timestamps") {
  Fixture fixture(Clock::kRtpTimestamp);
  for (int i = 0; i < 100; ++i) {
    fixture.Send(kRtpTimestamp, 1, 0);
    fixture.Send(kRtpTimestamp, 2, 123'456'789);
    if (i >= 2) CHECK(fixture.estimator().signals().send_delta_ms == 2.0 * kIntervalMs);
  }
}

TEST_CASE("BandwidthEstimator: without abs-send-time updates are periodic") {
  Fixture fixture(Clock::kRtpTimestamp);
  CHECK_FALSE(fixture.estimator().next_update());
  fixture.Send(kRtpTimestamp);
  const Timestamp first = fixture.now();
  CHECK(fixture.estimator().next_update() == first + TimeDelta::Millis(500));
  fixture.SendMany(24, kRtpTimestamp);
  CHECK(fixture.estimator().next_update() == first + TimeDelta::Millis(500));
  fixture.Send(kRtpTimestamp);
  CHECK(fixture.estimator().next_update() == first + TimeDelta::Millis(1000));
  // The first report: a throughput for more than 5 s of updates.
  CHECK(fixture.estimator().reports() == 0);
  while (fixture.estimator().reports() == 0) fixture.Send(kRtpTimestamp);
  CHECK(fixture.estimator().last_report() == first + TimeDelta::Millis(6000));
  CHECK(fixture.estimator().next_update() == first + TimeDelta::Millis(6200));
  // Time alone is enough, until there is no stream.
  CHECK(fixture.estimator().AdvanceTo(first + TimeDelta::Millis(6200)));
  CHECK_FALSE(fixture.estimator().AdvanceTo(first + TimeDelta::Millis(6201)));
  fixture.estimator().AdvanceTo(first + TimeDelta::Seconds(60));
  CHECK_FALSE(fixture.estimator().next_update());
  CHECK(fixture.estimator().streams().alive_count() == 0);
}

TEST_CASE("BandwidthEstimator: with abs-send-time nothing is due without a packet") {
  Fixture fixture(Clock::kAuto);
  fixture.SendMany(200, kAbsSendTime);
  CHECK_FALSE(fixture.estimator().next_update());
  CHECK_FALSE(fixture.estimator().AdvanceTo(fixture.now() + TimeDelta::Seconds(10)));
}

// To leave audio out is up to the one who feeds packets.
TEST_CASE("BandwidthEstimator: audio counts") {
  Fixture fixture(Clock::kAbsSendTime);
  fixture.estimator().streams().AddByUser(1, {.audio = true});
  fixture.SendMany(100, kAbsSendTime);
  CHECK(fixture.estimator().signals().groups > 0);
  CHECK(fixture.estimator().incoming_bitrate());
}

TEST_CASE("BandwidthEstimator: reset forgets what was measured and keeps added streams") {
  Fixture fixture(Clock::kAuto);
  fixture.estimator().streams().AddByUser(1, {});
  fixture.SendMany(200, kAbsSendTime, 1);
  fixture.Send(kAbsSendTime, 2);
  fixture.estimator().Reset();
  CHECK_FALSE(fixture.OnAbsSendTime());
  CHECK_FALSE(fixture.estimator().estimate());
  CHECK_FALSE(fixture.estimator().last_report());
  CHECK(fixture.estimator().reports() == 0);
  CHECK(fixture.estimator().streams().Find(1));
  CHECK_FALSE(fixture.estimator().streams().Find(2));
}

TEST_CASE("BandwidthEstimator: streams beyond the maximum count but are not known") {
  for (Clock clock : {Clock::kAbsSendTime, Clock::kRtpTimestamp}) {
    Fixture fixture(clock, {}, 2);
    for (uint32_t i = 0; i < 200; ++i) fixture.Send(kAbsSendTime | kRtpTimestamp, i % 4);
    CHECK(fixture.estimator().streams().alive_count() == 2);
    CHECK(fixture.estimator().incoming_bitrate()->kbps() == 400);
  }
}

TEST_CASE("BandwidthEstimator: a packet that was prepared but does not come leaves no trace") {
  Fixture fixture(Clock::kAuto);
  fixture.estimator().streams().AddByUser(1, {});
  ReceivedPacket packet{.ssrc = 2,
                        .stamps = kRtpTimestamp,
                        .abs_send_time = 0,
                        .rtp_timestamp = 0,
                        .transmission_offset = 0,
                        .size = DataSize::Bytes(kBytes),
                        .arrival = fixture.now()};
  for (uint32_t ssrc : {1u, 2u}) {
    packet.ssrc = ssrc;
    fixture.estimator().Prepare(packet, fixture.estimator().streams().Find(ssrc));
    fixture.estimator().Unprepare(packet);
  }
  CHECK(fixture.estimator().streams().Find(1));
  CHECK_FALSE(fixture.estimator().streams().Find(2));
}

TEST_CASE("BandwidthEstimator: a fresh estimator is told once") {
  Fixture fixture(Clock::kAuto);
  CHECK(fixture.estimator().TakeStartedAfresh());
  CHECK_FALSE(fixture.estimator().TakeStartedAfresh());
  fixture.Send(kRtpTimestamp);
  CHECK_FALSE(fixture.estimator().TakeStartedAfresh());
  fixture.Send(kAbsSendTime);
  CHECK(fixture.estimator().TakeStartedAfresh());
  CHECK_FALSE(fixture.estimator().TakeStartedAfresh());
}

TEST_CASE("BandwidthEstimator: 16 384 streams are known at most, where nothing else is said") {
  BandwidthEstimator estimator({});
  for (uint32_t ssrc = 1; ssrc <= 16'384; ++ssrc) REQUIRE(estimator.streams().Add(ssrc, {}));
  CHECK_FALSE(estimator.streams().Add(16'385, {}));
}

TEST_CASE("BandwidthEstimator: RTP timestamps tell of each stream, other send times of all") {
  for (const uint32_t stamps : {kRtpTimestamp, kAbsSendTime}) {
    Fixture fixture(Clock::kAuto);
    fixture.SendMany(50, stamps, 2);
    for (int i = 0; fixture.estimator().state() != BandwidthUsage::kOverusing; ++i) {
      REQUIRE(i < 100);
      fixture.Delay(10);
      fixture.Send(stamps, 1);
    }
    StreamTable& streams = fixture.estimator().streams();
    CHECK(fixture.estimator().StateOf(*streams.Find(1)) == BandwidthUsage::kOverusing);
    CHECK((fixture.estimator().StateOf(*streams.Find(2)) == BandwidthUsage::kOverusing) ==
          (stamps == kAbsSendTime));
  }
}

}  // namespace
}  // namespace remb::core::test
