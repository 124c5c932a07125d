// After any trouble with clocks, paths and packets the adaptive profile finds its way back: in
// closed loop, as a rate that is stuck shows itself only where the sender follows it.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <utility>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/random.h"

namespace remb::testing {
namespace {

constexpr int64_t kMs = 1'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kFrame = 33'333;

// A sender that follows the REMBs, a link with a queue of 300 ms, and a receiver. Frames are paced
// at 2.5 times the rate; a REMB takes 50 ms.
class Call {
 public:
  explicit Call(uint64_t seed)
      : random_(seed), estimator_(Create(ConfigOf(REMB_PROFILE_ADAPTIVE))) {}

  void Run(int64_t length_us) {
    for (const int64_t end_us = now_us_ + length_us; now_us_ < end_us; now_us_ += kFrame) {
      SendFrame();
    }
  }
  // The mean of what the sender was allowed, in bit/s.
  double RunForRate(int64_t length_us) {
    double sum = 0;
    int frames = 0;
    for (const int64_t end_us = now_us_ + length_us; now_us_ < end_us; now_us_ += kFrame) {
      SendFrame();
      sum += static_cast<double>(target_bps_);
      ++frames;
    }
    return sum / frames;
  }
  // Something goes wrong, for good or for a while.
  void Trouble() {
    switch (random_.Uniform(0, 9)) {
      case 0:
        receiver_us_ += random_.Uniform(-100 * kSecond, 100 * kSecond);
        receiver_us_ = std::max<int64_t>(receiver_us_, 0);
        break;
      case 1:
        sender_us_ += random_.Uniform(-100 * kSecond, 100 * kSecond);
        break;
      case 2:
        now_us_ += random_.Uniform(0, 100 * kSecond);
        break;
      case 3:
        loss_one_in_ = random_.Uniform(1, 50);
        break;
      case 4:
        capacity_bps_ = random_.Uniform(60'000, 50'000'000);
        break;
      case 5:
        base_us_ = random_.Uniform(0, 400 * kMs);
        break;
      case 6:
        set_abs_send_time(random_.OneIn(2));
        break;
      case 7:
        wrong_one_in_ = random_.Uniform(2, 100);
        break;
      case 8:
        sequence_ = static_cast<uint16_t>(random_.Next());
        break;
      default:
        ++ssrc_;
        rtp_origin_ = static_cast<uint32_t>(random_.Next());
    }
  }
  // A clean path of so much; what was set wrong stays wrong.
  void Clean(int64_t capacity_bps) {
    capacity_bps_ = capacity_bps;
    base_us_ = 50 * kMs;
    loss_one_in_ = wrong_one_in_ = 0;
  }
  void set_abs_send_time(bool on) {
    stamps_ = REMB_STAMP_RTP_TIMESTAMP | (on ? REMB_STAMP_ABS_SEND_TIME : 0);
  }
  remb_stats stats() const { return StatsOf(estimator_.get()); }

 private:
  void SendFrame() {
    while (!pending_.empty() && pending_.front().first <= now_us_) {
      target_bps_ = pending_.front().second;
      pending_.pop_front();
    }
    int64_t send_us = now_us_;
    for (int64_t left = target_bps_ / 240 * random_.Uniform(85, 115) / 100; left > 0;) {
      const int64_t size = std::min<int64_t>(left, 1'200);
      left -= size;
      SendPacket(static_cast<int32_t>(size), send_us);
      send_us += size * 8 * kSecond * 10 / (25 * target_bps_);
    }
  }
  void SendPacket(int32_t size, int64_t send_us) {
    const uint16_t sequence = sequence_++;
    if (loss_one_in_ > 0 && random_.OneIn(loss_one_in_)) return;
    const int64_t begin_us = std::max(send_us, link_free_us_);
    if (begin_us - send_us > 300 * kMs) return;
    link_free_us_ = begin_us + int64_t{size} * 8 * kSecond / capacity_bps_;
    const int64_t arrival_us = link_free_us_ + base_us_;
    int64_t clock_us = send_us + sender_us_;
    if (wrong_one_in_ > 0 && random_.OneIn(wrong_one_in_)) {
      clock_us += random_.Uniform(-40 * kSecond, 40 * kSecond);
    }
    remb_packet packet = MakePacket(ssrc_, arrival_us + receiver_us_, size);
    packet.stamps = stamps_ | REMB_STAMP_SEQUENCE_NUMBER;
    packet.abs_send_time = AbsSendTime(clock_us);
    packet.rtp_timestamp = rtp_origin_ + static_cast<uint32_t>(now_us_ * 9 / 100);
    packet.sequence_number = sequence;
    REQUIRE(remb_on_packet(estimator_.get(), &packet) >= 0);
    const remb_message message = SendIfDue(estimator_.get(), packet.arrival_us);
    if (message.bitrate_bps > 0) {
      pending_.emplace_back(arrival_us + 50 * kMs, message.bitrate_bps);
    }
  }

  Random random_;
  Handle estimator_;
  int64_t now_us_ = kSecond;
  int64_t receiver_us_ = 1'000 * kSecond;
  int64_t sender_us_ = 100'000 * kSecond;
  int64_t base_us_ = 50 * kMs;
  int64_t capacity_bps_ = 2'000'000;
  int64_t loss_one_in_ = 0;
  int64_t wrong_one_in_ = 0;
  uint32_t stamps_ = REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_ABS_SEND_TIME;
  uint32_t ssrc_ = 1;
  uint32_t rtp_origin_ = 0;
  uint16_t sequence_ = 65'000;
  int64_t link_free_us_ = 0;
  int64_t target_bps_ = 300'000;
  std::deque<std::pair<int64_t, int64_t>> pending_;  // REMBs on their way back
};

TEST_CASE("after any trouble, half of 2 Mbit/s within 30 s") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Call call(seed);
    call.Run(3 * kSecond);
    for (int i = 0; i < 8; ++i) {
      call.Trouble();
      call.Run(kSecond);
    }
    call.Clean(2'000'000);
    call.Run(30 * kSecond);
    const double rate = call.RunForRate(5 * kSecond);
    CAPTURE(call.stats().mode, call.stats().queueing_delay_ms, call.stats().clock);
    CHECK(rate >= 1e6);
    CHECK(rate < 2.4e6);
  }
}

TEST_CASE("a change of the time source keeps the estimate") {
  Call call(1);
  call.Run(15 * kSecond);
  const double before = call.RunForRate(5 * kSecond);
  CHECK(before > 1.6e6);
  for (int change = 0; change < 4; ++change) {
    CAPTURE(change);
    call.set_abs_send_time(change % 2 == 1);
    double least = before;
    for (int i = 0; i < 30; ++i) {
      call.Run(kFrame);
      least = std::min(least, static_cast<double>(call.stats().estimate_bps));
    }
    CHECK(least > 0.75 * before);
    CHECK(call.stats().clock ==
          (change % 2 == 1 ? REMB_CLOCK_ABS_SEND_TIME : REMB_CLOCK_TRANSMISSION_OFFSET));
    CHECK(call.RunForRate(5 * kSecond) > 1.6e6);
  }
}

}  // namespace
}  // namespace remb::testing
