// What the rate does while a queue stands.
#ifndef CC_BWE_BACK_OFF_H_
#define CC_BWE_BACK_OFF_H_

#include <optional>

#include "cc/bwe/adaptive_parts.h"
#include "cc/bwe/units.h"

namespace remb::core {

// A busy time and those that follow it closely are one episode. Rates are in bits per second, other
// times than points in it in seconds.
class BackOff {
 public:
  // What is known while the path is busy.
  struct Busy {
    double excess;                 // of the standing queue
    std::optional<double> share;   // the rate at which the path delivers to us
    std::optional<double> trains;  // and at which it delivers trains
  };

  // The path is busy: gives the rate to have now instead of `rate`.
  double OnBusy(const Busy& busy, double rate, Timestamp now);
  // It is not.
  void OnFree(double elapsed);
  // The episodes are over.
  void Forget();

  // The newest episode.
  struct Episode {
    double rate_before;
    double length;
    double since;  // its end
  };
  std::optional<Episode> Newest(Timestamp now) const;
  // Our share of the capacity that trains show, 1 without others.
  double train_share() const { return With(AdaptivePart::kTrainShare) ? train_share_ : 1; }

 private:
  std::optional<Timestamp> busy_since_;  // without a break
  std::optional<Timestamp> first_busy_;  // of the episode
  Timestamp last_busy_ = Timestamp::Micros(0);
  double rate_before_ = 0;
  double train_share_ = 1;
};

}  // namespace remb::core

#endif  // CC_BWE_BACK_OFF_H_
