// libwebrtc remote_bitrate_estimator_single_stream_unittest.cc: its scenarios and numbers.
#include "cc/bwe/single_stream_estimator.h"

#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/remote_bitrate_estimator_test_scenarios.h"

namespace remb::core::test {
namespace {

TEST_CASE("RemoteBitrateEstimatorSingle.InitialBehavior") {
  TestInitialBehavior(NewSingleStream, 508'017);
}

TEST_CASE("RemoteBitrateEstimatorSingle.RateIncreaseReordering") {
  TestRateIncreaseReordering(NewSingleStream, 506'422);
}

TEST_CASE("RemoteBitrateEstimatorSingle.RateIncreaseRtpTimestamps") {
  TestRateIncreaseRtpTimestamps(NewSingleStream, 1267);
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropOneStream") {
  TestCapacityDrop(NewSingleStream, {.expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropOneStreamWrap") {
  TestCapacityDrop(NewSingleStream, {.wrap = true, .expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropTwoStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 2, .wrap = true, .expected_ms = 567});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThreeStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 3, .wrap = true, .expected_ms = 567});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThirteenStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 13, .wrap = true, .expected_ms = 767});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropNineteenStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 19, .wrap = true, .expected_ms = 767});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThirtyStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 30, .wrap = true, .expected_ms = 733});
}

TEST_CASE("RemoteBitrateEstimatorSingle.TestTimestampGrouping") {
  TestTimestampGrouping(NewSingleStream);
}

// One stream with a packet each 20 ms.
class SingleStream {
 public:
  SingleStream() { streams_.ReserveDetectors(); }

  // Whether the packet made a report; it was sent 20 ms after the one before, and comes later.
  bool Send(uint32_t stamps = ReceivedPacket::kRtpTimestamp, int64_t late_ms = 0) {
    now_ms_ += 20 + late_ms;
    late_ms_ += late_ms;
    const ReceivedPacket packet{.ssrc = 1,
                                .stamps = stamps,
                                .abs_send_time = 0,
                                .rtp_timestamp = static_cast<uint32_t>(90 * (now_ms_ - late_ms_)),
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(1000),
                                .arrival = now()};
    estimator_.Start(now());
    return estimator_.OnPacket(packet, now(), false, streams_.Find(1), {}, streams_);
  }
  // How many reports there are until then.
  int64_t Update(Timestamp until) {
    int64_t reports = 0;
    estimator_.RunPeriodicUpdates(until, streams_, reports);
    return reports;
  }
  Timestamp now() const { return Timestamp::Millis(now_ms_); }
  const SingleStreamEstimator& estimator() const { return estimator_; }

 private:
  StreamTable streams_{1};
  SingleStreamEstimator estimator_;
  int64_t now_ms_ = 980;
  int64_t late_ms_ = 0;  // in all
};

TEST_CASE("SingleStreamEstimator: updates keep their times through a silence") {
  SingleStream stream;
  CHECK_FALSE(stream.Send());
  CHECK(stream.now() == Timestamp::Millis(1'000));
  CHECK(stream.Update(Timestamp::Millis(61'234)) == 0);
  CHECK(stream.estimator().next_update() == Timestamp::Millis(61'500));
}

TEST_CASE("SingleStreamEstimator: each update that is due is made, also if all are late") {
  SingleStream stream;
  while (stream.now() < Timestamp::Millis(7'000)) {
    stream.Send();
    if (stream.now() < Timestamp::Millis(6'000)) CHECK(stream.Update(stream.now()) == 0);
  }
  // Throughput for more than 5 s: at 7.0 s; then each 200 ms.
  CHECK(stream.Update(Timestamp::Millis(7'000)) == 1);
  CHECK(stream.estimator().next_update() == Timestamp::Millis(7'200));
  CHECK(stream.Update(Timestamp::Millis(8'000)) == 5);
}

TEST_CASE("SingleStreamEstimator: a packet without a timestamp makes no report and no group") {
  SingleStream stream;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(stream.Send(0));
  CHECK(stream.estimator().signals().groups == 0);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(stream.Send());
  CHECK(stream.estimator().signals().groups == 8);
}

TEST_CASE("SingleStreamEstimator: no silence is too long") {
  SingleStream stream;
  stream.Send();
  const Timestamp far = Timestamp::Millis(100 * 365 * int64_t{86'400'000});  // a hundred years
  CHECK(stream.Update(far) == 0);
  CHECK(stream.estimator().next_update() == far + TimeDelta::Millis(500));
}

TEST_CASE("SingleStreamEstimator: over-use makes no report while the throughput is unknown") {
  SingleStream stream;
  while (stream.estimator().state() != BandwidthUsage::kOverusing) {
    stream.Send(ReceivedPacket::kRtpTimestamp, 10);
    REQUIRE(stream.now() < Timestamp::Millis(5'000));
  }
  // Nothing else came within the second that a throughput is of.
  CHECK_FALSE(stream.Send(ReceivedPacket::kRtpTimestamp, 1'500));
  CHECK(stream.estimator().state() == BandwidthUsage::kOverusing);
}

}  // namespace
}  // namespace remb::core::test
