// Trains: the packets that a sender lets go together, mostly those of one video frame. A frame
// paced faster than the path carries is spread out by it, which shows the capacity without a
// standing queue.
#ifndef CC_BWE_PACKET_TRAINS_H_
#define CC_BWE_PACKET_TRAINS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "cc/bwe/adaptive_parts.h"
#include "cc/bwe/units.h"

namespace remb::core {

// Rates are in bits per second, times on the line of send times in microseconds.
class PacketTrains {
 public:
  struct Train {
    int gaps = 0;                     // packets less one
    std::optional<double> send_rate;  // none if its packets have no send times of their own
    double arrival_rate = 0;
  };
  // What the next packet may have ended.
  struct Start {
    bool is_start = false;       // it begins a train
    bool after_pause = false;    // of the sender, longer than frames are apart
    bool has_completed = false;  // the train before has a rate, which `completed` gives
  };

  // Takes a packet. `own_send_time`: it is the packet's, not that of its frame.
  Start OnPacket(int64_t send_us, Timestamp arrival, DataSize size, bool own_send_time) {
    const int64_t gap_us = send_us - last_send_us_;
    const int64_t delay_us = arrival.us() - send_us;
    if (gap_us < 0 && in_train_) {
      OnOlderPacket(send_us, delay_us, size);
      return {};
    }
    if (!in_train_ || !Continues(gap_us, send_us)) {
      return StartTrain(send_us, arrival, size, own_send_time);
    }
    gap_ewma_us_ += kGapWeight * (static_cast<double>(gap_us) - gap_ewma_us_);
    last_send_us_ = send_us;
    last_arrival_ = arrival;
    ++gaps_;
    bytes_ += size.bytes();
    last_bytes_ = size.bytes();
    own_send_times_ &= own_send_time;
    if (delay_us < least_delay_us_) least_delay_us_ = delay_us;
    return {};
  }
  // Counts a packet without a send time on the line: one that arrives within a train was carried
  // with it, one behind its last packet was not.
  void OnUntimedPacket(DataSize size) {
    if (untimed_gap_ != gaps_) untimed_bytes_ = 0;
    untimed_gap_ = gaps_;
    untimed_bytes_ += size.bytes();
    bytes_ += size.bytes();
  }
  // The next packet's times have nothing to do with those before it. What was measured stays.
  void RestartClock();

  // The newest train with a rate.
  const Train& completed() const { return completed_; }
  // What the path carries of trains, by the newest three together: jitter that lengthens one often
  // shortens the next. And how fast they are sent, smoothed. None if no train showed it in the last
  // second.
  std::optional<double> Capacity(Timestamp now) const;
  std::optional<double> SendRate(Timestamp now) const;
  // Trains that arrive so much slower than they were sent show a limit; else they may be all that
  // was sent.
  static constexpr double kLimited = 0.85;
  // The capacity, if it is known to be a limit.
  std::optional<double> Limit(Timestamp now) const;
  // How much the delay wanders from train to train, in seconds, queues that grow or empty steadily
  // left aside.
  double jitter() const { return With(AdaptivePart::kJitter) ? jitter_us_ * 1e-6 : 0; }
  // From the start of a train to that of the next, in seconds.
  double interval() const { return interval_us_ * 1e-6; }
  int64_t count() const { return count_; }
  int64_t last_send_us() const { return last_send_us_; }

  // The most that the path may be believed to carry where trains have no send rate to tell.
  void SetArrivalRateLimit(double bps) { arrival_rate_limit_ = bps; }

 private:
  static constexpr double kGapWeight = 0.1;
  static constexpr int64_t kShortGapUs = 4'000;  // always within a train
  static constexpr int64_t kLongGapUs = 20'000;  // never: less than a frame of 30 to 50 a second
  static constexpr double kGapFactor = 2.5;      // times the usual gap, which pacing makes
  static constexpr int64_t kLongestUs = 50'000;  // else steady pacing would be one train

  bool Continues(int64_t gap_us, int64_t send_us) const {
    if (send_us - first_send_us_ > kLongestUs) return false;
    return gap_us < kShortGapUs ||
           (gap_us < kLongGapUs && static_cast<double>(gap_us) < kGapFactor * gap_ewma_us_);
  }
  // What arrived after a train's first packet, in what time, and in what time it was sent.
  struct Spread {
    double bits = 0;
    double seconds = 0;
    double send_seconds = 0;
  };
  void OnOlderPacket(int64_t send_us, int64_t delay_us, DataSize size);
  Start StartTrain(int64_t send_us, Timestamp arrival, DataSize size, bool own_send_time);
  bool Complete();
  void NoteDelay();

  // The train that is under way.
  bool in_train_ = false;
  bool own_send_times_ = true;
  int gaps_ = 0;
  int64_t first_send_us_ = 0;
  int64_t last_send_us_ = 0;
  Timestamp first_arrival_ = Timestamp::Micros(0);
  Timestamp last_arrival_ = Timestamp::Micros(0);
  int64_t bytes_ = 0;
  int64_t first_bytes_ = 0;
  int64_t last_bytes_ = 0;
  int64_t least_delay_us_ = 0;
  int untimed_gap_ = 0;  // the gap in which the next so many bytes, of bytes_, had no send time
  int64_t untimed_bytes_ = 0;
  double gap_ewma_us_ = 7'000;  // 1200 bytes at 1.4 Mbit/s, to begin with

  // All before.
  int64_t count_ = 0;
  Train completed_;
  std::optional<Timestamp> last_rate_;  // when the newest train with a rate ended
  std::optional<Timestamp> last_send_rate_;
  std::array<Spread, 3> spreads_;  // of trains with a rate; more would be slow to see a change
  size_t next_spread_ = 0;
  double capacity_ = 0;
  bool limited_ = false;
  double send_rate_ = 0;
  double arrival_rate_limit_ = std::numeric_limits<double>::infinity();
  int delays_ = 0;  // how many of the next two there are
  int64_t delay_before_us_ = 0;
  int64_t delay_before_that_us_ = 0;
  double jitter_us_ = 0;
  double interval_us_ = 33'000;  // 30 frames a second, to begin with
};

}  // namespace remb::core

#endif  // CC_BWE_PACKET_TRAINS_H_
