// What flows and links did over one run, in steps that a plot can show.
#ifndef TOOLS_SIM_RESULTS_TIME_SERIES_H_
#define TOOLS_SIM_RESULTS_TIME_SERIES_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tools/sim/recording.h"

namespace remb::sim {

// RFC 8868's interval for rates.
constexpr Nanos kSeriesStep = 200 * kMillisecond;

// One flow or link over the step that begins at `time`. NaN: it has no such figure.
struct SeriesRow {
  std::string name;
  const char* kind = "";  // "media", "tcp", "cross" or "link"
  Nanos time = 0;
  double limit_bps = 0;     // at the step's end: a flow's fair share, a link's capacity
  double sent_bps = 0;      // without padding; of a link: what left it
  double received_bps = 0;  // of TCP: new data in order
  double remb_bps = 0;      // media: the last one sent
  double queue_ms = 0;      // longest: of packets that arrived, of the link's samples
};

// By flow, then by link; each from 0 to the end of the run.
std::vector<SeriesRow> TimeSeries(const Recording& recording);

// A CSV file; the first of a pair names the case.
void WriteTimeSeries(const std::vector<std::pair<std::string, std::vector<SeriesRow>>>& cases,
                     std::ostream& out);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_TIME_SERIES_H_
