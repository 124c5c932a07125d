// Arithmetic over recordings: sums over 10 ms bins, and values that hold until they change.
#ifndef TOOLS_SIM_RESULTS_SERIES_H_
#define TOOLS_SIM_RESULTS_SERIES_H_

#include <cstddef>
#include <vector>

#include "tools/sim/recording.h"

namespace remb::sim {

// Sums over stretches of bins, each in constant time.
class BinSums {
 public:
  explicit BinSums(const std::vector<double>& values);

  // Over the bins that begin in [from, to); none beyond the last counts.
  double Over(Nanos from, Nanos to) const;
  size_t bins() const { return sums_.size() - 1; }

 private:
  std::vector<double> sums_;  // of all bins before
};

// What holds at a time; 0 before the first change.
double ValueAt(const std::vector<Change>& changes, Nanos time);

// Per bin, the value times the seconds that it held: bits, if it is a rate.
std::vector<double> Integrals(const std::vector<Change>& changes, size_t bins);

// What is reached by this share of the values: the nearest rank, so one of them. Reorders them; 0
// for none.
Nanos Percentile(std::vector<Nanos>* values, double share);

// One flow of a recording, prepared for questions about any stretch of time.
struct FlowSeries {
  FlowSeries(const FlowRecording& recording, Nanos length);

  // Mean rate over the time, in bit/s.
  double ReceivedRate(Nanos from, Nanos to) const;
  double ShareRate(Nanos from, Nanos to) const;
  // It is neither paused, nor yet to come, nor over, at any time of this.
  bool ActiveThroughout(Nanos from, Nanos to) const;

  const FlowRecording* flow;
  BinSums received;  // bits
  BinSums share;     // bits that were its due
  BinSums active;    // seconds with a share
  BinSums counted;   // bits received in these
  Nanos start = -1;  // when it first has a share; -1: never
  Nanos end = -1;    // when it last has
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_SERIES_H_
