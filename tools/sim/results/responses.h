// How long flows take to follow what happens: to find their share, and to get out of the way.
#ifndef TOOLS_SIM_RESULTS_RESPONSES_H_
#define TOOLS_SIM_RESULTS_RESPONSES_H_

#include <vector>

#include "tools/sim/recording.h"
#include "tools/sim/results/series.h"

namespace remb::sim {

// A time that something took; it may never have come.
constexpr Nanos kNeverCame = -1;

// Until the rate received over the last second is at least 90 % of the fair share, and then stays
// at 80 % or more for 5 s. kNeverCame if it does not before `until`. Looked at each 100 ms.
Nanos ConvergenceTime(const FlowSeries& flow, Nanos event, Nanos until);

// Until the rate received over the last `window` is at least `part` of the fair share.
Nanos TimeToShare(const FlowSeries& flow, double part, Nanos window, Nanos from, Nanos until);

// What follows when media flows are to have less. Rates are sums over all media flows.
struct Reaction {
  Nanos event = 0;
  Nanos over_use = kNeverCame;  // a detector says so
  Nanos remb = kNeverCame;      // REMBs sent are no more than the fair shares
  Nanos sender = kNeverCame;    // the senders pace by no more than these
  Nanos queue = kNeverCame;     // the longest queue stays below 50 ms for 1 s
};

// To each event at which a link lost capacity, or other traffic that does not react began to take
// it, so that the fair shares fell by 10 % or more; each looked at up to the next event. Not to an
// outage: nobody can send less than nothing.
std::vector<Reaction> Reactions(const Recording& recording, const std::vector<FlowSeries>& media);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_RESPONSES_H_
