#include "cc/bwe/packet_trains.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

constexpr double kBreakWeight = 0.02;  // of gaps between trains, so that the usual gap can grow
constexpr int kMinGaps = 3;            // of a train that shows a rate
constexpr double kMaxSpeedUp = 3;      // arrival over send rate: packets that waited together
constexpr TimeDelta kValidity = TimeDelta::Seconds(1);
constexpr double kJitterWeight = 0.05;
constexpr double kMaxJitterUs = 50'000;
// Makes the mean size of a second difference about the standard deviation of what differs.
constexpr double kSecondDifference = 0.55;
constexpr double kIntervalWeight = 0.1;
constexpr int64_t kPauseUs = 500'000;  // a sender of two frames a second or more does not pause
constexpr double kPauseIntervals = 4;
// Whatever the interval: streams are no longer alive by then. Without this, ever longer gaps would
// each be taken for frames further apart.
constexpr int64_t kLongestIntervalUs = 2'000'000;

double BitsPerSecond(int64_t bytes, int64_t us) {
  constexpr int64_t kTickUs = 4;  // of abs-send-time
  return 8e6 * static_cast<double>(bytes) / static_cast<double>(std::max(us, kTickUs));
}

}  // namespace

void PacketTrains::RestartClock() {
  in_train_ = false;
  delays_ = 0;
}

std::optional<double> PacketTrains::Capacity(Timestamp now) const {
  if (!last_rate_ || now - *last_rate_ > kValidity) return std::nullopt;
  return capacity_;
}

std::optional<double> PacketTrains::SendRate(Timestamp now) const {
  if (!last_send_rate_ || now - *last_send_rate_ > kValidity) return std::nullopt;
  return send_rate_;
}

std::optional<double> PacketTrains::Limit(Timestamp now) const {
  if (!With(AdaptivePart::kTrainLimit) || !limited_) return std::nullopt;
  return Capacity(now);
}

// One that others overtook. It lies within the train, whose ends it does not change.
void PacketTrains::OnOlderPacket(int64_t send_us, int64_t delay_us, DataSize size) {
  if (send_us < first_send_us_) return;
  ++gaps_;
  bytes_ += size.bytes();
  least_delay_us_ = std::min(least_delay_us_, delay_us);
}

PacketTrains::Start PacketTrains::StartTrain(int64_t send_us, Timestamp arrival, DataSize size,
                                             bool own_send_time) {
  Start start{.is_start = true};
  if (in_train_) {
    const int64_t gap_us = send_us - last_send_us_;
    start.has_completed = Complete();
    start.after_pause = gap_us > std::clamp(static_cast<int64_t>(kPauseIntervals * interval_us_),
                                            kPauseUs, kLongestIntervalUs);
    gap_ewma_us_ +=
        kBreakWeight * (static_cast<double>(std::min(gap_us, kLongGapUs)) - gap_ewma_us_);
    if (start.after_pause) {
      delays_ = 0;
    } else {
      interval_us_ +=
          kIntervalWeight * (static_cast<double>(send_us - first_send_us_) - interval_us_);
    }
  }
  in_train_ = true;
  own_send_times_ = own_send_time;
  gaps_ = 0;
  first_send_us_ = last_send_us_ = send_us;
  first_arrival_ = last_arrival_ = arrival;
  bytes_ = first_bytes_ = last_bytes_ = size.bytes();
  least_delay_us_ = arrival.us() - send_us;
  untimed_bytes_ = 0;
  return start;
}

// Ends the train under way. True if it shows a rate.
bool PacketTrains::Complete() {
  ++count_;
  NoteDelay();
  if (!With(AdaptivePart::kTrains) || gaps_ < kMinGaps) return false;
  if (untimed_gap_ == gaps_) bytes_ -= untimed_bytes_;
  // What came after the first packet arrived; what went before the last one was sent.
  const double arrival_rate =
      BitsPerSecond(bytes_ - first_bytes_, (last_arrival_ - first_arrival_).us());
  const double send_rate = own_send_times_
                               ? BitsPerSecond(bytes_ - last_bytes_, last_send_us_ - first_send_us_)
                               : arrival_rate_limit_ / kMaxSpeedUp;
  if (arrival_rate <= 0 || send_rate <= 0) return false;
  completed_ = {.gaps = gaps_,
                .send_rate = std::nullopt,
                .arrival_rate = std::min(arrival_rate, kMaxSpeedUp * send_rate)};
  if (own_send_times_) {
    completed_.send_rate = send_rate;
    // Half of it is new, on a logarithmic scale.
    send_rate_ = SendRate(last_arrival_) ? std::sqrt(send_rate_ * send_rate) : send_rate;
    last_send_rate_ = last_arrival_;
  }
  if (!Capacity(last_arrival_)) spreads_ = {};
  const double bits = 8.0 * static_cast<double>(bytes_ - first_bytes_);
  const double seconds = bits / completed_.arrival_rate;
  const auto send_us = static_cast<double>(last_send_us_ - first_send_us_);
  spreads_[next_spread_] = {
      .bits = bits,
      .seconds = seconds,
      .send_seconds = own_send_times_ ? send_us * 1e-6 : seconds,  // not known: it tells nothing
  };
  next_spread_ = (next_spread_ + 1) % spreads_.size();
  Spread sum;
  for (const Spread& spread : spreads_) {
    sum.bits += spread.bits;
    sum.seconds += spread.seconds;
    sum.send_seconds += spread.send_seconds;
  }
  capacity_ = sum.bits / sum.seconds;
  // By times, as the two rates are of different packets: all but the first, all but the last.
  limited_ = sum.send_seconds < kLimited * sum.seconds;
  last_rate_ = last_arrival_;
  return true;
}

inline void PacketTrains::NoteDelay() {
  if (delays_ == 2) {
    const auto difference =
        static_cast<double>(least_delay_us_ - 2 * delay_before_us_ + delay_before_that_us_);
    const double jitter_us = std::min(kMaxJitterUs, kSecondDifference * std::abs(difference));
    jitter_us_ += kJitterWeight * (jitter_us - jitter_us_);
  } else {
    ++delays_;
  }
  delay_before_that_us_ = delay_before_us_;
  delay_before_us_ = least_delay_us_;
}

}  // namespace remb::core
