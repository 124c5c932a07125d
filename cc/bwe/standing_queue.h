// How long packets wait in a queue that does not empty between frames.
#ifndef CC_BWE_STANDING_QUEUE_H_
#define CC_BWE_STANDING_QUEUE_H_

#include <cstdint>

#include "cc/bwe/recent_packets.h"
#include "cc/bwe/units.h"

namespace remb::core {

// All times are in seconds.
class StandingQueue {
 public:
  static constexpr double kFreeJitter = 0.003;  // hardly any path has less: it counts as none

  struct Path {
    int64_t base_us;        // the delay without a queue
    double frame_interval;  // from frame to frame
    double jitter;          // of the delay, from frame to frame
    double rate;            // bits per second that the path carries at least
  };

  // The newest packet must have a delay.
  void Update(const RecentPackets& packets, const Path& path);

  // The least delay of a short window beyond the base: that much stands at least.
  double queue() const { return queue_; }
  // By how much a window's least delay is beyond its threshold, in the window where that is most;
  // positive if packets wait for no other reason than too high a rate.
  double excess() const { return excess_; }
  // The threshold of that window.
  double threshold() const { return threshold_; }
  // The least delay of the short window, in microseconds; RecentPackets::kNone before an update.
  int64_t least_delay_us() const { return least_delay_us_; }
  // That of the long one, which jitter lifts the least.
  int64_t long_least_delay_us() const { return long_least_delay_us_; }

 private:
  double queue_ = 0;
  double excess_ = 0;
  double threshold_ = 0;
  int64_t least_delay_us_ = RecentPackets::kNone;
  int64_t long_least_delay_us_ = RecentPackets::kNone;
};

}  // namespace remb::core

#endif  // CC_BWE_STANDING_QUEUE_H_
