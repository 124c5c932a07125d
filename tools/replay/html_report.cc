#include "tools/replay/html_report.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "tools/replay/format.h"

namespace remb::replay {
namespace {

using report::Band;
using report::Chart;
using report::Color;
using report::Fact;
using report::Kind;
using report::Series;
using report::State;

// Per series and page: some three points for each pixel of a wide window, and a file below 3 MB.
constexpr size_t kBuckets = 3000;
constexpr size_t kMaxDetectors = 4;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double OrNone(int64_t value) { return value > 0 ? static_cast<double>(value) : kNone; }

// A line across a silence that ended a stream would be an invention.
void AddWithGap(Track* track, int64_t time_us, double value) {
  if (!track->empty() && time_us - track->times.back() > kStreamTimeoutUs) {
    track->Add(track->times.back() + 1, kNone);
  }
  track->Add(time_us, value);
}

Series MakeSeries(std::string label, Color color, Kind kind, const Track& track, int64_t zero_us) {
  Track small = Decimate(track, kBuckets);
  Series series{std::move(label), color, kind, {}, std::move(small.values)};
  series.x.reserve(small.times.size());
  for (int64_t time : small.times) series.x.push_back(static_cast<double>(time - zero_us) * 1e-6);
  return series;
}

// A line that ends where its stream does.
Series MakeLine(std::string label, Color color, Track track, const TraceSummary& trace) {
  if (!track.empty() && trace.last_us - track.times.back() > kStreamTimeoutUs) {
    track.Add(track.times.back() + 1, kNone);
  }
  return MakeSeries(std::move(label), color, Kind::kLine, track, trace.first_us);
}

// A value that holds until the end.
Series MakeSteps(std::string label, Color color, Track track, const TraceSummary& trace) {
  if (!track.empty()) track.Add(trace.last_us, track.values.back());
  return MakeSeries(std::move(label), color, Kind::kStep, track, trace.first_us);
}

std::vector<Band> MakeBands(const StateTrack& states, const TraceSummary& trace) {
  return Decimate(states.Bands(trace.first_us, trace.last_us), kBuckets);
}

}  // namespace

void HtmlReport::OnReport(const remb_stats& stats) {
  ++reports_;
  most_streams_ = std::max<int64_t>(most_streams_, stats.stream_count);
  estimate_.AddIfChanged(stats.last_report_us, static_cast<double>(stats.estimate_bps));
  capacity_.AddIfChanged(stats.last_report_us, OrNone(stats.link_capacity_bps));
}

void HtmlReport::OnGroup(const remb_packet& packet, const remb_stats& stats) {
  const int64_t now = packet.arrival_us;
  const auto state = static_cast<State>(stats.state);
  AddWithGap(&incoming_, now, OrNone(stats.incoming_bitrate_bps));
  states_.Add(now, per_ssrc_ ? worst_.Update(packet.ssrc, state, now) : state);

  Detector& detector = detectors_[per_ssrc_ ? packet.ssrc : 0];
  AddWithGap(&detector.signal, now, adaptive_ ? stats.queueing_delay_ms : stats.modified_offset_ms);
  AddWithGap(&detector.threshold, now, adaptive_ ? stats.queue_threshold_ms : stats.threshold_ms);
  detector.states.Add(now, state);
  AddWithGap(&detector.delay, now, detector.delay_meter.Add(packet, clock_));
}

void HtmlReport::OnRemb(int64_t time_us, int64_t bitrate_bps) {
  rembs_.Add(time_us, static_cast<double>(bitrate_bps));
}

std::vector<Fact> HtmlReport::Summary(const TraceSummary& trace) const {
  const double seconds = static_cast<double>(trace.last_us - trace.first_us) * 1e-6;
  std::vector<Fact> facts = {
      {"Packets", FormatCount(trace.packets), "", ""},
      {"Duration", FormatReal(seconds), "s", ""},
      {"SSRCs", FormatCount(most_streams_), "", "most at a time"},
  };
  if (seconds > 0) {
    auto [value, unit] = FormatRate(static_cast<double>(trace.bytes) * 8 / seconds);
    facts.push_back({"Mean received", value, unit, ""});
  }
  if (!estimate_.empty()) {
    auto [value, unit] = FormatRate(estimate_.values.back());
    facts.push_back({"Last estimate", value, unit, ""});
  }
  facts.push_back({"Reports", FormatCount(reports_), "", ""});
  facts.push_back({"REMBs", FormatCount(static_cast<int64_t>(rembs_.times.size())), "", ""});
  double overusing = 0;
  for (const Band& band : states_.Bands(trace.first_us, trace.last_us)) {
    if (band.state == State::kOverusing) overusing += band.to - band.from;
  }
  if (seconds > 0) {
    facts.push_back({"Over-use", FormatReal(100 * overusing / seconds), "%", "of the time"});
  }
  return facts;
}

Chart HtmlReport::RateChart(const TraceSummary& trace) const {
  Chart chart;
  chart.title = "Rate";
  chart.note =
      "What arrives, the estimate made of it, and the REMBs a receiver sends. Capacity is the "
      "estimator’s own idea of it: ";
  chart.note += adaptive_ ? "what it carries of frames." : "mean throughput at over-use.";
  chart.unit = "bit/s";
  chart.height = 320;
  chart.series = {
      MakeLine("Received", Color::kIncoming, incoming_, trace),
      MakeSteps("Estimate", Color::kEstimate, estimate_, trace),
      MakeSeries("REMB", Color::kRemb, Kind::kPoints, rembs_, trace.first_us),
  };
  bool has_capacity = std::any_of(capacity_.values.begin(), capacity_.values.end(),
                                  [](double value) { return !std::isnan(value); });
  if (has_capacity) {
    chart.series.push_back(MakeSteps("Capacity", Color::kCapacity, capacity_, trace));
  }
  chart.bands = MakeBands(states_, trace);
  return chart;
}

Chart HtmlReport::SignalChart(const TraceSummary& trace, const Detector& detector) const {
  Chart chart;
  chart.unit = "ms";
  chart.height = 240;
  chart.linear = 10;
  chart.series = {
      MakeLine(adaptive_ ? "Queue" : "T", Color::kSignal, detector.signal, trace),
      MakeLine("Threshold", Color::kThreshold, detector.threshold, trace),
  };
  if (!adaptive_) {
    Series below = chart.series.back();
    for (double& value : below.y) value = -value;
    chart.series.push_back(std::move(below));
  }
  chart.bands = MakeBands(detector.states, trace);
  return chart;
}

Chart HtmlReport::DelayChart(const TraceSummary& trace, const Detector& detector) {
  Track delay = detector.delay;
  double least = std::numeric_limits<double>::infinity();
  for (double value : delay.values) least = std::fmin(least, value);
  for (double& value : delay.values) value -= least;
  Chart chart;
  chart.note =
      "How much longer packets took than the quickest one, by the sender’s time stamps. Clocks "
      "that "
      "drift tilt it.";
  chart.unit = "ms";
  chart.height = 190;
  chart.series = {MakeLine("Delay", Color::kDelay, std::move(delay), trace)};
  return chart;
}

void HtmlReport::AddDetectorCharts(const TraceSummary& trace, std::vector<Chart>* charts) const {
  // The streams with most groups, by SSRC among equals.
  std::vector<std::pair<uint32_t, const Detector*>> detectors;
  for (const auto& [ssrc, detector] : detectors_) detectors.emplace_back(ssrc, &detector);
  std::stable_sort(detectors.begin(), detectors.end(), [](const auto& a, const auto& b) {
    return a.second->signal.times.size() > b.second->signal.times.size();
  });
  auto title = [&](const char* what, uint32_t ssrc) {
    return per_ssrc_ ? absl::StrCat(what, ", SSRC ", ssrc) : std::string(what);
  };
  const size_t shown = std::min(detectors.size(), kMaxDetectors);
  for (size_t i = 0; i < shown; ++i) {
    const auto& [ssrc, detector] = detectors[i];
    Chart signal = SignalChart(trace, *detector);
    signal.title = title(adaptive_ ? "Standing queue" : "Delay gradient", ssrc);
    if (adaptive_) {
      signal.note =
          "How long packets wait in a queue that does not empty between frames. Above the "
          "threshold "
          "the rate is cut.";
    } else if (i == 0) {
      signal.note =
          "T: how fast queueing delay grows, smoothed and weighted. Above the threshold for a "
          "while it "
          "is over-use, and the rate is cut; below its negative the queue empties.";
      if (per_ssrc_) signal.note += " With this clock each SSRC has a detector of its own.";
    }
    if (i > 0 && i + 1 == shown && detectors.size() > shown) {
      signal.note = absl::StrCat(
          "SSRCs with fewer packet groups that are not shown: ", detectors.size() - shown, ".");
    }
    charts->push_back(std::move(signal));
    if (i == 0) {
      charts->push_back(DelayChart(trace, *detector));
      charts->back().title = title("Queueing delay", ssrc);
    }
  }
}

report::Report HtmlReport::Build(const TraceSummary& trace) const {
  report::Report page;
  page.title = trace.name;
  page.subtitle =
      absl::StrCat("Replayed through libremb ", remb_version_string(), " · clock ", trace.clock,
                   " · profile ", trace.profile, " · 0 s is ", trace.first_us, " µs in the trace");
  page.summary = Summary(trace);
  page.charts.push_back(RateChart(trace));
  AddDetectorCharts(trace, &page.charts);
  return page;
}

}  // namespace remb::replay
