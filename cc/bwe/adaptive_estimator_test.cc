#include "cc/bwe/adaptive_estimator.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Mode = AdaptiveSignals::Mode;

uint32_t AbsSendTime(int64_t us) {
  return static_cast<uint32_t>((us << 18) / 1'000'000) & 0xFF'FFFF;
}

// A sender that follows the estimate, a link with a queue, and an estimator behind it. Frames come
// 30 a second, about 15 % larger or smaller, in packets of 1200 bytes paced at 2.5 times the rate;
// the estimate takes effect 100 ms later. Cross traffic is packets that share the link.
class Path {
 public:
  explicit Path(int64_t capacity_bps) : capacity_bps_(capacity_bps) {}

  AdaptiveEstimator& estimator() { return estimator_; }
  Timestamp now() const { return Timestamp::Micros(now_us_); }
  void set_capacity(int64_t bps) { capacity_bps_ = bps; }
  void set_source_max(int64_t bps) { source_max_bps_ = bps; }
  void set_base_us(int64_t us) { base_us_ = us; }
  void set_cross(int64_t bps) { cross_bps_ = bps; }
  void set_frame_times_only(bool on) { frame_times_only_ = on; }
  void JumpReceiverClock(int64_t us) { receiver_us_ += us; }
  void set_jitter(int64_t us) { jitter_us_ = us; }
  // From now on one packet in so many is SSRC 1's, the others SSRC 2's, which are sent by a clock
  // so much ahead.
  void AddSender(int64_t clock_us, int one_in) {
    clock_2_us_ = clock_us;
    one_in_ = one_in;
  }
  // The next packet's send time is wrong by so much.
  void set_send_time_error(int64_t us) { send_time_error_us_ = us; }

  // Runs for so long; gives the share of the capacity that was used.
  double Run(TimeDelta length) {
    const int64_t end_us = now_us_ + length.us();
    int64_t bytes = 0;
    waits_us_.clear();
    while (now_us_ < end_us) {
      SendFrame(bytes);
      now_us_ += 33'333;
    }
    return 8e6 * static_cast<double>(bytes) / static_cast<double>(length.us()) /
           static_cast<double>(capacity_bps_);
  }
  void Pause(TimeDelta length) { now_us_ += length.us(); }
  // For so long the receiver does not look at what comes. Then it gets all of it at once, or the
  // first so many packets, which is what a socket's buffer holds.
  void StallReceiver(TimeDelta length, int buffer = 1'000'000) {
    stall_end_us_ = now_us_ + length.us();
    buffer_ = buffer;
    Run(length);
  }

  double rate() const { return static_cast<double>(target_bps_); }
  // Of the last run, the wait in the queue that so many of the packets had at most, in ms.
  double Wait(double part) {
    std::sort(waits_us_.begin(), waits_us_.end());
    const auto index = static_cast<size_t>(part * static_cast<double>(waits_us_.size() - 1));
    return static_cast<double>(waits_us_[index]) * 1e-3;
  }

 private:
  void SendFrame(int64_t& bytes) {
    while (!pending_.empty() && pending_.front().first <= now_us_) {
      target_bps_ = pending_.front().second;
      pending_.pop_front();
    }
    const int64_t rate = std::min(target_bps_, source_max_bps_);
    int64_t left = rate / 240;
    left = left * random_.Uniform(85, 115) / 100;
    int64_t send_us = now_us_;
    while (left > 0) {
      const int64_t size = std::min<int64_t>(left, 1200);
      left -= size;
      bytes += size;
      SendPacket(size, send_us);
      send_us += size * 8 * 1'000'000 * 10 / (25 * target_bps_);
    }
  }
  void SendPacket(int64_t size, int64_t send_us) {
    // Others' packets come in between.
    while (cross_bps_ > 0 && next_cross_us_ < send_us) {
      next_cross_us_ = std::max(next_cross_us_, send_us - 100'000);
      link_free_us_ =
          std::max(link_free_us_, next_cross_us_) + int64_t{1200} * 8'000'000 / capacity_bps_;
      next_cross_us_ += int64_t{1200} * 8'000'000 / cross_bps_;
    }
    const int64_t begin_us = std::max(send_us, link_free_us_);
    if (begin_us - send_us > 300'000) {
      ++sequence_[1];
      return;
    }
    link_free_us_ = begin_us + size * 8'000'000 / capacity_bps_;
    waits_us_.push_back(begin_us - send_us);
    const int64_t jitter_us = jitter_us_ > 0 ? random_.Uniform(0, jitter_us_) : 0;
    last_arrival_us_ = std::max(last_arrival_us_, link_free_us_ + base_us_ + jitter_us);
    if (last_arrival_us_ < stall_end_us_ + kReadUs && buffer_-- == 0) {
      ++sequence_[1];
      buffer_ = 0;
      return;
    }
    last_read_us_ = std::max({last_arrival_us_, stall_end_us_, last_read_us_ + kReadUs});
    const int64_t arrival_us = last_read_us_;
    const auto arrival = Timestamp::Micros(arrival_us + receiver_us_);
    const uint32_t ssrc = packets_++ % one_in_ == 0 ? 1 : 2;
    const int64_t clock_us = send_us + (ssrc == 1 ? 0 : clock_2_us_) + send_time_error_us_;
    send_time_error_us_ = 0;
    const ReceivedPacket packet{.ssrc = ssrc,
                                .stamps = ReceivedPacket::kAbsSendTime |
                                          ReceivedPacket::kRtpTimestamp |
                                          ReceivedPacket::kSequenceNumber,
                                .abs_send_time = AbsSendTime(clock_us),
                                .rtp_timestamp = static_cast<uint32_t>(now_us_ * 9 / 100),
                                .transmission_offset = 0,
                                .sequence_number = sequence_[ssrc]++,
                                .size = DataSize::Bytes(size),
                                .arrival = arrival};
    Stream* stream = streams_.Find(ssrc);
    if (!stream) stream = streams_.Add(ssrc, {});
    streams_.ReserveSendClocks();
    if (!estimator_.Count(packet, arrival, stream, {}, streams_)) return;
    const bool changed = frame_times_only_
                             ? estimator_.OnRtpTimestamp(packet, false, arrival, stream, streams_)
                             : estimator_.OnAbsSendTime(packet, true, arrival);
    if (changed && estimator_.estimate()) {
      pending_.emplace_back(arrival_us + 50'000, estimator_.estimate()->bps());
    }
  }

  static constexpr int64_t kReadUs = 30;  // that it takes to read a packet

  AdaptiveEstimator estimator_;
  StreamTable streams_{10};
  testing::Random random_{1};
  int64_t capacity_bps_;
  int64_t source_max_bps_ = 1'000'000'000;
  int64_t base_us_ = 50'000;
  int64_t receiver_us_ = 5'000'000'000;
  int64_t cross_bps_ = 0;
  bool frame_times_only_ = false;
  int64_t now_us_ = 1'000'000;
  int64_t next_cross_us_ = 0;
  int64_t link_free_us_ = 0;
  int64_t target_bps_ = 300'000;
  int64_t last_arrival_us_ = 0;
  int64_t last_read_us_ = 0;
  int64_t stall_end_us_ = 0;
  int buffer_ = 0;
  int64_t jitter_us_ = 0;
  int64_t packets_ = 0;
  int one_in_ = 1;
  int64_t clock_2_us_ = 0;
  int64_t send_time_error_us_ = 0;
  uint16_t sequence_[3] = {0, 65'000, 65'000};       // by SSRC
  std::deque<std::pair<int64_t, int64_t>> pending_;  // estimates on their way back
  std::vector<int64_t> waits_us_;
};

constexpr TimeDelta kSettle = TimeDelta::Seconds(15);

// Runs, and checks that the path is well used with a short queue: in milliseconds, or few packets.
void CheckSteady(Path& path, double packet_ms = 0) {
  CHECK(path.Run(TimeDelta::Seconds(10)) > 0.93);
  CHECK(path.Wait(0.5) < std::max(20.0, 1.2 * packet_ms));
  CHECK(path.Wait(0.95) < std::max(45.0, 2.4 * packet_ms));
}

TEST_CASE("AdaptiveEstimator: no estimate before the first trains") {
  Path path(2'000'000);
  CHECK_FALSE(path.estimator().estimate());
  path.Run(TimeDelta::Millis(40));
  CHECK_FALSE(path.estimator().estimate());
  path.Run(TimeDelta::Millis(200));
  REQUIRE(path.estimator().estimate());
  CHECK(path.estimator().estimate()->kbps() >= 300);
}

TEST_CASE("AdaptiveEstimator: a start bitrate is an estimate") {
  AdaptiveEstimator estimator;
  estimator.SetStartBitrate(DataRate::KilobitsPerSec(1'234));
  CHECK(estimator.estimate() == DataRate::KilobitsPerSec(1'234));
}

TEST_CASE("AdaptiveEstimator: uses what there is, with a short queue") {
  for (int64_t kbps : {300, 1'000, 2'000, 5'000, 40'000}) {
    CAPTURE(kbps);
    Path path(kbps * 1'000);
    path.Run(kSettle);
    CheckSteady(path, 8.0 * 1'200 / static_cast<double>(kbps));
  }
}

TEST_CASE("AdaptiveEstimator: with the times of frames alone") {
  Path path(2'000'000);
  path.set_frame_times_only(true);
  path.Run(kSettle);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: half the capacity") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_capacity(1'000'000);
  path.Run(TimeDelta::Millis(500));
  CHECK(path.rate() < 1e6);
  CHECK(path.estimator().state() == BandwidthUsage::kOverusing);
  path.Run(TimeDelta::Millis(700));
  CHECK(path.Wait(0.01) < 50);
  path.Run(TimeDelta::Seconds(5));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: twice the capacity") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_capacity(4'000'000);
  path.Run(TimeDelta::Seconds(2));
  CHECK(path.rate() > 3.4e6);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: a jump of the receiver's clock costs nothing") {
  Path path(2'000'000);
  path.Run(kSettle);
  for (int64_t seconds : {1, 10, 40, 3'600}) {
    CAPTURE(seconds);
    path.JumpReceiverClock(seconds * 1'000'000);
    path.Run(TimeDelta::Millis(200));
    CHECK(path.rate() > 1.6e6);
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: a longer path is not a queue for long") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_base_us(90'000);
  path.Run(TimeDelta::Seconds(6));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: a longer path that trembles is no competitor") {
  Path path(2'000'000);
  path.set_jitter(15'000);
  path.Run(kSettle);
  const double before = path.Run(TimeDelta::Seconds(10));
  path.set_base_us(150'000);
  for (int i = 0; i < 100; ++i) {
    path.Run(TimeDelta::Millis(100));
    REQUIRE(path.estimator().signals().mode != Mode::kCompetition);
  }
  CHECK(path.Run(TimeDelta::Seconds(10)) > before - 0.05);
  CHECK(path.Wait(0.95) < 45);
}

TEST_CASE("AdaptiveEstimator: one packet with a wrong send time costs nothing") {
  for (int64_t error_us :
       {40'000, 400'000, 2'000'000, 31'000'000, -40'000, -400'000, -2'000'000, -31'000'000}) {
    CAPTURE(error_us);
    Path path(2'000'000);
    path.Run(kSettle);
    const double base_ms = path.estimator().signals().base_delay_ms;
    path.set_send_time_error(error_us);
    path.Run(TimeDelta::Seconds(1));
    CHECK(std::abs(path.estimator().signals().base_delay_ms - base_ms) < 5);
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: two packets with alike send times far earlier are believed") {
  Path path(2'000'000);
  path.Run(kSettle);
  const double base_ms = path.estimator().signals().base_delay_ms;
  path.set_base_us(10'000);
  path.Run(TimeDelta::Seconds(1));
  CHECK(std::abs(path.estimator().signals().base_delay_ms - base_ms + 40) < 5);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: two senders' clocks") {
  for (int64_t clock_us : {2'000'000, 31'990'000, -20'000'000}) {
    for (int one_in : {2, 5}) {
      CAPTURE(clock_us, one_in);
      Path path(2'000'000);
      path.Run(kSettle);
      path.AddSender(clock_us, one_in);
      path.Run(TimeDelta::Seconds(5));
      CheckSteady(path);
      path.set_capacity(1'000'000);
      path.Run(TimeDelta::Seconds(2));
      CHECK(path.rate() < 1e6);
      path.Run(TimeDelta::Seconds(5));
      CHECK(path.Run(TimeDelta::Seconds(10)) > 0.9);
      CHECK(path.Wait(0.95) < 60);  // by a part of the packets it is seen later
    }
  }
}

TEST_CASE("AdaptiveEstimator: a sender that uses little is not told to use any rate") {
  Path path(1'000'000'000);
  path.set_source_max(2'000'000);
  path.Run(TimeDelta::Seconds(30));
  CHECK(path.rate() > 3e6);
  CHECK(path.rate() < 10 * 2.2e6);  // received: what frames vary by included
}

TEST_CASE("AdaptiveEstimator: goes on after a pause") {
  for (int64_t seconds : {1, 30, 64, 600}) {
    CAPTURE(seconds);
    Path path(2'000'000);
    path.Run(kSettle);
    path.Pause(TimeDelta::Seconds(seconds));
    path.Run(TimeDelta::Millis(500));
    CHECK(path.rate() > 1.3e6);
    path.Run(TimeDelta::Seconds(1));
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: what was kept while the receiver stood still shows no capacity") {
  constexpr int kSocketBuffer = 90;  // packets of 1200 bytes that Linux keeps by default
  for (bool frame_times_only : {false, true}) {
    for (int64_t kbps : {300, 1'000, 5'000}) {
      for (int buffer : {1'000'000, kSocketBuffer}) {
        for (int64_t ms : {700, 2'000, 3'000, 9'000}) {
          if (frame_times_only && ms > 2'000) continue;
          CAPTURE(frame_times_only, kbps, buffer, ms);
          Path path(kbps * 1'000);
          path.set_frame_times_only(frame_times_only);
          path.Run(kSettle);
          path.StallReceiver(TimeDelta::Millis(ms), buffer);
          for (int i = 0; i < 30; ++i) {
            path.Run(TimeDelta::Millis(100));
            CHECK(path.rate() < 1.4e3 * static_cast<double>(kbps));
          }
          CHECK(path.Run(TimeDelta::Seconds(10)) > 0.93);
          CHECK(path.Wait(0.95) < (kbps == 300 ? 90 : 50));
        }
      }
    }
  }
}

TEST_CASE("AdaptiveEstimator: no queue stands for the time that the receiver stood still") {
  for (int64_t kbps : {300, 1'000, 5'000}) {
    CAPTURE(kbps);
    Path path(2'000 * kbps);
    path.Run(kSettle);
    path.set_capacity(1'000 * kbps);
    path.Run(TimeDelta::Millis(400));
    REQUIRE(path.estimator().signals().mode == Mode::kBackOff);
    path.StallReceiver(TimeDelta::Seconds(4));
    for (int i = 0; i < 50; ++i) {
      path.Run(TimeDelta::Millis(100));
      CHECK(path.estimator().signals().mode != Mode::kCompetition);
    }
  }
}

TEST_CASE("AdaptiveEstimator: a sender that uses a quarter is not cut, and finds the rest") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_source_max(500'000);
  path.Run(TimeDelta::Seconds(30));
  CHECK(path.rate() > 1.8e6);
  path.set_source_max(10'000'000);
  path.Run(TimeDelta::Seconds(3));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: leaves others what they send") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_cross(1'000'000);
  path.Run(TimeDelta::Seconds(5));
  const double part = path.Run(TimeDelta::Seconds(20));
  CHECK(part > 0.45);
  CHECK(part < 0.55);
  CHECK(path.Wait(0.95) < 45);
  CHECK(path.estimator().signals().mode != Mode::kCompetition);
}

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
  frames.Send(1'000, 9'000, 2);
  frames.estimator().RestartClock();
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
    packets.Feed(sent_us, now_us, random.OneIn(4) ? 0 : random.Uniform(0, 65'535),
                 static_cast<uint32_t>(random.Uniform(0, 20)), !random.OneIn(10),
                 static_cast<uint16_t>(random.Next()));
    if (const auto estimate = packets.estimator().estimate()) {
      REQUIRE(estimate->bps() >= 50'000);
      REQUIRE(estimate->bps() <= 1'000'000'000'000);
    }
  }
  CHECK(packets.estimator().estimate());
}

}  // namespace
}  // namespace remb::core
