// How fast the rate grows while no queue stands.
#ifndef CC_BWE_GROWTH_H_
#define CC_BWE_GROWTH_H_

#include <optional>

#include "cc/bwe/back_off.h"

namespace remb::core {

// Rates are in bits per second, times in seconds.
struct GrowthState {
  double rate;
  std::optional<double> share;   // the rate at which the path delivers to us
  std::optional<double> trains;  // our part of what it delivers of trains
  // What the path delivers of trains, others' part included.
  std::optional<double> capacity;
  double idle;  // since there was a queue
  std::optional<BackOff::Episode> episode;
};

// The rate gained per second.
double GrowthPerSecond(const GrowthState& state);

// The least rate after a busy time, which may have cut too deep; 0 if none.
double RateAfterEpisode(const GrowthState& state);

// Where growth stops, for a sender that does not use what it may. `receive_peak`: the most that
// was received of late. Trains show what the path carries beyond that: without them a sender whose
// next step is a large one, say a further layer of simulcast, would never be let to take it. But no
// more than ten times what was received: there is no queue to tell of a limit that nobody reaches.
inline constexpr double kMostTimesReceived = 10;
double GrowthLimit(double receive_peak, std::optional<double> trains);

}  // namespace remb::core

#endif  // CC_BWE_GROWTH_H_
