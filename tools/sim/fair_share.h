// What is fair: max-min fair shares of a network's links.
#ifndef TOOLS_SIM_FAIR_SHARE_H_
#define TOOLS_SIM_FAIR_SHARE_H_

#include <cstddef>
#include <limits>
#include <vector>

namespace remb::sim {

struct FairFlow {
  std::vector<size_t> links;  // indices of those that it crosses
  double weight = 1;
  double demand_bps = std::numeric_limits<double>::infinity();  // at most this; 0: not active
};

// The share of each flow in bit/s, by progressive filling: all rates rise together, each in
// proportion to its flow's weight, until a flow has what it demands or a link of its path is full.
// No flow could have more without taking from one that has, for its weight, no more than it.
// Infinite for a flow that nothing limits.
std::vector<double> FairShares(const std::vector<double>& capacities_bps,
                               const std::vector<FairFlow>& flows);

}  // namespace remb::sim

#endif  // TOOLS_SIM_FAIR_SHARE_H_
