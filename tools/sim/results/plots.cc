#include "tools/sim/results/plots.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <remb/remb.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "tools/replay/decimate.h"
#include "tools/sim/results/series.h"
#include "tools/sim/results/table.h"

namespace remb::sim {
namespace {

using replay::Track;
using report::Band;
using report::Chart;
using report::Color;
using report::Kind;
using report::Series;
using report::State;

// Per series: about a point for each pixel, and a page of a few flows below 3 MB.
constexpr size_t kBuckets = 1000;
// Frames and the pacer's bursts are smoothed out.
constexpr Nanos kRateWindow = 200 * kMillisecond;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Series MakeSeries(std::string label, Color color, Kind kind, const Track& track) {
  Track small = replay::Decimate(track, kBuckets);
  Series series{std::move(label), color, kind, {}, std::move(small.values)};
  series.x.reserve(small.times.size());
  for (int64_t time : small.times) series.x.push_back(static_cast<double>(time) * 1e-6);
  return series;
}

// Holds from change to change, and to the end. 0 of a rate is a gap: it means that there is none.
Series Steps(std::string label, Color color, const std::vector<Change>& changes, Nanos length) {
  Track track;
  for (const Change& change : changes) {
    track.AddIfChanged(change.time / kMicrosecond, change.value > 0 ? change.value : kNone);
  }
  if (!track.empty()) track.Add(length / kMicrosecond, track.values.back());
  return MakeSeries(std::move(label), color, Kind::kStep, track);
}

Series Rate(std::string label, Color color, const std::vector<Bin>& bins, int64_t Bin::*bytes) {
  Track track;
  constexpr size_t kWindow = kRateWindow / kBin;
  for (size_t i = 0; i < bins.size(); i += kWindow) {
    int64_t sum = 0;
    for (size_t j = i; j < std::min(i + kWindow, bins.size()); ++j) sum += bins[j].*bytes;
    track.Add(static_cast<int64_t>(i) * (kBin / kMicrosecond),
              8 * static_cast<double>(sum) / Seconds(kRateWindow));
  }
  return MakeSeries(std::move(label), color, Kind::kLine, track);
}

std::vector<Band> Bands(const FlowRecording& flow, Nanos length) {
  std::vector<Band> bands;
  for (size_t i = 0; i < flow.state.size(); ++i) {
    const Nanos to = i + 1 < flow.state.size() ? flow.state[i + 1].time : length;
    const auto state = static_cast<State>(static_cast<int>(flow.state[i].value));
    if (to > flow.state[i].time) bands.push_back({Seconds(flow.state[i].time), Seconds(to), state});
  }
  return replay::Decimate(bands, kBuckets);
}

// Without lines that have nothing to show.
Chart MakeChart(std::string title, std::string note, std::string unit, std::vector<Series> series) {
  Chart chart;
  chart.title = std::move(title);
  chart.note = std::move(note);
  chart.unit = std::move(unit);
  for (Series& line : series) {
    if (!line.x.empty()) chart.series.push_back(std::move(line));
  }
  return chart;
}

Chart FlowRates(const FlowRecording& flow, Nanos length) {
  Track rembs;
  for (const Change& remb : flow.remb) rembs.Add(remb.time / kMicrosecond, remb.value);
  Chart chart = MakeChart(
      absl::StrCat(flow.name, ": rates"),
      "Sent and received without padding, in steps of 200 ms. The fair share is max-min fair and "
      "no more than the source makes.",
      "bit/s",
      {Rate("Received", Color::kIncoming, flow.bins, &Bin::received_bytes),
       Rate("Sent", Color::kSent, flow.bins, &Bin::sent_bytes),
       Steps("Estimate", Color::kEstimate, flow.estimate, length),
       MakeSeries("REMB", Color::kRemb, Kind::kPoints, rembs),
       Steps("Fair share", Color::kCapacity, flow.fair_share, length)});
  chart.height = 300;
  chart.bands = Bands(flow, length);
  return chart;
}

Chart FlowDelay(const FlowRecording& flow) {
  Track delay;
  for (const Arrival& arrival : flow.arrivals) {
    delay.Add(arrival.time / kMicrosecond, Milliseconds(arrival.queued));
  }
  Chart chart = MakeChart(absl::StrCat(flow.name, ": queueing delay"),
                          "True time that packets spent in queues.", "ms",
                          {MakeSeries("Queueing delay", Color::kDelay, Kind::kLine, delay)});
  chart.height = 190;
  return chart;
}

Chart LinkRates(const LinkRecording& link, Nanos length) {
  Chart chart = MakeChart(absl::StrCat(link.name, ": use"), "All that leaves the link.", "bit/s",
                          {Rate("Use", Color::kIncoming, link.bins, &Bin::received_bytes),
                           Steps("Capacity", Color::kCapacity, link.capacity, length)});
  chart.height = 190;
  return chart;
}

Chart LinkQueue(const LinkRecording& link) {
  Track queue;
  for (const Change& sample : link.queue) {
    queue.AddIfChanged(sample.time / kMicrosecond, sample.value * 1e-6);
  }
  Chart chart = MakeChart(absl::StrCat(link.name, ": queue"),
                          "What a packet that arrives would wait at the capacity of that moment.",
                          "ms", {MakeSeries("Queue", Color::kDelay, Kind::kStep, queue)});
  chart.height = 160;
  return chart;
}

}  // namespace

std::vector<Chart> Plots(const Recording& recording) {
  std::vector<Chart> charts;
  Chart others = MakeChart("Other traffic", "Of TCP: new data in order.", "bit/s", {});
  for (const FlowRecording& flow : recording.flows) {
    if (!flow.media) {
      Series rate = Rate(flow.name, flow.tcp ? Color::kSignal : Color::kMuted, flow.bins,
                         &Bin::received_bytes);
      if (!rate.x.empty()) others.series.push_back(std::move(rate));
      continue;
    }
    charts.push_back(FlowRates(flow, recording.length));
    charts.push_back(FlowDelay(flow));
  }
  if (!others.series.empty()) charts.push_back(std::move(others));
  for (const LinkRecording& link : recording.links) {
    charts.push_back(LinkRates(link, recording.length));
    charts.push_back(LinkQueue(link));
  }
  charts.erase(std::remove_if(charts.begin(), charts.end(),
                              [](const Chart& chart) { return chart.series.empty(); }),
               charts.end());
  return charts;
}

report::Report Page(const Results& results, const std::vector<std::vector<Chart>>& plots) {
  report::Report page;
  const bool one = results.cases.size() == 1;
  page.title = one ? results.cases[0].name : absl::StrCat(results.cases.size(), " cases");
  page.subtitle = absl::StrJoin(Conventions(results), " ");
  for (const CaseResult& result : results.cases) {
    const double utilisation = SpreadOf(result, &RunMetrics::utilisation).mean;
    const double p95 = SpreadOf(result, &RunMetrics::queue_p95_ms).mean;
    page.summary.push_back({one ? "Utilisation" : result.name, FormatFigure(100 * utilisation, 1),
                            "%", absl::StrCat("p95 of queueing ", FormatFigure(p95, 0), " ms")});
  }
  for (size_t i = 0; i < plots.size(); ++i) {
    for (Chart chart : plots[i]) {
      if (!one) chart.title = absl::StrCat(results.cases[i].name, ", ", chart.title);
      page.charts.push_back(std::move(chart));
    }
  }
  return page;
}

}  // namespace remb::sim
