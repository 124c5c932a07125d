#include "cc/bwe/remote_bitrate_estimator_test_scenarios.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <limits>
#include <vector>

#include "cc/bwe/remote_bitrate_estimator_test_helper.h"

// All numbers are those of libwebrtc modules/remote_bitrate_estimator/
// remote_bitrate_estimator_unittest_helper.cc.
namespace remb::core::test {
namespace {

using Catch::Matchers::WithinAbs;

constexpr int kFps = 50;  // no rounding: 20 ms
constexpr int64_t kFrameMs = 1000 / kFps;
// Packets before which there can be no throughput.
constexpr int kInitialPackets = 2;

int64_t DropTestSteadySeconds(int streams) { return streams <= 1 ? 10 : 10 * streams; }

// One packet every 20 ms, sent as it arrives.
class SteadySender {
 public:
  explicit SteadySender(RemoteBitrateEstimatorTest& test, uint32_t abs_send_time = 0)
      : test_(test), abs_send_time_(abs_send_time) {}

  void Send(int64_t bytes) { Send(bytes, 0); }
  // A packet that was sent so many frames ago.
  void Send(int64_t bytes, uint32_t frames_late) {
    test_.IncomingPacket(kDefaultSsrc, bytes, rtp_timestamp_ - frames_late * kFrameTicks,
                         AddAbsSendTime(abs_send_time_, 0u - frames_late * frame_abs_send_time_));
  }
  void Advance(uint32_t frames) {
    test_.AdvanceMs(frames * kFrameMs);
    rtp_timestamp_ += frames * kFrameTicks;
    abs_send_time_ = AddAbsSendTime(abs_send_time_, frames * frame_abs_send_time_);
  }
  uint32_t rtp_timestamp() const { return rtp_timestamp_; }
  uint32_t abs_send_time() const { return abs_send_time_; }

  // Five seconds for the first estimate.
  void SendFiveSeconds() {
    for (int i = 0; i < 5 * kFps + 1 + kInitialPackets; ++i) {
      if (i == kInitialPackets) {
        test_.Process();
        CHECK_FALSE(test_.TakeUpdate());
        CHECK(test_.Estimate() == 0);
      }
      Send(kMtuBytes);
      Advance(1);
    }
    test_.Process();
  }

 private:
  static constexpr uint32_t kFrameTicks = kFrameMs * kRtpTicksPerMs;

  RemoteBitrateEstimatorTest& test_;
  const uint32_t frame_abs_send_time_ = AbsSendTime(1, kFps);
  uint32_t rtp_timestamp_ = 0;
  uint32_t abs_send_time_;
};

void CheckNear(int64_t bps, int64_t expected_bps, int64_t error_bps = kAcceptedErrorBps) {
  CHECK_THAT(static_cast<double>(bps),
             WithinAbs(static_cast<double>(expected_bps), static_cast<double>(error_bps)));
}

// The first stream has half the rate; the others share the rest as 1 : 2 : 3 …
void AddStreams(StreamGenerator& generator, int count, int64_t total_bps) {
  if (count == 1) return generator.AddStream({});
  int64_t sum_bps = 0;
  for (int i = 0; i < count; ++i) {
    const int64_t parts = int64_t{count} * (count - 1);
    const int64_t bps = i == 0 ? total_bps / 2 : (total_bps * i + parts / 2) / parts;
    const auto high_bits = static_cast<uint32_t>(~uint64_t{0} << (32 - i));
    generator.AddStream({.ssrc = kDefaultSsrc + static_cast<uint32_t>(i),
                         .bitrate_bps = bps,
                         .rtp_offset = kDefaultRtpOffset ^ high_bits});
    sum_bps += bps;
  }
  REQUIRE(sum_bps == total_bps);
}

// Without its streams, one after the other, the estimate stays until the last is gone.
void RemoveStreams(RemoteBitrateEstimatorTest& test, int count, int64_t expected_bps) {
  std::vector<uint32_t> ssrcs;
  for (int i = 0; i < count; ++i) ssrcs.push_back(kDefaultSsrc + static_cast<uint32_t>(i));
  while (!ssrcs.empty()) {
    CHECK(test.Estimate() == expected_bps);
    CHECK(test.Ssrcs() == ssrcs);
    test.RemoveStream(ssrcs.front());
    ssrcs.erase(ssrcs.begin());
  }
  CHECK(test.Estimate() == 0);
  CHECK(test.Ssrcs().empty());
}

}  // namespace

void TestInitialBehavior(NewEstimator& estimator, int64_t expected_bps) {
  RemoteBitrateEstimatorTest test(estimator);
  CHECK(test.Estimate() == 0);
  test.AdvanceMs(1000);
  test.Process();
  CHECK_FALSE(test.TakeUpdate());
  CHECK(test.Estimate() == 0);
  test.AdvanceMs(1000);
  SteadySender sender(test);
  sender.SendFiveSeconds();
  CHECK(test.TakeUpdate());
  CheckNear(test.Estimate(), expected_bps);
  CHECK(test.Estimate() == test.last_report_bps());
  RemoveStreams(test, 1, test.last_report_bps());
}

void TestRateIncreaseReordering(NewEstimator& estimator, int64_t expected_bps) {
  RemoteBitrateEstimatorTest test(estimator);
  SteadySender sender(test);
  sender.SendFiveSeconds();
  CHECK(test.TakeUpdate());
  CheckNear(test.last_report_bps(), expected_bps);
  for (int i = 0; i < 10; ++i) {
    sender.Advance(2);
    sender.Send(1000);
    sender.Send(1000, 1);
  }
  test.Process();
  CheckNear(test.last_report_bps(), expected_bps);
}

void TestRateIncreaseRtpTimestamps(NewEstimator& estimator, int expected_frames) {
  RemoteBitrateEstimatorTest test(estimator);
  test.generator().AddStream({});
  int64_t bitrate_bps = 30'000;
  int frames = 0;
  while (bitrate_bps < 500'000 && frames <= expected_frames) {
    CHECK_FALSE(test.GenerateAndProcessFrame(bitrate_bps));
    if (test.TakeUpdate()) bitrate_bps = test.last_report_bps();
    ++frames;
  }
  CHECK(frames == expected_frames);
}

void TestCapacityDrop(NewEstimator& estimator, const CapacityDrop& drop) {
  constexpr int64_t kFramesPerSecond = 30;
  constexpr int64_t kStartBps = 900'000;
  constexpr int64_t kCapacityBps = 1'000'000;
  constexpr int64_t kReducedBps = 500'000;
  constexpr int64_t kFrameTimeMs = 33;
  constexpr RemoteBitrateEstimatorTest::Bounds kOveruseBounds{800'000, 1'100'000};

  RemoteBitrateEstimatorTest test(estimator);
  const int64_t steady_s = DropTestSteadySeconds(drop.streams);
  AddStreams(test.generator(), drop.streams, kStartBps);
  if (drop.wrap) {
    test.generator().streams()[0].rtp_offset =
        std::numeric_limits<uint32_t>::max() - static_cast<uint32_t>(steady_s * 90'000);
  }
  int64_t bitrate_bps = test.SteadyStateRun(static_cast<int>(steady_s * kFramesPerSecond),
                                            kStartBps, kOveruseBounds, kCapacityBps);
  CHECK(static_cast<double>(bitrate_bps) >= 0.85 * kCapacityBps);
  CHECK(static_cast<double>(bitrate_bps) <= 1.05 * kCapacityBps);
  test.TakeUpdate();

  test.ShiftArrivals(drop.arrival_jump_ms);
  test.generator().SetCapacity(kReducedBps);
  const Timestamp drop_time = Timestamp::Micros(test.now_us());
  int64_t reaction_ms = -1;
  for (int i = 0; i < 100 * drop.streams; ++i) {
    test.GenerateAndProcessFrame(bitrate_bps);
    if (reaction_ms == -1 && test.last_report_bps() <= kReducedBps) {
      reaction_ms = (Timestamp::Micros(test.now_us()) - drop_time).ms();
    }
    if (test.TakeUpdate()) bitrate_bps = test.last_report_bps();
  }
  CheckNear(reaction_ms, drop.expected_ms, kFrameTimeMs);
  RemoveStreams(test, drop.streams, bitrate_bps);
}

void TestTimestampGrouping(NewEstimator& estimator) {
  constexpr int64_t kThresholdBps = 400'000;
  constexpr uint32_t kPackets = 15;
  RemoteBitrateEstimatorTest test(estimator);
  // The 24 bits wrap after 50 frames.
  SteadySender sender(test, AddAbsSendTime(0, 0u - 50 * AbsSendTime(1, kFps)));
  for (int i = 0; i <= 6 * kFps; ++i) {
    sender.Send(1000);
    test.Process();
    sender.Advance(1);
  }
  CHECK(test.TakeUpdate());
  CHECK(test.last_report_bps() >= kThresholdBps);

  // Every 20 ms a batch of packets one RTP tick apart, which takes 15 x 1 + 10 ms to arrive.
  const uint32_t tick = AbsSendTime(1, 90'000);
  uint32_t abs_send_time = sender.abs_send_time();
  uint32_t rtp_timestamp = sender.rtp_timestamp();
  for (int batch = 0; batch < 100; ++batch) {
    for (uint32_t i = 0; i < kPackets; ++i) {
      test.IncomingPacket(kDefaultSsrc, 100, rtp_timestamp + i,
                          AddAbsSendTime(abs_send_time, i * tick));
      test.AdvanceMs(kFrameMs / kPackets);
    }
    test.AdvanceMs(10);
    rtp_timestamp += kFrameMs * kRtpTicksPerMs;
    abs_send_time = AddAbsSendTime(abs_send_time, AbsSendTime(1, kFps));
    test.Process();
  }
  CHECK(test.TakeUpdate());
  CHECK(test.last_report_bps() < kThresholdBps);
}

void TestWrapping(NewEstimator& estimator, int64_t silence_s) {
  constexpr int64_t kIntervalMs = 10;
  const uint32_t interval = AbsSendTime(kIntervalMs, 1000);
  RemoteBitrateEstimatorTest test(estimator);
  uint32_t abs_send_time = 0;
  uint32_t rtp_timestamp = 0;
  auto send = [&](int64_t arrival_interval_ms) {
    test.IncomingPacket(kDefaultSsrc, 1000, rtp_timestamp, abs_send_time);
    rtp_timestamp += kIntervalMs * kRtpTicksPerMs;
    abs_send_time = AddAbsSendTime(abs_send_time, interval);
    test.AdvanceMs(arrival_interval_ms);
    test.Process();
  };
  for (int i = 0; i < 3000; ++i) send(kIntervalMs);
  const int64_t before_bps = test.Estimate();
  test.AdvanceMs(silence_s * 1000);
  abs_send_time = AddAbsSendTime(abs_send_time, AbsSendTime(silence_s, 1));
  rtp_timestamp += static_cast<uint32_t>(silence_s * 1000 * kRtpTicksPerMs);
  test.Process();
  for (int i = 0; i < 21; ++i) send(2 * kIntervalMs);
  CHECK(before_bps > 0);
  CHECK(test.Estimate() < before_bps);
}

}  // namespace remb::core::test
