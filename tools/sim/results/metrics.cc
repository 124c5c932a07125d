#include "tools/sim/results/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "tools/sim/results/fairness.h"
#include "tools/sim/results/flow_metrics.h"
#include "tools/sim/results/series.h"

namespace remb::sim {
namespace {

constexpr Nanos kStartLossFor = 5 * kSecond;
constexpr Nanos kSettledAfter = 10 * kSecond;
constexpr Nanos kLast = 60 * kSecond;
constexpr Nanos kRateSample = 200 * kMillisecond;  // RFC 8868 section 3.1
constexpr Nanos kLongQueue = 100 * kMillisecond;

// The greater; anything is greater than what does not apply.
double Slower(double a, double b) { return std::isnan(a) ? b : std::max(a, b); }

void MeasureQueueing(const Recording& recording, RunMetrics* metrics) {
  std::vector<Nanos> queued;
  for (const FlowRecording& flow : recording.flows) {
    if (!flow.media) continue;
    for (const Arrival& arrival : flow.arrivals) {
      if (arrival.time >= recording.measure_from) queued.push_back(arrival.queued);
    }
  }
  metrics->queue_p50_ms = Milliseconds(Percentile(&queued, 0.50));
  metrics->queue_p95_ms = Milliseconds(Percentile(&queued, 0.95));
  metrics->queue_p99_ms = Milliseconds(Percentile(&queued, 0.99));
  metrics->queue_max_ms = Milliseconds(Percentile(&queued, 1));
  for (Nanos time = recording.measure_from; time < recording.length; time += kBin) {
    for (const LinkRecording& link : recording.links) {
      if (ValueAt(link.queue, time) <= static_cast<double>(kLongQueue)) continue;
      metrics->queue_over_100ms_s += Seconds(kBin);
      break;
    }
  }
}

void MeasureLoss(const Recording& recording, const std::vector<FlowSeries>& media,
                 RunMetrics* metrics) {
  double sent = 0;
  double lost = 0;
  double late_lost = 0;
  double late_received = 0;
  for (const FlowSeries& series : media) {
    const FlowRecording& flow = *series.flow;
    sent += static_cast<double>(flow.sent_packets);
    lost += static_cast<double>(flow.lost_packets);
    for (size_t i = 0; i < flow.bins.size(); ++i) {
      const Nanos time = static_cast<Nanos>(i) * kBin;
      if (time >= series.start && time < series.start + kStartLossFor) {
        metrics->start_lost += flow.bins[i].lost_packets;
      }
      if (time < kSettledAfter || time >= recording.length) continue;
      late_lost += flow.bins[i].lost_packets;
      late_received += flow.bins[i].received_packets;
    }
  }
  metrics->loss = sent > 0 ? lost / sent : 0;
  if (late_lost > 0) metrics->loss_after_10s = late_lost / (late_lost + late_received);
}

void MeasureFairness(const Recording& recording, const std::vector<FlowSeries>& media,
                     RunMetrics* metrics) {
  const auto windows = [&](Nanos window, double* jain, double* max_min) {
    const Fairness fairness =
        FairnessInWindows(media, window, recording.measure_from, recording.length);
    *jain = fairness.jain;
    *max_min = fairness.max_min;
  };
  windows(kSecond, &metrics->jain_1s, &metrics->max_min_1s);
  windows(5 * kSecond, &metrics->jain_5s, &metrics->max_min_5s);
  windows(20 * kSecond, &metrics->jain_20s, &metrics->max_min_20s);
  Nanos end = 0;
  for (const FlowSeries& flow : media) end = std::max(end, flow.end);
  const Fairness last = FairnessOver(media, std::max<Nanos>(0, end - kLast), end);
  metrics->jain_last = last.jain;
  metrics->max_min_last = last.max_min;
}

void MeasureConvergence(const Recording& recording, const std::vector<FlowSeries>& media,
                        RunMetrics* metrics) {
  std::vector<Nanos> events = recording.events;
  for (const FlowSeries& flow : media) events.push_back(std::max<Nanos>(flow.start, 0));
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
  double sum = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    const Nanos until = i + 1 < events.size() ? events[i + 1] : recording.length;
    for (const FlowSeries& flow : media) {
      if (ValueAt(flow.flow->fair_share, events[i]) <= 0) continue;
      const double took = ToSeconds(ConvergenceTime(flow, events[i], std::min(until, flow.end)));
      metrics->convergences.push_back({flow.flow->name, Seconds(events[i]), took});
      sum += took;  // kNeverSeconds stays
      if (std::isinf(took)) metrics->never_converged += 1;
    }
  }
  if (!metrics->convergences.empty()) {
    metrics->convergence_s = sum / static_cast<double>(metrics->convergences.size());
  }
}

void MeasureReactions(const Recording& recording, const std::vector<FlowSeries>& media,
                      RunMetrics* metrics) {
  metrics->reactions = Reactions(recording, media);
  for (const Reaction& reaction : metrics->reactions) {
    metrics->drop_over_use_s = Slower(metrics->drop_over_use_s, ToSeconds(reaction.over_use));
    metrics->drop_remb_s = Slower(metrics->drop_remb_s, ToSeconds(reaction.remb));
    metrics->drop_sender_s = Slower(metrics->drop_sender_s, ToSeconds(reaction.sender));
    metrics->drop_queue_s = Slower(metrics->drop_queue_s, ToSeconds(reaction.queue));
  }
}

void MeasurePhases(const Recording& recording, const std::vector<FlowSeries>& media,
                   RunMetrics* metrics) {
  std::vector<Nanos> bounds = {recording.measure_from};
  for (Nanos event : recording.events) {
    if (event > bounds.back() && event < recording.length) bounds.push_back(event);
  }
  bounds.push_back(recording.length);
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    double counted = 0;
    double share = 0;
    for (const FlowSeries& flow : media) {
      counted += flow.counted.Over(bounds[i], bounds[i + 1]);
      share += flow.share.Over(bounds[i], bounds[i + 1]);
    }
    metrics->phases.push_back({Seconds(bounds[i]), Seconds(bounds[i + 1]), Ratio(counted, share)});
  }
}

// Shares of the traffic that TCP is part of, while media is active.
double TcpShare(const Recording& recording, const std::vector<FlowSeries>& media,
                const std::vector<FlowSeries>& tcp) {
  if (tcp.empty() || media.empty()) return kNotApplicable;
  Nanos from = recording.length;
  Nanos until = 0;
  for (const FlowSeries& flow : media) {
    if (flow.start < 0) continue;
    from = std::min(from, flow.start);
    until = std::max(until, flow.end);
  }
  from = std::max(from, recording.measure_from);
  double tcp_bits = 0;
  double media_bits = 0;
  for (const FlowSeries& flow : tcp) tcp_bits += flow.received.Over(from, until);
  for (const FlowSeries& flow : media) media_bits += flow.received.Over(from, until);
  return Ratio(tcp_bits, tcp_bits + media_bits);
}

void MeasureFlows(const Recording& recording, const std::vector<FlowSeries>& media,
                  RunMetrics* metrics) {
  Mean below_floor, over, under, remb, overhead, frame;
  double counted = 0;
  double share = 0;
  Nanos first_start = recording.length;
  for (const FlowSeries& flow : media) {
    if (flow.start >= 0) first_start = std::min(first_start, flow.start);
  }
  metrics->least_utilisation = kNotApplicable;
  for (const FlowSeries& series : media) {
    const FlowMetrics flow = MeasureFlow(recording, series);
    below_floor.Add(flow.below_floor_s);
    over.Add(flow.estimate_over);
    under.Add(flow.estimate_under);
    remb.Add(flow.remb_per_s);
    overhead.Add(flow.overhead);
    frame.Add(flow.frame_p95_ms);
    counted += series.counted.Over(recording.measure_from, recording.length);
    share += series.share.Over(recording.measure_from, recording.length);
    metrics->least_utilisation = std::fmin(metrics->least_utilisation, flow.utilisation);
    if (series.start > first_start) {
      metrics->late_comer_s = Slower(metrics->late_comer_s, flow.to_share_s);
    } else if (series.start == first_start && std::isnan(metrics->start_s)) {
      metrics->start_s = ToSeconds(TimeToShare(series, 0.9, kRateSample, series.start, series.end));
    }
    metrics->flows.push_back(flow);
  }
  metrics->utilisation = Ratio(counted, share);
  metrics->below_floor_s = below_floor.Value();
  metrics->estimate_over = over.Value();
  metrics->estimate_under = under.Value();
  metrics->remb_per_s = remb.Value();
  metrics->overhead = overhead.Value();
  metrics->frame_p95_ms = frame.Value();
}

}  // namespace

RunMetrics Measure(const Recording& recording) {
  std::vector<FlowSeries> media;
  std::vector<FlowSeries> tcp;
  std::vector<FlowSeries> others;
  for (const FlowRecording& flow : recording.flows) {
    (flow.media ? media : flow.tcp ? tcp : others).emplace_back(flow, recording.length);
  }
  RunMetrics metrics;
  metrics.seed = recording.seed;
  MeasureFlows(recording, media, &metrics);
  for (const FlowSeries& flow : tcp) metrics.flows.push_back(MeasureFlow(recording, flow));
  for (const FlowSeries& flow : others) metrics.flows.push_back(MeasureFlow(recording, flow));
  for (const LinkRecording& link : recording.links) {
    metrics.links.push_back(MeasureLink(recording, link));
  }
  MeasureQueueing(recording, &metrics);
  MeasureLoss(recording, media, &metrics);
  MeasureFairness(recording, media, &metrics);
  MeasureConvergence(recording, media, &metrics);
  MeasureReactions(recording, media, &metrics);
  MeasurePhases(recording, media, &metrics);
  metrics.tcp_share = TcpShare(recording, media, tcp);
  return metrics;
}

absl::Span<const MetricField> MetricFields() {
#define REMB_METRIC(name) \
  MetricField { #name, &RunMetrics::name }
  static constexpr MetricField kFields[] = {
      REMB_METRIC(utilisation),
      REMB_METRIC(least_utilisation),
      REMB_METRIC(queue_p50_ms),
      REMB_METRIC(queue_p95_ms),
      REMB_METRIC(queue_p99_ms),
      REMB_METRIC(queue_max_ms),
      REMB_METRIC(queue_over_100ms_s),
      REMB_METRIC(loss),
      REMB_METRIC(loss_after_10s),
      REMB_METRIC(jain_1s),
      REMB_METRIC(jain_5s),
      REMB_METRIC(jain_20s),
      REMB_METRIC(max_min_1s),
      REMB_METRIC(max_min_5s),
      REMB_METRIC(max_min_20s),
      REMB_METRIC(jain_last),
      REMB_METRIC(max_min_last),
      REMB_METRIC(convergence_s),
      REMB_METRIC(never_converged),
      REMB_METRIC(drop_over_use_s),
      REMB_METRIC(drop_remb_s),
      REMB_METRIC(drop_sender_s),
      REMB_METRIC(drop_queue_s),
      REMB_METRIC(late_comer_s),
      REMB_METRIC(tcp_share),
      REMB_METRIC(below_floor_s),
      REMB_METRIC(estimate_over),
      REMB_METRIC(estimate_under),
      REMB_METRIC(remb_per_s),
      REMB_METRIC(overhead),
      REMB_METRIC(start_s),
      REMB_METRIC(start_lost),
      REMB_METRIC(frame_p95_ms),
  };
#undef REMB_METRIC
  return kFields;
}

}  // namespace remb::sim
