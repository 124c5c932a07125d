#include "cc/capi/estimator.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <deque>
#include <vector>

#include "cc/bwe/remote_bitrate_estimator_test_helper.h"

namespace remb::core {
namespace {

constexpr TimeDelta kThrottlerInterval = TimeDelta::Millis(200);  // libwebrtc remb_throttler.cc

Estimator::Config WithInterval(TimeDelta interval) {
  Estimator::Config config;
  config.schedule.interval = interval;
  return config;
}

DataRate Kbps(int64_t kbps) { return DataRate::KilobitsPerSec(kbps); }

// A steady sender in front of an estimator: 1000 bytes every 20 ms, 400 kbit/s.
class Fixture {
 public:
  explicit Fixture(const Estimator::Config& config = {}) : estimator_(config) {}

  Estimator& estimator() { return estimator_; }
  Timestamp now() const { return Timestamp::Millis(now_ms_); }
  void AdvanceMs(int64_t ms) { now_ms_ += ms; }
  Estimator::Facts Send(uint32_t ssrc = 1, uint32_t stamps = ReceivedPacket::kAbsSendTime,
                        int64_t interval_ms = 20) {
    now_ms_ += interval_ms;
    sent_ms_ += interval_ms;
    ReceivedPacket packet{.ssrc = ssrc,
                          .stamps = stamps,
                          .abs_send_time = test::AbsSendTime(sent_ms_, 1000),
                          .rtp_timestamp = static_cast<uint32_t>(90 * sent_ms_),
                          .transmission_offset = 0,
                          .size = DataSize::Bytes(1000),
                          .arrival = now()};
    return estimator_.OnPacket(packet, estimator_.streams().Find(packet.ssrc));
  }
  // Until there is an estimate, and a REMB due.
  void SendUntilDue() {
    while (!(Send() & Estimator::kRembDue)) REQUIRE(now_ms_ < 100'000);
  }
  void SendRemb() { estimator_.OnRembSent(now(), *estimator_.rate()); }

 private:
  Estimator estimator_;
  int64_t now_ms_ = 10'000;
  int64_t sent_ms_ = 10'000;
};

// libwebrtc modules/congestion_controller/receive_side_congestion_controller_unittest.cc.

TEST_CASE("ReceiveSideCongestionController.SendsRembWithAbsSendTime") {
  constexpr int64_t kIntervalMs = 1000 * 8 / 60;  // 1000 bytes at 60 kbit/s
  Fixture fixture(WithInterval(kThrottlerInterval));
  int rembs = 0;
  for (int i = 0; i < 10; ++i) {
    if (fixture.Send(1, ReceivedPacket::kAbsSendTime, kIntervalMs) & Estimator::kRembDue) {
      ++rembs;
      fixture.SendRemb();
    }
  }
  CHECK(rembs >= 1);
}

// A sender that has nothing but REMBs to go by: below them its rate grows 8 % a second.
class RembSender {
 public:
  RembSender(int64_t start_bps, int64_t now_us)
      : bps_(static_cast<double>(start_bps)), changed_us_(now_us) {}

  void OnRemb(int64_t bps) { remb_bps_ = bps; }
  int64_t Rate(int64_t now_us) {
    const double seconds = static_cast<double>(now_us - changed_us_) * 1e-6;
    changed_us_ = now_us;
    bps_ *= std::pow(1.08, seconds);
    if (remb_bps_ > 0) bps_ = std::min(bps_, static_cast<double>(remb_bps_));
    return static_cast<int64_t>(bps_);
  }

 private:
  double bps_;
  int64_t remb_bps_ = 0;
  int64_t changed_us_;
};

// The rate after 30 s on 1 Mbit/s, 50 ms each way.
int64_t ConvergedBps(TimeDelta remb_interval) {
  constexpr int64_t kDelayUs = 50'000;
  constexpr int64_t kStartUs = 100'000'000;
  constexpr int64_t kEndUs = kStartUs + 30'000'000;
  struct Remb {
    int64_t arrival_us;
    int64_t bps;
  };
  Estimator estimator(WithInterval(remb_interval));
  test::StreamGenerator link(1'000'000, kStartUs);
  link.AddStream({});
  RembSender sender(300'000, kStartUs);
  std::deque<test::StreamGenerator::Packet> on_the_way;
  std::deque<Remb> on_the_way_back;
  for (int64_t now_us = kStartUs; now_us < kEndUs; now_us += 1000) {
    while (!on_the_way_back.empty() && on_the_way_back.front().arrival_us <= now_us) {
      sender.OnRemb(on_the_way_back.front().bps);
      on_the_way_back.pop_front();
    }
    link.SetBitrate(sender.Rate(now_us));
    for (const auto& packet : link.SendFrame(now_us)) on_the_way.push_back(packet);
    Estimator::Facts facts = estimator.AdvanceTo(Timestamp::Micros(now_us));
    while (!on_the_way.empty() && on_the_way.front().arrival_us + kDelayUs <= now_us) {
      const auto& sent = on_the_way.front();
      ReceivedPacket packet{.ssrc = sent.ssrc,
                            .stamps = ReceivedPacket::kAbsSendTime,
                            .abs_send_time = test::AbsSendTime(sent.send_us, 1'000'000),
                            .rtp_timestamp = sent.rtp_timestamp,
                            .transmission_offset = 0,
                            .size = DataSize::Bytes(sent.bytes),
                            .arrival = Timestamp::Micros(sent.arrival_us + kDelayUs)};
      facts = estimator.OnPacket(packet, estimator.streams().Find(packet.ssrc));
      on_the_way.pop_front();
    }
    if (facts & Estimator::kRembDue) {
      const DataRate rate = *estimator.rate();
      estimator.OnRembSent(Timestamp::Micros(now_us), rate);
      on_the_way_back.push_back({now_us + kDelayUs, rate.bps()});
    }
  }
  return sender.Rate(kEndUs);
}

TEST_CASE("ReceiveSideCongestionController.ConvergesToCapacity") {
  for (TimeDelta interval : {kThrottlerInterval, RembScheduler::Config().interval}) {
    const int64_t bps = ConvergedBps(interval);
    CAPTURE(interval.ms());
    CHECK(bps >= 750'000);
    CHECK(bps <= 1'050'000);
  }
}

TEST_CASE("ReceiveSideCongestionController: audio is left out unless asked for") {
  for (bool count_audio : {false, true}) {
    Estimator::Config config;
    config.count_audio = count_audio;
    Fixture fixture(config);
    CHECK(fixture.estimator().AddStream(1, {.audio = true}));
    for (int i = 0; i < 100; ++i) fixture.Send(1);
    CHECK(fixture.estimator().packets() == (count_audio ? 100 : 0));
    CHECK(fixture.estimator().rate().has_value() == count_audio);
    CHECK(fixture.estimator().streams().alive_count() == (count_audio ? 1 : 0));
    for (int i = 0; i < 100; ++i) fixture.Send(2);  // video
    CHECK(fixture.estimator().rate());
  }
}

TEST_CASE("ReceiveSideCongestionController: abs-send-time switches, thirty without switch back") {
  Fixture fixture;
  const auto clock = [&] { return fixture.estimator().bandwidth().clock_in_use(); };
  fixture.Send(1, ReceivedPacket::kRtpTimestamp);
  CHECK(clock() == BandwidthEstimator::Clock::kTransmissionOffset);
  fixture.Send(1, ReceivedPacket::kRtpTimestamp | ReceivedPacket::kAbsSendTime);
  CHECK(clock() == BandwidthEstimator::Clock::kAbsSendTime);
  for (int i = 0; i < 29; ++i) fixture.Send(1, ReceivedPacket::kRtpTimestamp);
  CHECK(clock() == BandwidthEstimator::Clock::kAbsSendTime);
  fixture.Send(1, ReceivedPacket::kRtpTimestamp);
  CHECK(clock() == BandwidthEstimator::Clock::kTransmissionOffset);
}

TEST_CASE("Estimator: a REMB stays due until it was sent") {
  Fixture fixture;
  fixture.SendUntilDue();
  CHECK(fixture.Send() & Estimator::kRembDue);
  CHECK(fixture.estimator().AdvanceTo(fixture.now()) & Estimator::kRembDue);
  CHECK(fixture.estimator().NextPoll() == fixture.now());
  fixture.SendRemb();
  CHECK_FALSE(fixture.estimator().AdvanceTo(fixture.now()) & Estimator::kRembDue);
  CHECK(fixture.estimator().NextPoll() == fixture.now() + TimeDelta::Seconds(1));
}

TEST_CASE("Estimator: the rate is within its limits") {
  Fixture fixture;
  fixture.SendUntilDue();
  fixture.SendRemb();
  const DataRate estimate = *fixture.estimator().rate();
  CHECK(fixture.estimator().SetMaxBitrate(estimate * 0.99));  // below the last one sent
  CHECK(fixture.estimator().rate() == estimate * 0.99);
  CHECK_FALSE(fixture.estimator().SetMaxBitrate(std::nullopt));
  CHECK(fixture.estimator().rate() == estimate);
  CHECK_FALSE(fixture.estimator().SetMinBitrate(Kbps(10'000)));
  CHECK(fixture.estimator().rate() == Kbps(10'000));
  fixture.estimator().SetMaxBitrate(Kbps(10'000));
  CHECK(fixture.estimator().rate() == Kbps(10'000));
}

TEST_CASE("Estimator: nothing is said while no stream is alive, and the rate is kept") {
  Fixture fixture;
  fixture.SendUntilDue();
  fixture.SendRemb();
  const DataRate estimate = *fixture.estimator().rate();
  fixture.AdvanceMs(StreamTable::kStreamTimeout.ms());
  CHECK(fixture.estimator().AdvanceTo(fixture.now()) & Estimator::kRembDue);
  fixture.AdvanceMs(1);
  CHECK_FALSE(fixture.estimator().AdvanceTo(fixture.now()) & Estimator::kRembDue);
  CHECK_FALSE(fixture.estimator().rate());
  CHECK_FALSE(fixture.estimator().NextPoll());
  CHECK(fixture.estimator().bandwidth().estimate() == estimate);
  CHECK(fixture.Send() & Estimator::kRembDue);
  CHECK(fixture.estimator().rate());
}

TEST_CASE("Estimator: no REMB for streams that will be silent by then") {
  Fixture fixture(WithInterval(TimeDelta::Seconds(10)));
  fixture.SendUntilDue();
  fixture.SendRemb();
  CHECK_FALSE(fixture.estimator().NextPoll());
}

TEST_CASE("Estimator: a removed stream is not listed") {
  Fixture fixture;
  fixture.Send(7);
  fixture.Send(3);
  std::array<uint32_t, 255> ssrcs;
  REQUIRE(fixture.estimator().Ssrcs(ssrcs) == 2);
  CHECK(ssrcs[0] == 3);
  CHECK(ssrcs[1] == 7);
  CHECK(fixture.estimator().RemoveStream(3));
  CHECK_FALSE(fixture.estimator().RemoveStream(3));
  REQUIRE(fixture.estimator().Ssrcs(ssrcs) == 1);
  CHECK(ssrcs[0] == 7);
}

TEST_CASE("Estimator: a packet older by a second at most is taken at the newest time") {
  Fixture fixture;
  fixture.SendUntilDue();
  fixture.SendRemb();
  ReceivedPacket late{.ssrc = 1,
                      .stamps = 0,
                      .abs_send_time = 0,
                      .rtp_timestamp = 0,
                      .transmission_offset = 0,
                      .size = DataSize::Bytes(1000),
                      .arrival = fixture.now() - TimeDelta::Seconds(1)};
  fixture.estimator().OnPacket(late, fixture.estimator().streams().Find(late.ssrc));
  CHECK(late.arrival == fixture.now());
  CHECK(fixture.estimator().rate());
  // A microsecond more, and the clock was set back: all that was measured is gone, what was sent
  // is not.
  late.arrival = fixture.now() - TimeDelta::Seconds(1) - TimeDelta::Micros(1);
  const Timestamp arrival = late.arrival;
  fixture.estimator().OnPacket(late, fixture.estimator().streams().Find(late.ssrc));
  CHECK(late.arrival == arrival);
  CHECK_FALSE(fixture.estimator().rate());
  REQUIRE(fixture.estimator().scheduler().last_sent());
  CHECK(fixture.estimator().scheduler().last_sent()->time == arrival);
}

TEST_CASE("Estimator: reset forgets what was measured and sent") {
  Fixture fixture;
  CHECK(fixture.estimator().AddStream(9, {}));
  fixture.SendUntilDue();
  fixture.SendRemb();
  fixture.estimator().Reset();
  CHECK_FALSE(fixture.estimator().rate());
  CHECK(fixture.estimator().packets() == 0);
  CHECK(fixture.estimator().bytes() == DataSize::Zero());
  CHECK_FALSE(fixture.estimator().scheduler().last_sent());
  CHECK(fixture.estimator().streams().Find(9));
  fixture.SendUntilDue();
}

}  // namespace
}  // namespace remb::core
