#include "cc/bwe/back_off.h"

#include <algorithm>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

// docs/adaptive.md#busy has the reason for each of these, and what they are worth.

// Queues that come again so soon are one: bursts of short TCP flows.
constexpr TimeDelta kJoin = TimeDelta::Millis(300);
// How long emptying the queue may take; what is beyond kSmall, faster.
constexpr double kSmall = 0.03;
constexpr double kEmpty = 0.35;
constexpr double kEmptyLarge = 0.15;
constexpr double kMaxCut = 0.6;
// The share of what trains show is learned from queues that are certain: what is young and small
// may be a large frame.
constexpr double kCertain = 0.012;
constexpr double kYoung = 0.2;
constexpr double kShareWeight = 0.1;
constexpr double kMinShare = 0.2;
constexpr double kMaxShare = 1.5;
constexpr double kForgetShare = 8;  // seconds

}  // namespace

double BackOff::OnBusy(const Busy& busy, double rate, Timestamp now) {
  if (!first_busy_ || now - last_busy_ > kJoin) {
    first_busy_ = now;
    rate_before_ = rate;
  }
  if (!busy_since_) busy_since_ = now;
  last_busy_ = now;
  if (!busy.share) return rate;

  const double length = (now - *busy_since_).seconds();
  const double share = *busy.share;
  if (share <= 0) return rate;
  if (busy.trains && busy.excess > kCertain && (length > kYoung || busy.excess > kSmall)) {
    const double part = std::clamp(share / *busy.trains, kMinShare, kMaxShare);
    train_share_ += kShareWeight * (part - train_share_);
  }
  // A rate that was cut already empties what follows.
  const double excess = busy.excess * std::min(1.0, rate / share);
  const double cut =
      excess / kEmpty + std::max(0.0, excess - kSmall) * (1 / kEmptyLarge - 1 / kEmpty);
  return std::min(rate, share * (1 - std::min(cut, kMaxCut)));
}

void BackOff::OnFree(double elapsed) {
  busy_since_.reset();
  train_share_ += (1 - train_share_) * std::min(1.0, elapsed / kForgetShare);
}

void BackOff::Forget() {
  busy_since_.reset();
  first_busy_.reset();
}

std::optional<BackOff::Episode> BackOff::Newest(Timestamp now) const {
  if (!With(AdaptivePart::kRecovery) || !first_busy_) return std::nullopt;
  return Episode{.rate_before = rate_before_,
                 .length = (last_busy_ - *first_busy_).seconds(),
                 .since = (now - last_busy_).seconds()};
}

}  // namespace remb::core
