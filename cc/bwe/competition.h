// What the rate does against flows that fill the queue, such as TCP: to give way to the queue is to
// give way to them until nothing is left.
#ifndef CC_BWE_COMPETITION_H_
#define CC_BWE_COMPETITION_H_

#include <optional>

#include "absl/base/attributes.h"
#include "cc/bwe/units.h"
#include "cc/bwe/windowed_minimum.h"

namespace remb::core {

// Rates are in bits per second, other times than points in it in seconds.
class Competition {
 public:
  // What there is to see at an update.
  struct Input {
    Timestamp now;
    double elapsed;  // since the last update
    double queue;    // that stands, and by how much it is beyond its threshold
    double excess;
    double receive_rate;
    double receive_peak;
    bool busy;                     // excess > 0, and no false alarm
    std::optional<double> share;   // the rate at which the path delivers to us
    std::optional<double> trains;  // and at which it delivers trains
    double train_share;            // our part of what trains showed, 1 without others
    bool loss;                     // packets are missing since the last update
  };

  // Gives the rate to have instead of `rate`; none while there is no competition.
  std::optional<double> Update(const Input& input, double rate);
  bool active() const { return active_.has_value(); }
  // The delay's base is another.
  void RestartClock();

 private:
  // A queue that stands without a break, and what there was when it began to.
  struct Stand {
    Timestamp since;
    Timestamp near_since;  // and was not far below its threshold
    double rate;
    double receive_rate;
    double most;  // queue
  };
  // Since the competition began.
  struct Active {
    Timestamp last_cut;
    double least_queue;
    bool evident = false;  // there is a competitor
    Timestamp next_drain;
    std::optional<Timestamp> drain;  // begin of the one under way
    Timestamp drain_check;
    double drain_queue = 0;  // at drain_check
    bool drain_falls = false;
  };

  // `again`: there was competition a while ago.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Observe(const Input& input, double rate, bool again);
  std::optional<double> EntryRate(const Input& input, double rate, bool again) const;
  double Compete(const Input& input);
  bool IsDraining(const Input& input);
  bool Leaves(const Input& input) const;

  double share_of_trains_ = 1;  // while busy; without others packets arrive back to back
  std::optional<Stand> high_;
  WindowedMinimum<5, 2'000'000> negative_peak_us_;  // of the queue, over 10 s
  std::optional<Timestamp> left_;                   // a competition with somebody
  double rate_at_exit_ = 0;
  double rate_ = 0;  // apart from drains
  std::optional<Active> active_;
};

}  // namespace remb::core

#endif  // CC_BWE_COMPETITION_H_
