#include "tools/sim/fair_share.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace remb::sim {

std::vector<double> FairShares(const std::vector<double>& capacities_bps,
                               const std::vector<FairFlow>& flows) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> left = capacities_bps;  // by those whose share is settled
  std::vector<double> shares(flows.size(), kInfinity);
  std::vector<bool> settled(flows.size(), false);
  for (;;) {
    std::vector<double> weights(left.size(), 0);  // of the flows that still rise, by link
    for (size_t i = 0; i < flows.size(); ++i) {
      if (settled[i]) continue;
      for (size_t link : flows[i].links) weights[link] += flows[i].weight;
    }

    // The level, in bit/s per weight, at which each flow stops if the others go on.
    double lowest = kInfinity;
    std::vector<double> stops(flows.size(), kInfinity);
    for (size_t i = 0; i < flows.size(); ++i) {
      if (settled[i]) continue;
      stops[i] = flows[i].demand_bps / flows[i].weight;
      for (size_t link : flows[i].links) stops[i] = std::min(stops[i], left[link] / weights[link]);
      lowest = std::min(lowest, stops[i]);
    }
    if (lowest == kInfinity) return shares;

    for (size_t i = 0; i < flows.size(); ++i) {
      if (settled[i] || stops[i] > lowest) continue;
      settled[i] = true;
      shares[i] = lowest * flows[i].weight;
      for (size_t link : flows[i].links) left[link] = std::max(0.0, left[link] - shares[i]);
    }
  }
}

}  // namespace remb::sim
