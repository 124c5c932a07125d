#include "tools/sim/results/series.h"

#include <algorithm>
#include <cmath>

namespace remb::sim {
namespace {

constexpr double kBinSeconds = Seconds(kBin);

size_t BinCount(Nanos length) { return static_cast<size_t>((length + kBin - 1) / kBin); }

std::vector<double> ReceivedBits(const FlowRecording& flow, size_t bins) {
  std::vector<double> bits(bins, 0);
  for (size_t i = 0; i < std::min(bins, flow.bins.size()); ++i) {
    bits[i] = 8 * static_cast<double>(flow.bins[i].received_bytes);
  }
  return bits;
}

std::vector<double> ActiveSeconds(const FlowRecording& flow, size_t bins) {
  std::vector<double> seconds = Integrals(flow.fair_share, bins);
  for (double& value : seconds) value = value > 0 ? kBinSeconds : 0;
  return seconds;
}

std::vector<double> CountedBits(const FlowRecording& flow, size_t bins) {
  std::vector<double> bits = ReceivedBits(flow, bins);
  const std::vector<double> active = ActiveSeconds(flow, bins);
  for (size_t i = 0; i < bins; ++i) {
    if (active[i] == 0) bits[i] = 0;
  }
  return bits;
}

}  // namespace

BinSums::BinSums(const std::vector<double>& values) : sums_(values.size() + 1, 0) {
  for (size_t i = 0; i < values.size(); ++i) sums_[i + 1] = sums_[i] + values[i];
}

double BinSums::Over(Nanos from, Nanos to) const {
  const auto bin = [this](Nanos time) {
    return std::min(bins(), static_cast<size_t>(std::max<Nanos>(time + kBin - 1, 0) / kBin));
  };
  return to > from ? sums_[bin(to)] - sums_[bin(from)] : 0;
}

double ValueAt(const std::vector<Change>& changes, Nanos time) {
  auto next = std::upper_bound(changes.begin(), changes.end(), time,
                               [](Nanos t, const Change& change) { return t < change.time; });
  return next == changes.begin() ? 0 : std::prev(next)->value;
}

std::vector<double> Integrals(const std::vector<Change>& changes, size_t bins) {
  std::vector<double> integrals(bins, 0);
  const Nanos end = static_cast<Nanos>(bins) * kBin;
  for (size_t i = 0; i < changes.size(); ++i) {
    Nanos from = std::max<Nanos>(changes[i].time, 0);
    const Nanos to = std::min(end, i + 1 < changes.size() ? changes[i + 1].time : end);
    while (from < to) {
      const Nanos until = std::min(to, (from / kBin + 1) * kBin);
      integrals[static_cast<size_t>(from / kBin)] += changes[i].value * Seconds(until - from);
      from = until;
    }
  }
  return integrals;
}

Nanos Percentile(std::vector<Nanos>* values, double share) {
  if (values->empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(values->size()));
  const size_t index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  auto nth = values->begin() + static_cast<ptrdiff_t>(std::min(index, values->size() - 1));
  std::nth_element(values->begin(), nth, values->end());
  return *nth;
}

FlowSeries::FlowSeries(const FlowRecording& recording, Nanos length)
    : flow(&recording),
      received(ReceivedBits(recording, BinCount(length))),
      share(Integrals(recording.fair_share, BinCount(length))),
      active(ActiveSeconds(recording, BinCount(length))),
      counted(CountedBits(recording, BinCount(length))) {
  for (size_t i = 0; i < recording.fair_share.size(); ++i) {
    const Change& change = recording.fair_share[i];
    if (change.value <= 0 || change.time >= length) continue;
    if (start < 0) start = change.time;
    end = i + 1 < recording.fair_share.size() ? recording.fair_share[i + 1].time : length;
  }
}

double FlowSeries::ReceivedRate(Nanos from, Nanos to) const {
  return received.Over(from, to) / Seconds(to - from);
}

double FlowSeries::ShareRate(Nanos from, Nanos to) const {
  return share.Over(from, to) / Seconds(to - from);
}

bool FlowSeries::ActiveThroughout(Nanos from, Nanos to) const {
  return active.Over(from, to) >= Seconds(to - from) - kBinSeconds;
}

}  // namespace remb::sim
