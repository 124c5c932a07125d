// libwebrtc remote_bitrate_estimator_abs_send_time_unittest.cc: its scenarios and numbers.
#include "cc/bwe/abs_send_time_estimator.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/remote_bitrate_estimator_test_helper.h"
#include "cc/bwe/remote_bitrate_estimator_test_scenarios.h"

namespace remb::core::test {
namespace {

constexpr int kProbeLength = 5;

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.InitialBehavior") {
  TestInitialBehavior(NewAbsSendTime, 674'840);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.RateIncreaseReordering") {
  TestRateIncreaseReordering(NewAbsSendTime, 674'840);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.RateIncreaseRtpTimestamps") {
  TestRateIncreaseRtpTimestamps(NewAbsSendTime, 1237);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropOneStream") {
  TestCapacityDrop(NewAbsSendTime, {.expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropPosOffsetChange") {
  TestCapacityDrop(NewAbsSendTime, {.expected_ms = 267, .arrival_jump_ms = 30'000});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropNegOffsetChange") {
  TestCapacityDrop(NewAbsSendTime, {.expected_ms = 267, .arrival_jump_ms = -30'000});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropOneStreamWrap") {
  TestCapacityDrop(NewAbsSendTime, {.wrap = true, .expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropTwoStreamsWrap") {
  TestCapacityDrop(NewAbsSendTime, {.streams = 2, .wrap = true, .expected_ms = 700});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropThreeStreamsWrap") {
  TestCapacityDrop(NewAbsSendTime, {.streams = 3, .wrap = true, .expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropThirteenStreamsWrap") {
  TestCapacityDrop(NewAbsSendTime, {.streams = 13, .wrap = true, .expected_ms = 667});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropNineteenStreamsWrap") {
  TestCapacityDrop(NewAbsSendTime, {.streams = 19, .wrap = true, .expected_ms = 667});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.CapacityDropThirtyStreamsWrap") {
  TestCapacityDrop(NewAbsSendTime, {.streams = 30, .wrap = true, .expected_ms = 667});
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestTimestampGrouping") {
  TestTimestampGrouping(NewAbsSendTime);
}

// abs-send-time wraps during the silence: without a time-out all that follows would be old.
TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestShortTimeoutAndWrap") {
  TestWrapping(NewAbsSendTime, 35);
}

// Ten wraps: the send times seem to go on where they stopped, the arrivals do not.
TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestLongTimeoutAndWrap") {
  TestWrapping(NewAbsSendTime, 10 * 64);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProcessAfterTimeout") {
  RemoteBitrateEstimatorTest test(NewAbsSendTime);
  test.IncomingPacket(0, 1000, 0, 0);
  test.AdvanceMs(StreamTable::kStreamTimeout.ms() + 1);
  test.Process();
  test.AdvanceMs(1000);
  test.Process();
  CHECK_FALSE(test.TakeUpdate());
}

// Bursts of packets, with the sender's clock going from 0.
class Prober {
 public:
  void Send(int64_t send_interval_ms, int64_t arrival_interval_ms, int64_t bytes = 1000) {
    send_ms_ += send_interval_ms;
    test_.AdvanceMs(arrival_interval_ms);
    test_.IncomingPacket(0, bytes, static_cast<uint32_t>(send_ms_ * kRtpTicksPerMs),
                         AbsSendTime(send_ms_, 1000));
  }
  void SendProbe(int64_t send_interval_ms, int64_t arrival_interval_ms, int64_t bytes = 1000) {
    for (int i = 0; i < kProbeLength; ++i) Send(send_interval_ms, arrival_interval_ms, bytes);
  }
  // 0 if there was no report.
  int64_t Result() {
    test_.Process();
    return test_.TakeUpdate() ? test_.last_report_bps() : 0;
  }

 private:
  RemoteBitrateEstimatorTest test_{NewAbsSendTime};
  int64_t send_ms_ = 0;
};

// 1000 bytes in 10 ms are 800 kbit/s.

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetection") {
  Prober prober;
  prober.SendProbe(10, 10);
  prober.SendProbe(5, 5);
  CHECK(prober.Result() > 1'500'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionNonPacedPackets") {
  Prober prober;
  for (int i = 0; i < kProbeLength; ++i) {
    // The small one leaves right behind the paced one and arrives 5 ms after it.
    prober.Send(i == 0 ? 5 : 10, 5);
    prober.Send(0, 5, 100);
  }
  CHECK(prober.Result() > 800'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionTooHighBitrate") {
  Prober prober;
  prober.SendProbe(10, 10);
  prober.SendProbe(5, 8);
  const int64_t bps = prober.Result();
  CHECK(bps >= 790'000);
  CHECK(bps <= 810'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionSlightlyFasterArrival") {
  Prober prober;
  prober.SendProbe(10, 5);
  CHECK(prober.Result() > 800'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionFasterArrival") {
  Prober prober;
  prober.SendProbe(10, 1);
  CHECK(prober.Result() == 0);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionSlowerArrival") {
  Prober prober;
  prober.SendProbe(5, 7);
  const int64_t bps = prober.Result();
  CHECK(bps >= 1'130'000);
  CHECK(bps <= 1'150'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.TestProbeDetectionSlowerArrivalHighBitrate") {
  Prober prober;
  prober.SendProbe(1, 2);
  const int64_t bps = prober.Result();
  CHECK(bps >= 3'990'000);
  CHECK(bps <= 4'010'000);
}

TEST_CASE("RemoteBitrateEstimatorAbsSendTime.ProbingIgnoresSmallPackets") {
  Prober prober;
  prober.SendProbe(10, 10, 200);
  CHECK(prober.Result() == 0);
  prober.SendProbe(10, 10);
  const int64_t bps = prober.Result();
  CHECK(bps >= 790'000);
  CHECK(bps <= 810'000);
}

// libwebrtc: kInitialProbingIntervalMs.
TEST_CASE("AbsSendTimeEstimator: probes count for two seconds once there is an estimate") {
  for (int packets : {190, 210}) {  // 10 ms apart
    Prober prober;
    for (int i = 0; i < packets; ++i) prober.Send(10, 10);
    const int64_t before = prober.Result();
    CHECK(before < 1'300'000);
    prober.SendProbe(5, 5);
    const int64_t after = std::max(before, prober.Result());
    CHECK((after > 1'500'000) == (packets == 190));
  }
}

TEST_CASE("AbsSendTimeEstimator: what only a part of the packets show is no probe of the rest") {
  for (const bool partial : {false, true}) {
    CAPTURE(partial);
    AbsSendTimeEstimator estimator(partial);
    estimator.rate_control().SetStartBitrate(DataRate::KilobitsPerSec(300));
    StreamTable streams(1);
    const auto send = [&](int64_t ms, bool has_send_time) {
      const ReceivedPacket packet{.ssrc = 1,
                                  .stamps = has_send_time ? ReceivedPacket::kAbsSendTime : 0,
                                  .abs_send_time = AbsSendTime(ms, 1000),
                                  .rtp_timestamp = 0,
                                  .transmission_offset = 0,
                                  .size = DataSize::Bytes(1000),
                                  .arrival = Timestamp::Millis(ms)};
      return estimator.OnPacket(packet, has_send_time, packet.arrival, streams.Find(1), {},
                                streams);
    };
    CHECK(send(0, false));  // the first report; the next one is due 200 ms later at the soonest
    // A packet each 5 ms is 1.6 Mbit/s. Each fourth one has a send time: these alone are 400
    // kbit/s.
    int reports = 0;
    for (int64_t ms = 5; ms < 200; ms += 5) reports += send(ms, ms % 20 == 0);
    CHECK((reports > 0) == !partial);
    CHECK((estimator.rate_control().LatestEstimate() > DataRate::KilobitsPerSec(390)) == !partial);
  }
}

}  // namespace
}  // namespace remb::core::test
