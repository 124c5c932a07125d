#include "cc/bwe/bandwidth_estimator.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Clock = BandwidthEstimator::Clock;

constexpr uint32_t kAbsSendTime = ReceivedPacket::kAbsSendTime;
constexpr uint32_t kOffset = ReceivedPacket::kTransmissionOffset;
constexpr uint32_t kRtpTimestamp = ReceivedPacket::kRtpTimestamp;

// libwebrtc modules/congestion_controller/receive_side_congestion_controller.cc:
// kTimeOffsetSwitchThreshold.
constexpr int kSwitchThreshold = 30;
constexpr int64_t kIntervalMs = 20;
constexpr int64_t kBytes = 1000;  // 400 kbit/s

uint32_t AbsSendTime(int64_t ms) { return static_cast<uint32_t>((ms << 18) / 1000) & 0xFF'FFFF; }

// An estimator and a steady sender in front of it.
class Fixture {
 public:
  using Profile = BandwidthEstimator::Profile;

  explicit Fixture(Clock clock, std::optional<DataRate> initial_bitrate = {}, int max_streams = 100,
                   Profile profile = Profile::kLibwebrtc)
      : estimator_({.profile = profile,
                    .clock = clock,
                    .max_streams = max_streams,
                    .default_stream = {},
                    .initial_bitrate = initial_bitrate}) {}

  BandwidthEstimator& estimator() { return estimator_; }
  Timestamp now() const { return Timestamp::Millis(now_ms_); }
  // The RTP timestamp lacks the transmission offset, as it would.
  bool Send(uint32_t stamps, uint32_t ssrc = 1, int32_t offset = 0) {
    now_ms_ += kIntervalMs;
    const ReceivedPacket packet{
        .ssrc = ssrc,
        .stamps = stamps,
        .abs_send_time = AbsSendTime(now_ms_),
        .rtp_timestamp = static_cast<uint32_t>(90 * now_ms_) - static_cast<uint32_t>(offset),
        .transmission_offset = offset,
        .size = DataSize::Bytes(kBytes),
        .arrival = now()};
    Stream* stream = estimator_.Prepare(packet, estimator_.streams().Find(ssrc));
    return estimator_.OnPacket(packet, now(), stream);
  }
  void SendMany(int count, uint32_t stamps, uint32_t ssrc = 1) {
    for (int i = 0; i < count; ++i) Send(stamps, ssrc);
  }
  bool OnAbsSendTime() const { return estimator_.clock_in_use() == Clock::kAbsSendTime; }

 private:
  BandwidthEstimator estimator_;
  int64_t now_ms_ = 1000;
};

TEST_CASE("BandwidthEstimator: the first packet with abs-send-time switches") {
  Fixture fixture(Clock::kAuto);
  CHECK(fixture.estimator().clock_in_use() == Clock::kTransmissionOffset);
  fixture.SendMany(5, kRtpTimestamp);
  CHECK_FALSE(fixture.OnAbsSendTime());
  fixture.Send(kAbsSendTime | kRtpTimestamp);
  CHECK(fixture.OnAbsSendTime());
}

TEST_CASE("BandwidthEstimator: thirty packets in a row without it switch back") {
  Fixture fixture(Clock::kAuto);
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

}  // namespace
}  // namespace remb::core
