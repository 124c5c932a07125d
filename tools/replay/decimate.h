// Fewer points for a plot that looks the same.
#ifndef TOOLS_REPLAY_DECIMATE_H_
#define TOOLS_REPLAY_DECIMATE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/report/cc/report.h"

namespace remb::replay {

// Values over time, in microseconds, ascending. NaN is a gap.
struct Track {
  std::vector<int64_t> times;
  std::vector<double> values;

  // A time before the last one (the clock was set back) counts as the last one.
  void Add(int64_t time_us, double value);
  // As Add, but leaves out what repeats the last value.
  void AddIfChanged(int64_t time_us, double value);
  bool empty() const { return times.empty(); }
};

// Cuts the time into buckets and keeps the least and the greatest value of each, and where gaps
// are. A track that has no more than two points per bucket stays as it is.
Track Decimate(const Track& track, size_t buckets);

// Cuts the time into buckets, each in the worst state that it has a part in: over-use, then
// under-use. No more bands than buckets stay as they are.
std::vector<report::Band> Decimate(const std::vector<report::Band>& bands, size_t buckets);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_DECIMATE_H_
