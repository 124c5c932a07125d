// A call for tests of AdaptiveEstimator: a sender, a link and the estimator behind it.
#ifndef CC_BWE_ADAPTIVE_ESTIMATOR_TEST_PATH_H_
#define CC_BWE_ADAPTIVE_ESTIMATOR_TEST_PATH_H_

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "cc/bwe/adaptive_estimator.h"
#include "cc/testing/random.h"

namespace remb::core {

inline uint32_t AbsSendTime(int64_t us) {
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
  // Cross traffic from now on grows by 100 kbit/s a second, and halves when the queue is full.
  void set_cross_fills_queue(bool on) { cross_fills_queue_ = on; }
  // One packet in so many is lost on the way; 0: none.
  void set_loss(int64_t one_in) { lost_one_in_ = one_in; }
  void set_frame_times_only(bool on) { frame_times_only_ = on; }
  // RTP timestamps have transmission offsets, and whether these count.
  void set_transmission_offsets(bool sent, bool used) {
    offsets_sent_ = sent;
    offsets_used_ = used;
  }
  void RestartClock() {
    estimator_.RestartClock();
    streams_.ResetSendClocks();
  }
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
      if (cross_fills_queue_) {
        const bool full = link_free_us_ - next_cross_us_ > kQueueUs;
        cross_bps_ = full ? cross_bps_ / 2 : cross_bps_ + int64_t{1200} * 8 * 100'000 / cross_bps_;
        if (full) {
          next_cross_us_ += 100'000;
          continue;
        }
      }
      link_free_us_ =
          std::max(link_free_us_, next_cross_us_) + int64_t{1200} * 8'000'000 / capacity_bps_;
      next_cross_us_ += int64_t{1200} * 8'000'000 / cross_bps_;
    }
    const int64_t begin_us = std::max(send_us, link_free_us_);
    if (begin_us - send_us > kQueueUs) {
      ++sequence_[1];
      return;
    }
    link_free_us_ = begin_us + size * 8'000'000 / capacity_bps_;
    if (lost_one_in_ > 0 && random_.OneIn(lost_one_in_)) {
      ++sequence_[1];
      return;
    }
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
    const ReceivedPacket packet{
        .ssrc = ssrc,
        .stamps = ReceivedPacket::kAbsSendTime | ReceivedPacket::kRtpTimestamp |
                  ReceivedPacket::kSequenceNumber |
                  (offsets_sent_ ? ReceivedPacket::kTransmissionOffset : 0),
        .abs_send_time = AbsSendTime(clock_us),
        .rtp_timestamp = static_cast<uint32_t>(now_us_ * 9 / 100),
        .transmission_offset = static_cast<int32_t>((send_us - now_us_) * 9 / 100),
        .sequence_number = sequence_[ssrc]++,
        .size = DataSize::Bytes(size),
        .arrival = arrival};
    Stream* stream = streams_.Find(ssrc);
    if (!stream) stream = streams_.Add(ssrc, {});
    streams_.ReserveSendClocks();
    if (!estimator_.Count(packet, arrival, stream, {}, streams_)) return;
    const bool changed = frame_times_only_ ? estimator_.OnRtpTimestamp(packet, offsets_used_,
                                                                       arrival, stream, streams_)
                                           : estimator_.OnAbsSendTime(packet, true, arrival);
    if (changed && estimator_.estimate()) {
      pending_.emplace_back(arrival_us + 50'000, estimator_.estimate()->bps());
    }
  }

  static constexpr int64_t kReadUs = 30;  // that it takes to read a packet
  static constexpr int64_t kQueueUs = 300'000;

  AdaptiveEstimator estimator_;
  StreamTable streams_{10};
  testing::Random random_{1};
  int64_t capacity_bps_;
  int64_t source_max_bps_ = 1'000'000'000;
  int64_t base_us_ = 50'000;
  int64_t receiver_us_ = 5'000'000'000;
  int64_t cross_bps_ = 0;
  bool cross_fills_queue_ = false;
  int64_t lost_one_in_ = 0;
  bool frame_times_only_ = false;
  bool offsets_sent_ = false;
  bool offsets_used_ = false;
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

inline constexpr TimeDelta kSettle = TimeDelta::Seconds(15);

// Runs, and checks that the path is well used with a short queue: in milliseconds, or few packets.
inline void CheckSteady(Path& path, double packet_ms = 0) {
  CHECK(path.Run(TimeDelta::Seconds(10)) > 0.93);
  CHECK(path.Wait(0.5) < std::max(20.0, 1.2 * packet_ms));
  CHECK(path.Wait(0.95) < std::max(45.0, 2.4 * packet_ms));
}

}  // namespace remb::core

#endif  // CC_BWE_ADAPTIVE_ESTIMATOR_TEST_PATH_H_
