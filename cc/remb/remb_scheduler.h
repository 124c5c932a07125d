// When a REMB is due, and with which rate.
#ifndef CC_REMB_REMB_SCHEDULER_H_
#define CC_REMB_REMB_SCHEDULER_H_

#include <cstdint>
#include <limits>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// A REMB goes out at once on the first estimate, when the rate falls and, if asked for, when it
// rises; otherwise at intervals, which may be shorter at the start. Nothing here changes until a
// REMB was really sent.
class RembScheduler {
 public:
  // The defaults are libwebrtc's schedule.
  struct Config {
    TimeDelta interval = TimeDelta::Seconds(1);
    // After each REMB that is sent within start_duration of the first one; none: as later on.
    std::optional<TimeDelta> start_interval;
    TimeDelta start_duration = TimeDelta::Seconds(3);
    // Between REMBs of which the second one is out of turn because of a rise.
    TimeDelta min_interval = TimeDelta::Millis(100);
    // What makes a REMB due out of turn, if any: the last rate sent is that much above the rate, or
    // the rate that much above the last one sent. libwebrtc
    // modules/congestion_controller/remb_throttler.cc: kSendThresholdPercent.
    std::optional<int> fall_percent = 3;
    std::optional<int> rise_percent;
  };

  explicit RembScheduler(const Config& config) : config_(config) {}

  // `rate`: what a REMB would say, after the limits; none while there is nothing to say.
  bool IsDue(std::optional<DataRate> rate, Timestamp now) const {
    return rate && now >= NextDue(*rate);
  }
  // When the next REMB is due if the rate stays as it is. A time in the past means now.
  Timestamp NextDue(DataRate rate) const {
    if (rate <= due_up_to_) return kNow;
    return rate < risen_from_ ? next_ : next_if_risen_;
  }

  // A maximum below the last rate sent makes a REMB due; none releases it.
  void SetMaxBitrate(std::optional<DataRate> max_bitrate);
  const std::optional<DataRate>& max_bitrate() const { return max_bitrate_; }
  void OnSent(Timestamp now, DataRate rate);
  // Forgets what was sent.
  void Reset();
  // The clock was set back: the interval counts from `now`, the last rate sent still holds, and the
  // next REMB sent begins a new start, since measurement begins anew.
  void OnClockSetBack(Timestamp now);

  struct Sent {
    Timestamp time;
    DataRate rate;
  };
  const std::optional<Sent>& last_sent() const { return last_sent_; }

 private:
  static constexpr Timestamp kNow = Timestamp::Micros(0);
  static constexpr DataRate kAnyRate = DataRate::BitsPerSec(std::numeric_limits<int64_t>::max());

  void Plan();

  Config config_;
  std::optional<DataRate> max_bitrate_;
  std::optional<Sent> last_sent_;
  std::optional<Timestamp> first_sent_;  // of the start
  // What follows from these, since rates are asked about far more often than REMBs are sent.
  DataRate due_up_to_ = kAnyRate;   // rates that are due now
  DataRate risen_from_ = kAnyRate;  // rates that count as risen
  Timestamp next_ = kNow;
  Timestamp next_if_risen_ = kNow;
};

}  // namespace remb::core

#endif  // CC_REMB_REMB_SCHEDULER_H_
