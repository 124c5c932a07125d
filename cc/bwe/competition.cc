#include "cc/bwe/competition.h"

#include <algorithm>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

// docs/adaptive.md#competition has the reason for each of these, and what they are worth.

// A queue that stands in spite of cuts is another's. It has to stand longer the longer it is: one's
// own takes that time to empty.
constexpr double kHighQueue = 0.025;
constexpr double kHighExcess = 0.002;
constexpr double kHighTime = 2.5;
constexpr double kHighQueueTimes = 2;
constexpr double kHighPart = 0.3;   // of its peak: what falls further is emptying
constexpr double kNearPart = 0.5;   // of the queue: further below the threshold, cuts did empty it
constexpr double kHighShare = 0.8;  // of trains: there are others
constexpr double kShareWeight = 0.05;
// The rate was halved and the queue did not fall: to wait longer is to starve.
constexpr double kStarvedRate = 0.5;   // of the one when the queue began to stand
constexpr double kStarvedQueue = 0.7;  // of its peak
constexpr double kOthersPart = 0.5;    // of the queue is beyond the threshold
// Who competed a while ago is probably still there: TCP that lost packets takes seconds to fill the
// queue again, CUBIC up to some ten.
constexpr TimeDelta kAgain = TimeDelta::Seconds(20);  // since the last competition
constexpr double kAgainQueue = 0.01;
constexpr double kAgainTime = 0.6;

// The rate to begin with.
constexpr double kStandPart = 0.8;  // of the rate when the queue began to stand
constexpr double kLeastRate = 100'000;
constexpr double kExitPart = 0.9;  // of the rate at the last exit
constexpr double kExitReceive = 1.5;

// A competitor shows itself by a queue that grows while the rate does not, or by loss from a full
// one.
constexpr double kRise = 0.025;
constexpr double kFull = 0.7;  // of its peak
constexpr double kGrowth = 110'000;
constexpr double kMaxGrowth = 1;  // of the rate
constexpr double kReceiveLimit = 1.5;

// TCP halves its rate on loss, CUBIC takes 0.7 of it (RFC 5681, RFC 9438). What is received of a
// low rate within a short time is a matter of chance: more than half is never taken for it.
constexpr double kLossFactor = 0.75;
constexpr double kMinLossFactor = 0.5;
constexpr double kLossReceive = 1.1;
constexpr double kLossInterval = 1.2;
constexpr double kLossAfterQueue = 0.1;

// From time to time: is there anybody else? Without, the queue empties.
constexpr TimeDelta kDrainInterval = TimeDelta::Seconds(20);
constexpr double kDrainFactor = 0.5;
constexpr double kDrainTime = 1;
constexpr double kMaxDrainTime = 4;
constexpr TimeDelta kDrainStep = TimeDelta::Millis(300);
constexpr double kDrainFall = 0.05;

constexpr double kLeaveQueue = 0.006;
constexpr double kLeaveAtOnceQueue = 0.004;
constexpr double kLeaveAfterCut = 0.3;

double SecondsSince(Timestamp time, Timestamp now) { return (now - time).seconds(); }

}  // namespace

std::optional<double> Competition::Update(const Input& input, double rate) {
  const bool again = left_ && input.now - *left_ < kAgain;
  Observe(input, rate, again);
  if (!active_) {
    const std::optional<double> entry = EntryRate(input, rate, again);
    if (!entry) return std::nullopt;
    rate_ = *entry;
    active_ = Active{.last_cut = input.now,
                     .least_queue = input.queue,
                     .next_drain = input.now + kDrainInterval,
                     .drain = std::nullopt,
                     .drain_check = input.now};
    return rate_;
  }
  if (Leaves(input)) {
    if (active_->evident) {
      left_ = input.now;
      rate_at_exit_ = rate_;
    }
    active_.reset();
    high_.reset();
    return std::nullopt;
  }
  return Compete(input);
}

void Competition::RestartClock() {
  high_.reset();
  negative_peak_us_ = {};
}

inline void Competition::Observe(const Input& input, double rate, bool again) {
  const auto queue_us = static_cast<int64_t>(input.queue * 1e6);
  negative_peak_us_.OnValue(-queue_us, input.now);
  if (input.busy && input.share && input.trains) {
    share_of_trains_ += kShareWeight * (*input.share / *input.trains - share_of_trains_);
  }
  // The threshold rises while the rate falls: an excess tells where a queue begins to stand, not
  // where it ends.
  const bool stands =
      input.queue > (again ? kAgainQueue : kHighQueue) && (high_ || input.excess > kHighExcess);
  if (!stands) return high_.reset();
  if (!high_) {
    high_ = {.since = input.now,
             .near_since = input.now,
             .rate = rate,
             .receive_rate = input.receive_rate,
             .most = 0};
  }
  high_->most = std::max(high_->most, input.queue);
  if (input.excess < -kNearPart * input.queue) high_->near_since = input.now;
}

std::optional<double> Competition::EntryRate(const Input& input, double rate, bool again) const {
  if (!With(AdaptivePart::kCompetition)) return std::nullopt;
  if (!high_ || input.excess <= kHighExcess || input.queue <= kHighPart * high_->most) {
    return std::nullopt;
  }
  const double time = again ? kAgainTime : kHighTime + kHighQueueTimes * high_->most;
  const bool starved = rate < std::max(kStarvedRate * high_->rate, kLeastRate) &&
                       input.queue > kStarvedQueue * high_->most;
  // Low rates have no trains. Those of a while ago tell, if the queue stays near the threshold,
  // about which one's own few packets tremble widely; or it must be a queue that cuts did not
  // empty, or longer than one's own few packets make it.
  const bool others = input.trains ? share_of_trains_ < kHighShare
                                   : (input.train_share < kHighShare &&
                                      SecondsSince(high_->near_since, input.now) > time) ||
                                         starved || input.excess > kOthersPart * input.queue;
  if (!others) return std::nullopt;
  if (SecondsSince(high_->since, input.now) <= time) return std::nullopt;
  const double entry = std::max({rate, high_->receive_rate, kStandPart * high_->rate, kLeastRate});
  if (!again) return entry;
  return std::max(entry, kExitPart * std::min(rate_at_exit_, kExitReceive * input.receive_rate));
}

double Competition::Compete(const Input& input) {
  active_->least_queue = std::min(active_->least_queue, input.queue);
  const double peak = static_cast<double>(-negative_peak_us_.value()) * 1e-6;
  active_->evident |=
      input.queue > active_->least_queue + kRise || (input.loss && input.queue > kFull * peak);
  if (IsDraining(input)) return kDrainFactor * rate_;
  if (input.loss && SecondsSince(active_->last_cut, input.now) >
                        std::max(kLossInterval, kLossAfterQueue + input.queue)) {
    rate_ = std::max(kLossFactor * std::min(rate_, kLossReceive * input.receive_rate),
                     kMinLossFactor * rate_);
    active_->last_cut = input.now;
  } else if (active_->evident) {
    const double limit = std::max(rate_, kReceiveLimit * input.receive_peak);
    rate_ += std::min(kGrowth, kMaxGrowth * rate_) * input.elapsed;
    rate_ = std::min(rate_, limit);
  }
  return rate_;
}

bool Competition::IsDraining(const Input& input) {
  Active& active = *active_;
  if (!active.drain) {
    if (input.now < active.next_drain) return false;
    active.drain = active.drain_check = input.now;
    active.drain_queue = input.queue;
    active.last_cut = input.now;
  }
  const double length = SecondsSince(*active.drain, input.now);
  if (input.now - active.drain_check >= kDrainStep) {
    active.drain_falls = active.drain_queue - input.queue > kDrainFall;
    active.drain_check = input.now;
    active.drain_queue = input.queue;
  }
  if (length < kDrainTime || (length < kMaxDrainTime && active.drain_falls)) return true;
  active.drain.reset();
  active.next_drain = input.now + kDrainInterval;
  return false;
}

bool Competition::Leaves(const Input& input) const {
  if (input.queue < kLeaveAtOnceQueue) return true;
  return input.queue < kLeaveQueue && SecondsSince(active_->last_cut, input.now) >= kLeaveAfterCut;
}

}  // namespace remb::core
