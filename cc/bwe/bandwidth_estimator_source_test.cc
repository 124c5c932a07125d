// What BandwidthEstimator says of its sources, and what it knows of the path by them.
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <vector>

#include "cc/bwe/bandwidth_estimator.h"
#include "cc/bwe/bandwidth_estimator_test_fixture.h"

namespace remb::core::test {
namespace {

using Reason = BandwidthEstimator::Reason;

TEST_CASE("BandwidthEstimator: says where a stream's send times come from, and why") {
  struct Row {
    Clock clock;
    uint32_t stamps;
    Clock source;
    Reason reason;
  };
  for (const Row& row : {
           Row{Clock::kAuto, kAbsSendTime, Clock::kAbsSendTime, Reason::kCarried},
           {Clock::kAbsSendTime, kAbsSendTime, Clock::kAbsSendTime, Reason::kConfig},
           {Clock::kAbsSendTime, kRtpTimestamp, Clock::kNone, Reason::kNoStamp},
           {Clock::kAuto, kRtpTimestamp, Clock::kRtpTimestamp, Reason::kNoAbsSendTime},
           {Clock::kAuto, kRtpTimestamp | kOffset, Clock::kTransmissionOffset,
            Reason::kNoAbsSendTime},
           {Clock::kTransmissionOffset, kRtpTimestamp | kOffset, Clock::kTransmissionOffset,
            Reason::kConfig},
           {Clock::kTransmissionOffset, kRtpTimestamp, Clock::kRtpTimestamp, Reason::kConfig},
           {Clock::kRtpTimestamp, kRtpTimestamp | kOffset, Clock::kRtpTimestamp, Reason::kConfig},
           {Clock::kRtpTimestamp, kAbsSendTime, Clock::kNone, Reason::kNoStamp},
           {Clock::kAuto, kCaptured, Clock::kAbsCaptureTime, Reason::kMapped},
           {Clock::kAbsCaptureTime, kCaptured, Clock::kAbsCaptureTime, Reason::kConfig},
           {Clock::kAbsCaptureTime, kRtpTimestamp, Clock::kNone, Reason::kNoMapping},
           {Clock::kAbsCaptureTime, kAbsSendTime, Clock::kNone, Reason::kNoStamp},
       }) {
    CAPTURE(static_cast<int>(row.clock), row.stamps);
    Fixture fixture(row.clock);
    Stream* stream = fixture.estimator().streams().AddByUser(1, {});
    CHECK(fixture.estimator().SourceOf(*stream).clock == Clock::kNone);
    CHECK(fixture.estimator().SourceOf(*stream).reason == Reason::kUnheard);
    fixture.Send(row.stamps);
    CHECK(fixture.estimator().SourceOf(*stream).clock == row.source);
    CHECK(fixture.estimator().SourceOf(*stream).reason == row.reason);
  }
}

TEST_CASE("BandwidthEstimator: says so where a stream has a mapping, and another clock") {
  Fixture fixture(Clock::kAbsCaptureTime);
  fixture.Send(kRtpTimestamp, 3);
  fixture.Send(kCaptured, 1);
  fixture.SetNtp(5'000);
  fixture.Send(kCaptured, 2);
  const auto source = [&](uint32_t ssrc) {
    return fixture.estimator().SourceOf(*fixture.estimator().streams().Find(ssrc));
  };
  CHECK(source(1).reason == Reason::kConfig);
  CHECK(source(2).clock == Clock::kNone);
  CHECK(source(2).reason == Reason::kOtherClock);
  CHECK(source(3).reason == Reason::kNoMapping);
}

TEST_CASE("BandwidthEstimator: libwebrtc's arithmetic knows the capacity by over-use") {
  Fixture fixture(Clock::kAbsSendTime);
  fixture.SendMany(400, kAbsSendTime);
  REQUIRE(fixture.estimator().estimate());
  CHECK_FALSE(fixture.estimator().link_capacity());
  for (int i = 0; i < 200 && !fixture.estimator().link_capacity(); ++i) {
    fixture.Delay(5);
    fixture.Send(kAbsSendTime);
  }
  // What came: 1000 bytes each 20 ms.
  REQUIRE(fixture.estimator().link_capacity());
  CHECK(fixture.estimator().link_capacity()->kbps() == 400);
}

TEST_CASE("BandwidthEstimator: the adaptive profile knows the capacity by trains") {
  Fixture fixture(Clock::kAbsSendTime, {}, 100, Fixture::Profile::kAdaptive);
  CHECK_FALSE(fixture.estimator().link_capacity());
  for (int i = 0; i < 100; ++i) {
    fixture.set_interval_ms(i % 5 == 0 ? 32 : 2);
    fixture.Send(kAbsSendTime);
  }
  // Four gaps of 1000 bytes in 2 ms.
  REQUIRE(fixture.estimator().link_capacity());
  CHECK(fixture.estimator().link_capacity()->kbps() == 4'000);
}

TEST_CASE("BandwidthEstimator: libwebrtc's arithmetic begins anew if the clock is set back") {
  Fixture fixture(Clock::kAuto);
  fixture.SendMany(400, kAbsSendTime);
  REQUIRE(fixture.estimator().estimate());
  fixture.estimator().OnClockSetBack(nullptr);
  CHECK_FALSE(fixture.estimator().estimate());
  CHECK_FALSE(fixture.OnAbsSendTime());
}

// A packet each 5 ms is 1.6 Mbit/s. Each fourth one, 400 kbit/s, has a capture time.
TEST_CASE("BandwidthEstimator: the packets with capture times are no probe of all") {
  Fixture fixture(Clock::kAbsCaptureTime, DataRate::KilobitsPerSec(300));
  fixture.set_interval_ms(5);
  for (int i = 0; i < 39; ++i) {
    fixture.Send(i % 4 == 0 ? kCaptured : kRtpTimestamp, i % 4 == 0 ? 1 : 2);
  }
  REQUIRE(fixture.estimator().estimate());
  CHECK(fixture.estimator().estimate() < DataRate::KilobitsPerSec(390));
}

// libwebrtc modules/remote_bitrate_estimator/aimd_rate_control.cc: kDefaultRtt.
TEST_CASE("BandwidthEstimator: until the RTT is known it is taken for 200 ms") {
  const auto estimates = [](std::optional<TimeDelta> rtt) {
    Fixture fixture(Clock::kAbsSendTime);
    if (rtt) fixture.estimator().SetRtt(*rtt);
    std::vector<std::optional<DataRate>> all;
    for (int i = 0; i < 1'500; ++i) {
      if (i % 500 > 480) fixture.Delay(5);
      fixture.Send(kAbsSendTime);
      all.push_back(fixture.estimator().estimate());
    }
    return all;
  };
  const auto by_default = estimates(std::nullopt);
  CHECK(by_default == estimates(TimeDelta::Millis(200)));
  CHECK(by_default != estimates(TimeDelta::Millis(100)));
  CHECK(by_default != estimates(TimeDelta::Millis(400)));
}

}  // namespace
}  // namespace remb::core::test
