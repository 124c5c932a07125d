#include "cc/bwe/delay_detector.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

namespace remb::core {
namespace {

using Catch::Matchers::WithinAbs;

constexpr int64_t kSendIntervalMs = 20;

uint32_t AbsSendTimeTicks(int64_t ms) { return static_cast<uint32_t>((ms << 26) / 1000); }

// Packets 20 ms apart whose queue grows; true if one completed a pair of groups.
class Sender {
 public:
  bool Send(DelayDetector& detector, int64_t queue_growth_ms = 0) {
    send_ms_ += kSendIntervalMs;
    arrival_ms_ += kSendIntervalMs + queue_growth_ms;
    const TimestampMs arrival = TimestampMs::Millis(arrival_ms_);
    return detector.OnPacket(AbsSendTimeTicks(send_ms_), arrival, arrival, DataSize::Bytes(1000));
  }

 private:
  int64_t send_ms_ = 0;
  int64_t arrival_ms_ = 50'000;
};

TEST_CASE("DelayDetector: signals are those of the newest pair of groups") {
  DelayDetector detector(DelayDetector::ForAbsSendTime());
  Sender sender;
  CHECK_FALSE(sender.Send(detector));
  CHECK_FALSE(sender.Send(detector, 3));
  CHECK(detector.signals().groups == 0);
  CHECK(sender.Send(detector));
  const DelaySignals signals = detector.signals();
  CHECK(signals.groups == 1);
  CHECK_THAT(signals.send_delta_ms, WithinAbs(kSendIntervalMs, 1e-3));
  CHECK(signals.arrival_delta_ms == kSendIntervalMs + 3);
  CHECK(signals.size_delta_bytes == 0);
  CHECK(signals.offset_ms > 0);
  CHECK(signals.threshold_ms == 12.5);
}

TEST_CASE("DelayDetector: RTP timestamps count in milliseconds by their clock's rate") {
  for (const int rate_hz : {8'000, 48'000, 90'000}) {
    CAPTURE(rate_hz);
    DelayDetector detector(DelayDetector::ForRtpTimestamps(rate_hz));
    for (int64_t ms : {0, 20, 40}) {
      const TimestampMs arrival = TimestampMs::Millis(1'000 + ms);
      detector.OnPacket(static_cast<uint32_t>(ms * rate_hz / 1000), arrival, arrival,
                        DataSize::Bytes(1000));
    }
    CHECK_THAT(detector.signals().send_delta_ms, WithinAbs(20, 1e-9));
  }
}

// 5 ms are one group, by whatever clock: 335 544 ticks of 2^-26 s, 450 of 90 kHz.
TEST_CASE("DelayDetector: a group is 5 ms long") {
  struct Case {
    DelayDetector detector;
    uint32_t ticks;
  };
  for (const Case& test : {Case{DelayDetector(DelayDetector::ForAbsSendTime()), 335'544},
                           Case{DelayDetector(DelayDetector::ForRtpTimestamps(90'000)), 450},
                           Case{DelayDetector(DelayDetector::ForRtpTimestamps(48'000)), 240}}) {
    // Whether a packet so far behind the second group's only one opens the third.
    auto opens_group = [&](uint32_t ticks) {
      DelayDetector detector = test.detector;
      auto feed = [&](uint32_t timestamp, int64_t arrival_ms) {
        const TimestampMs arrival = TimestampMs::Millis(arrival_ms);
        return detector.OnPacket(timestamp, arrival, arrival, DataSize::Bytes(1000));
      };
      const uint32_t second = 100 * test.ticks;
      feed(0, 0);
      feed(second, 500);
      return feed(second + ticks, 510);
    };
    CHECK_FALSE(opens_group(test.ticks));
    CHECK(opens_group(test.ticks + 1));
  }
}

TEST_CASE("DelayDetector: a queue that grows is over-use, one that drains under-use") {
  DelayDetector detector(DelayDetector::ForAbsSendTime());
  Sender sender;
  for (int i = 0; i < 100; ++i) sender.Send(detector);
  CHECK(detector.state() == BandwidthUsage::kNormal);
  for (int i = 0; i < 20; ++i) sender.Send(detector, 5);
  CHECK(detector.state() == BandwidthUsage::kOverusing);
  for (int i = 0; i < 50; ++i) sender.Send(detector, -5);
  CHECK(detector.state() == BandwidthUsage::kUnderusing);
}

TEST_CASE("DelayDetector: a reset of the filter leaves the detector as it is") {
  DelayDetector detector(DelayDetector::ForAbsSendTime());
  Sender sender;
  for (int i = 0; i < 100; ++i) sender.Send(detector);
  while (detector.state() != BandwidthUsage::kOverusing) sender.Send(detector, 5);
  const DelaySignals before = detector.signals();
  detector.ResetFilter();
  CHECK(detector.state() == BandwidthUsage::kOverusing);
  CHECK(detector.signals().threshold_ms == before.threshold_ms);
  CHECK(detector.signals().offset_ms == 0);
  // Groups begin anew, and the first pair says too little to change the state.
  CHECK_FALSE(sender.Send(detector));
  CHECK_FALSE(sender.Send(detector));
  CHECK(sender.Send(detector));
  CHECK(detector.state() == BandwidthUsage::kOverusing);
  CHECK(sender.Send(detector));
  CHECK(detector.state() == BandwidthUsage::kNormal);
}

}  // namespace
}  // namespace remb::core
