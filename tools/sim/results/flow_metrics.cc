#include "tools/sim/results/flow_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace remb::sim {
namespace {

constexpr double kFloorBps = 150'000;  // the least that RFC 8867's video source makes

void MeasureEstimate(const Recording& recording, const FlowSeries& series, FlowMetrics* metrics) {
  const FlowRecording& flow = *series.flow;
  const std::vector<Change>& estimates = flow.estimate.empty() ? flow.remb : flow.estimate;
  Mean over;
  Mean under;
  for (Nanos time = recording.measure_from; time < recording.length; time += kBin) {
    const double share = ValueAt(flow.fair_share, time);
    const double estimate = ValueAt(estimates, time);
    if (share <= 0 || estimate <= 0) continue;
    over.Add(std::max(0.0, estimate / share - 1));
    under.Add(std::max(0.0, 1 - estimate / share));
  }
  metrics->estimate_over = over.Value();
  metrics->estimate_under = under.Value();
}

double SecondsBelowFloor(const Recording& recording, const FlowSeries& series) {
  double seconds = 0;
  for (Nanos from = recording.measure_from; from + kSecond <= recording.length; from += kSecond) {
    if (series.ActiveThroughout(from, from + kSecond) &&
        series.ReceivedRate(from, from + kSecond) < kFloorBps) {
      seconds += 1;
    }
  }
  return seconds;
}

}  // namespace

FlowMetrics MeasureFlow(const Recording& recording, const FlowSeries& series) {
  const FlowRecording& flow = *series.flow;
  const Nanos from = recording.measure_from;
  const Nanos until = recording.length;
  FlowMetrics metrics;
  metrics.name = flow.name;
  metrics.media = flow.media;
  metrics.tcp = flow.tcp;
  const double active_s = series.active.Over(from, until);
  const double received_bits = series.received.Over(from, until);
  // Other traffic has no fair share: its rate is that of the whole time.
  metrics.received_bps = active_s > 0 ? series.counted.Over(from, until) / active_s
                                      : received_bits / Seconds(until - from);
  metrics.share_bps = active_s > 0 ? series.share.Over(from, until) / active_s : 0;
  if (flow.sent_packets > 0) {
    const auto sent = static_cast<double>(flow.sent_packets);
    metrics.loss = static_cast<double>(flow.lost_packets) / sent;
    metrics.random_loss = static_cast<double>(flow.randomly_lost_packets) / sent;
  }
  if (!flow.media) return metrics;

  metrics.utilisation = Ratio(series.counted.Over(from, until), series.share.Over(from, until));
  MeasureEstimate(recording, series, &metrics);
  metrics.below_floor_s = SecondsBelowFloor(recording, series);
  metrics.remb_per_s =
      Ratio(static_cast<double>(flow.remb_packets), series.active.Over(0, recording.length));
  metrics.overhead = Ratio(static_cast<double>(flow.feedback_bytes) * 8,
                           series.received.Over(0, recording.length));
  if (series.start >= 0) {
    metrics.to_share_s = ToSeconds(TimeToShare(series, 0.75, kSecond, series.start, series.end));
  }
  if (!flow.frame_delays.empty()) {
    std::vector<Nanos> delays = flow.frame_delays;
    metrics.frame_p95_ms = Milliseconds(Percentile(&delays, 0.95));
  }
  return metrics;
}

LinkMetrics MeasureLink(const Recording& recording, const LinkRecording& link) {
  const auto bins = static_cast<size_t>((recording.length + kBin - 1) / kBin);
  const Nanos from = recording.measure_from;
  const double capacity = BinSums(Integrals(link.capacity, bins)).Over(from, recording.length);
  LinkMetrics metrics;
  metrics.name = link.name;
  metrics.capacity_bps = capacity / Seconds(recording.length - from);
  double bits = 0;
  for (auto i = static_cast<size_t>(from / kBin); i < std::min(bins, link.bins.size()); ++i) {
    bits += 8 * static_cast<double>(link.bins[i].received_bytes);
  }
  if (capacity > 0) metrics.utilisation = bits / capacity;
  std::vector<Nanos> queue;
  Mean mean;
  for (const Change& sample : link.queue) {
    if (sample.time < from) continue;
    queue.push_back(static_cast<Nanos>(sample.value));
    mean.Add(sample.value);
  }
  if (!queue.empty()) metrics.queue_mean_ms = Milliseconds(static_cast<Nanos>(mean.Value()));
  metrics.queue_p95_ms = Milliseconds(Percentile(&queue, 0.95));
  return metrics;
}

}  // namespace remb::sim
