#include "tools/sim/results/time_series.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "tools/sim/results/csv.h"
#include "tools/sim/results/series.h"

namespace remb::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Rate(const std::vector<Bin>& bins, Nanos from, int64_t Bin::*bytes) {
  const size_t begin = std::min(bins.size(), static_cast<size_t>(from / kBin));
  const size_t end = std::min(bins.size(), static_cast<size_t>((from + kSeriesStep) / kBin));
  int64_t sum = 0;
  for (size_t i = begin; i < end; ++i) sum += bins[i].*bytes;
  return 8 * static_cast<double>(sum) / Seconds(kSeriesStep);
}

// The greatest of those items that are in the step; NaN if none is. Times ascend; `*next` is where
// the step before ended.
template <typename Item, typename Value>
double Greatest(const std::vector<Item>& items, Nanos to, size_t* next, Value value) {
  double greatest = kNone;
  for (; *next < items.size() && items[*next].time < to; ++*next) {
    greatest = std::fmax(greatest, value(items[*next]));
  }
  return greatest;
}

void AddFlow(const FlowRecording& flow, Nanos length, std::vector<SeriesRow>* rows) {
  size_t next = 0;
  for (Nanos time = 0; time < length; time += kSeriesStep) {
    const Nanos to = time + kSeriesStep;
    SeriesRow& row = rows->emplace_back();
    row.name = flow.name;
    row.kind = flow.media ? "media" : flow.tcp ? "tcp" : "cross";
    row.time = time;
    row.limit_bps = ValueAt(flow.fair_share, to - 1);
    row.sent_bps = Rate(flow.bins, time, &Bin::sent_bytes);
    row.received_bps = Rate(flow.bins, time, &Bin::received_bytes);
    row.remb_bps =
        flow.remb.empty() || flow.remb.front().time >= to ? kNone : ValueAt(flow.remb, to - 1);
    row.queue_ms = Greatest(flow.arrivals, to, &next,
                            [](const Arrival& arrival) { return Milliseconds(arrival.queued); });
  }
}

void AddLink(const LinkRecording& link, Nanos length, std::vector<SeriesRow>* rows) {
  size_t next = 0;
  for (Nanos time = 0; time < length; time += kSeriesStep) {
    const Nanos to = time + kSeriesStep;
    SeriesRow& row = rows->emplace_back();
    row.name = link.name;
    row.kind = "link";
    row.time = time;
    row.limit_bps = ValueAt(link.capacity, to - 1);
    row.sent_bps = Rate(link.bins, time, &Bin::received_bytes);
    row.received_bps = row.remb_bps = kNone;
    row.queue_ms =
        Greatest(link.queue, to, &next, [](const Change& sample) { return sample.value * 1e-6; });
  }
}

std::string Field(double value, int digits) {
  return std::isnan(value) ? "" : absl::StrFormat("%.*f", digits, value);
}

}  // namespace

std::vector<SeriesRow> TimeSeries(const Recording& recording) {
  std::vector<SeriesRow> rows;
  for (const FlowRecording& flow : recording.flows) AddFlow(flow, recording.length, &rows);
  for (const LinkRecording& link : recording.links) AddLink(link, recording.length, &rows);
  return rows;
}

void WriteTimeSeries(const std::vector<std::pair<std::string, std::vector<SeriesRow>>>& cases,
                     std::ostream& out) {
  out << "case,kind,name,time_s,limit_bps,sent_bps,received_bps,remb_bps,queue_ms\n";
  for (const auto& [name, rows] : cases) {
    for (const SeriesRow& row : rows) {
      out << CsvField(name) << ',' << row.kind << ',' << CsvField(row.name) << ','
          << absl::StrFormat("%.1f", Seconds(row.time)) << ',' << Field(row.limit_bps, 0) << ','
          << Field(row.sent_bps, 0) << ',' << Field(row.received_bps, 0) << ','
          << Field(row.remb_bps, 0) << ',' << Field(row.queue_ms, 1) << '\n';
    }
  }
}

}  // namespace remb::sim
