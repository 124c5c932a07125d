// AdaptiveEstimator on packets whose times a test chooses.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>

#include "cc/bwe/adaptive_estimator.h"
#include "cc/bwe/adaptive_estimator_test_path.h"
#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Mode = AdaptiveSignals::Mode;

// Feeds packets with any times.
class Packets {
 public:
  Packets() { streams_.ReserveSendClocks(); }
  bool Feed(int64_t sent_us, int64_t arrival_us, int64_t bytes = 1'000, uint32_t ssrc = 1,
            bool has_send_time = true, uint16_t sequence_number = 0) {
    const auto arrival = Timestamp::Micros(arrival_us);
    const ReceivedPacket packet{
        .ssrc = ssrc,
        .stamps = ReceivedPacket::kAbsSendTime | ReceivedPacket::kSequenceNumber,
        .abs_send_time = AbsSendTime(sent_us),
        .rtp_timestamp = 0,
        .transmission_offset = 0,
        .sequence_number = sequence_number,
        .size = DataSize::Bytes(bytes),
        .arrival = arrival};
    Stream* stream = streams_.Find(ssrc);
    if (!stream) stream = streams_.Add(ssrc, {});
    return estimator_.Count(packet, arrival, stream, {}, streams_) && has_send_time &&
           estimator_.OnAbsSendTime(packet, true, arrival);
  }
  AdaptiveEstimator& estimator() { return estimator_; }

 private:
  AdaptiveEstimator estimator_;
  StreamTable streams_{10};
};

// Feeds frames of four packets, 30 a second.
class Frames {
 public:
  // For so long, with such a delay by the sender's clock.
  void Send(int64_t length_ms, int64_t delay_ms, uint32_t ssrc = 1) {
    for (const int64_t end_us = now_us_ + length_ms * 1'000; now_us_ < end_us; now_us_ += 33'000) {
      for (int64_t us = now_us_; us < now_us_ + 8'000; us += 2'000) Feed(us, delay_ms, ssrc);
    }
  }
  // A queue that grows within 0.5 s, without leaps.
  void SendRising(int64_t from_ms, int64_t to_ms) {
    for (int64_t i = 1; i <= 15; ++i) Send(33, from_ms + (to_ms - from_ms) * i / 15);
  }
  // One more packet behind the frame.
  void SendOne(int64_t delay_ms, uint32_t ssrc) { Feed(now_us_ - 20'000, delay_ms, ssrc); }
  AdaptiveEstimator& estimator() { return packets_.estimator(); }
  double base_ms() { return estimator().signals().base_delay_ms; }
  double queue_ms() { return estimator().signals().queue_ms; }

 private:
  void Feed(int64_t arrival_us, int64_t delay_ms, uint32_t ssrc) {
    packets_.Feed(arrival_us - delay_ms * 1'000, arrival_us, 1'000, ssrc);
  }

  Packets packets_;
  int64_t now_us_ = 40'000'000;
};

TEST_CASE("AdaptiveEstimator: stale send times of retransmissions do not hide a queue") {
  Frames frames;
  frames.Send(5'000, 50);
  frames.SendRising(50, 350);
  const double base_ms = frames.base_ms();
  for (int64_t stale_ms = 650; stale_ms <= 950; stale_ms += 75) frames.Send(33, 350 + stale_ms, 2);
  REQUIRE(frames.base_ms() > base_ms + 500);  // taken for another clock
  frames.Send(200, 350);
  CHECK(std::abs(frames.base_ms() - base_ms) < 1);
  CHECK(frames.queue_ms() > 250);
}

TEST_CASE("AdaptiveEstimator: a clock that comes back has the base that it had") {
  struct Return {
    int64_t after_ms;
    int64_t delay_ms;
    double base_ms;
  };
  for (const Return& back : {Return{15'000, 150, 50},
                             {15'000, 60, 50},
                             {15'000, 40, 40},
                             {15'000, 20, 20},
                             {15'000, 650, 650},
                             {25'000, 150, 150}}) {
    CAPTURE(back.after_ms, back.delay_ms);
    Frames frames;
    frames.Send(5'000, 50);
    const double base_ms = frames.base_ms();
    frames.Send(back.after_ms, 9'000, 2);
    REQUIRE(frames.base_ms() > base_ms + 8'900);
    frames.Send(200, back.delay_ms);
    CHECK(std::abs(frames.base_ms() - base_ms - (back.base_ms - 50)) < 1);
  }
}

TEST_CASE("AdaptiveEstimator: what was known of clocks ends with the source of send times") {
  Frames frames;
  frames.Send(5'000, 50);
  const double first_ms = frames.base_ms();
  frames.Send(1'000, 9'000, 2);
  frames.estimator().RestartClock();
  frames.SendOne(5'000, 1);
  CHECK(std::abs(frames.base_ms() - first_ms - 4'950) < 1);
  frames.Send(1'000, 5'000);
  const double base_ms = frames.base_ms();
  frames.Send(200, 150);
  CHECK(std::abs(frames.base_ms() - base_ms + 4'850) < 1);
}

TEST_CASE("AdaptiveEstimator: a single stale packet makes no longer path of a queue") {
  Frames frames;
  frames.Send(5'000, 50);
  frames.SendRising(50, 150);
  const double base_ms = frames.base_ms();
  frames.SendOne(350, 2);
  frames.Send(1'200, 150);  // a longer path would be one 0.5 s after the leap
  CHECK(std::abs(frames.base_ms() - base_ms) < 1);
  CHECK(frames.queue_ms() > 95);
}

TEST_CASE("AdaptiveEstimator: who is far earlier is believed with a second, alike and soon") {
  struct Second {
    int64_t steps;  // that it was sent after the first
    int64_t delay_us;
    uint32_t ssrc;
    bool believed;
  };
  constexpr int64_t kStepUs = 15'625;  // abs-send-time is exact at its multiples
  for (const Second& second : {Second{32, 10'000, 1, true},  // comes after 0.5 s
                               {32, 10'001, 1, false},
                               {4, 10'000, 2, false},
                               {4, -10'000, 1, true},
                               {4, -10'001, 1, false}}) {
    CAPTURE(second.steps, second.delay_us, second.ssrc);
    Packets packets;
    const auto feed = [&](int64_t step, int64_t delay_us, uint32_t ssrc) {
      packets.Feed(step * kStepUs, step * kStepUs + delay_us, 1'000, ssrc);
    };
    for (int64_t step = 1; step <= 200; ++step) feed(step, 50'000, 1);
    const double base_ms = packets.estimator().signals().base_delay_ms;
    feed(210, 10'000, 1);
    CHECK(packets.estimator().signals().base_delay_ms == base_ms);
    feed(210 + second.steps, second.delay_us, second.ssrc);
    CHECK((packets.estimator().signals().base_delay_ms < base_ms) == second.believed);
  }
}

TEST_CASE("AdaptiveEstimator: a queue that leaps up is answered within 160 ms") {
  constexpr int64_t kClocksApartUs = 20'000'000;
  Packets packets;
  int64_t now_us = 40'000'000;
  for (; now_us < 45'000'000; now_us += 10'000) packets.Feed(now_us - kClocksApartUs, now_us);
  REQUIRE(packets.estimator().estimate());
  REQUIRE(packets.estimator().state() != BandwidthUsage::kOverusing);
  int count = 0;
  while (packets.estimator().state() != BandwidthUsage::kOverusing) {
    now_us += 10'000;
    packets.Feed(now_us - kClocksApartUs - 60'000, now_us);
    REQUIRE(++count <= 16);
  }
}

TEST_CASE("AdaptiveEstimator: no rate is beyond 1 Tbit/s") {
  Packets packets;
  packets.estimator().SetStartBitrate(DataRate::BitsPerSec(4'000'000'000'000));
  packets.Feed(0, 1'000);
  packets.Feed(40'000, 41'000);
  CHECK(packets.estimator().estimate() == DataRate::BitsPerSec(1'000'000'000'000));
}

TEST_CASE("AdaptiveEstimator: packets without a send time count in the rate alone") {
  Packets packets;
  for (int i = 0; i < 200; ++i) {
    CHECK_FALSE(packets.Feed(0, i * 20'000, 1'000, 1, false));
  }
  CHECK_FALSE(packets.estimator().estimate());
  CHECK(packets.estimator().incoming_bitrate()->kbps() == 400);
}

TEST_CASE("AdaptiveEstimator: any times and sizes give a rate within bounds") {
  testing::Random random(11);
  Packets packets;
  int64_t now_us = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (random.OneIn(1'000)) now_us += random.Uniform(0, 100'000'000);
    if (!random.OneIn(3)) now_us += random.Uniform(0, 20'000);
    const int64_t sent_us = random.OneIn(50) ? random.Uniform(0, 64'000'000) : now_us;
    const auto before = packets.estimator().estimate();
    const bool changed =
        packets.Feed(sent_us, now_us, random.OneIn(4) ? 0 : random.Uniform(0, 65'535),
                     static_cast<uint32_t>(random.Uniform(0, 20)), !random.OneIn(10),
                     static_cast<uint16_t>(random.Next()));
    REQUIRE(changed == (packets.estimator().estimate() != before));
    if (const auto estimate = packets.estimator().estimate()) {
      REQUIRE(estimate->bps() >= 50'000);
      REQUIRE(estimate->bps() <= 1'000'000'000'000);
    }
  }
  CHECK(packets.estimator().estimate());
}

// Frames whose packets are sent and arrive 0.1 ms apart, as on a fast path.
class Bursts {
 public:
  static constexpr int kPackets = 6;
  static constexpr int64_t kBits = 8 * 1'000 * kPackets;

  // The next frame, all of whose packets take so long.
  void Send(int64_t delay_us, int packets = kPackets, int64_t bytes = 1'000) {
    for (int i = 0; i < packets; ++i) {
      const int64_t sent_us = now_us_ + 100 * i;
      packets_.Feed(sent_us, sent_us + delay_us, bytes);
    }
    now_us_ += kFrameUs;
  }
  AdaptiveEstimator& estimator() { return packets_.estimator(); }
  AdaptiveSignals signals() { return estimator().signals(); }

 private:
  static constexpr int64_t kFrameUs = 33'000;

  Packets packets_;
  int64_t now_us_ = 40'000'000;
};

TEST_CASE("AdaptiveEstimator: the first long train is believed at once, but for a twentieth") {
  Packets packets;
  // Five gaps of 1 ms: 8 Mbit/s.
  for (int64_t us = 0; us <= 5'000; us += 1'000) packets.Feed(us, us + 40'000);
  CHECK_FALSE(packets.estimator().estimate());
  packets.Feed(33'000, 73'000);  // the next frame ends it
  REQUIRE(packets.estimator().estimate());
  CHECK(std::abs(packets.estimator().estimate()->bps() - 7'600'000) < 76'000);
}

TEST_CASE("AdaptiveEstimator: at first up to ten times what was received within 200 ms") {
  Bursts bursts;
  for (int i = 0; i < 15; ++i) bursts.Send(40'000, 1, 0);  // half a second with next to nothing
  bursts.Send(40'000);
  bursts.Send(40'000, 1, 0);
  REQUIRE(bursts.estimator().estimate());
  CHECK(bursts.estimator().estimate()->bps() == 10 * Bursts::kBits * 5);
}

TEST_CASE("AdaptiveEstimator: where trains show room, less than 30 ms may be jitter") {
  for (const int64_t longer_us : {30'000, 36'000, 42'000, 50'000, 60'000}) {
    CAPTURE(longer_us);
    // Every second frame is 30 ms late: by twice its jitter a queue could be longer still.
    Bursts bursts;
    for (int i = 0; i < 300; ++i) bursts.Send(i % 2 == 0 ? 40'000 : 70'000);
    REQUIRE(bursts.signals().jitter_ms > 30);
    for (int i = 0; i < 20; ++i) bursts.Send(longer_us + (i % 2 == 0 ? 40'000 : 70'000));
    const AdaptiveSignals signals = bursts.signals();
    REQUIRE(signals.train_capacity_bps >
            2 * static_cast<double>(bursts.estimator().estimate()->bps()));
    CHECK(std::abs(signals.queue_ms - static_cast<double>(longer_us) * 1e-3) < 0.1);
    const double excess_ms = signals.queue_ms - signals.threshold_ms;
    REQUIRE(excess_ms > 5);
    REQUIRE(excess_ms < 55);
    CHECK(signals.mode == (excess_ms < 30 ? Mode::kHold : Mode::kBackOff));
  }
}

TEST_CASE("AdaptiveEstimator: after half a second of nothing the receiver may have stood still") {
  for (const int64_t stall_us : {450'000, 550'000}) {
    CAPTURE(stall_us);
    constexpr int64_t kDelayUs = 20'000'000;  // nearly all of it the clocks' distance
    Packets packets;
    int64_t sent_us = 0;
    for (; sent_us < 5'000'000; sent_us += 10'000) packets.Feed(sent_us, sent_us + kDelayUs);
    REQUIRE(packets.estimator().signals().capacity_share_bps > 0);
    const int64_t end_us = sent_us + stall_us;
    for (; sent_us < end_us; sent_us += 10'000) packets.Feed(sent_us, end_us + kDelayUs);
    packets.Feed(sent_us, sent_us + kDelayUs);
    // What arrived when is not known, and so no rate; a queue leaves that as it is.
    CHECK((packets.estimator().signals().capacity_share_bps == 0) == (stall_us > 500'000));
  }
}

}  // namespace
}  // namespace remb::core
