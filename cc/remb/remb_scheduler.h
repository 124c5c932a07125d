// When a REMB is due, and with which rate.
#ifndef CC_REMB_REMB_SCHEDULER_H_
#define CC_REMB_REMB_SCHEDULER_H_

#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// A REMB goes out at once on the first estimate and when the rate falls by about 3 %; otherwise at
// intervals. Nothing here changes until a REMB was really sent.
class RembScheduler {
 public:
  struct Config {
    TimeDelta interval = TimeDelta::Seconds(1);
  };

  explicit RembScheduler(const Config& config) : config_(config) {}

  // `rate`: what a REMB would say, after the limits; none while there is nothing to say.
  bool IsDue(std::optional<DataRate> rate, Timestamp now) const;
  // When the next REMB is due if the rate stays; none before the first.
  std::optional<Timestamp> NextInterval() const;

  // A maximum below the last rate sent makes a REMB due; none releases it.
  void SetMaxBitrate(std::optional<DataRate> max_bitrate) { max_bitrate_ = max_bitrate; }
  void OnSent(Timestamp now, DataRate rate);
  // Forgets what was sent.
  void Reset() { last_sent_.reset(); }
  // The clock was set back: the interval counts from `now`, and the last rate sent still holds.
  void Rebase(Timestamp now);

  struct Sent {
    Timestamp time;
    DataRate rate;
  };
  const std::optional<Sent>& last_sent() const { return last_sent_; }

 private:
  Config config_;
  std::optional<DataRate> max_bitrate_;
  std::optional<Sent> last_sent_;
};

}  // namespace remb::core

#endif  // CC_REMB_REMB_SCHEDULER_H_
