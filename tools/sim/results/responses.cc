#include "tools/sim/results/responses.h"

#include <remb/remb.h>

#include <algorithm>
#include <cstddef>

namespace remb::sim {
namespace {

// When convergence is reached and kept: a convention of ours, since RFC 8868 leaves it open.
constexpr Nanos kStep = 100 * kMillisecond;
constexpr double kReached = 0.9;
constexpr double kKept = 0.8;
constexpr Nanos kKeptFor = 5 * kSecond;
// And what is a drop, and over.
constexpr double kDrop = 0.9;
constexpr double kShortQueue = 50 * kMillisecond;
constexpr Nanos kShortFor = kSecond;

// Of flows that have a share then: one that has ended or pauses keeps its last rate on paper.
double Sum(const std::vector<FlowSeries>& flows, std::vector<Change> FlowRecording::*what,
           Nanos time) {
  double sum = 0;
  for (const FlowSeries& flow : flows) {
    if (ValueAt(flow.flow->fair_share, time) > 0) sum += ValueAt(flow.flow->*what, time);
  }
  return sum;
}

bool IsDrop(const Recording& recording, const std::vector<FlowSeries>& media, Nanos event) {
  const double before = Sum(media, &FlowRecording::fair_share, event - 1);
  const double after = Sum(media, &FlowRecording::fair_share, event);
  if (after > kDrop * before || after == 0) return false;
  for (const LinkRecording& link : recording.links) {
    if (ValueAt(link.capacity, event) < ValueAt(link.capacity, event - 1)) return true;
  }
  return std::any_of(recording.flows.begin(), recording.flows.end(),
                     [](const FlowRecording& flow) { return !flow.media && !flow.tcp; });
}

Nanos UntilOverUse(const std::vector<FlowSeries>& media, Nanos event, Nanos until) {
  Nanos first = kNeverCame;
  for (const FlowSeries& flow : media) {
    for (const Change& state : flow.flow->state) {
      if (state.time < event || state.value != REMB_STATE_OVERUSING) continue;
      if (state.time < until && (first == kNeverCame || state.time - event < first)) {
        first = state.time - event;
      }
      break;
    }
  }
  return first;
}

// Until `what`, summed over flows, is no more than the fair shares.
Nanos UntilBelow(const std::vector<FlowSeries>& media, std::vector<Change> FlowRecording::*what,
                 Nanos event, Nanos until) {
  for (Nanos time = event; time < until; time += kBin) {
    if (Sum(media, what, time) <= Sum(media, &FlowRecording::fair_share, time)) return time - event;
  }
  return kNeverCame;
}

Nanos UntilShortQueue(const std::vector<LinkRecording>& links, Nanos event, Nanos until) {
  Nanos since = event;
  for (Nanos time = event; time < until; time += kBin) {
    const bool is_long = std::any_of(links.begin(), links.end(), [time](const auto& link) {
      return ValueAt(link.queue, time) >= kShortQueue;
    });
    if (is_long) since = time + kBin;
    if (time + kBin - since >= kShortFor) return since - event;
  }
  return kNeverCame;
}

}  // namespace

Nanos ConvergenceTime(const FlowSeries& flow, Nanos event, Nanos until) {
  Nanos reached = kNeverCame;
  for (Nanos time = event; time <= until; time += kStep) {
    const Nanos from = std::max<Nanos>(time - kSecond, 0);
    if (time == from) continue;
    const double rate = flow.ReceivedRate(from, time);
    const double share = ValueAt(flow.flow->fair_share, time - 1);
    if (reached == kNeverCame && rate >= kReached * share) reached = time;
    if (rate < kKept * share) reached = kNeverCame;
    if (reached != kNeverCame && time - reached >= kKeptFor) return reached - event;
  }
  return kNeverCame;
}

Nanos TimeToShare(const FlowSeries& flow, double part, Nanos window, Nanos from, Nanos until) {
  for (Nanos time = from + kBin; time <= until; time += kBin) {
    const Nanos begin = std::max(time - window, from);
    if (time - begin < window / 2) continue;  // one packet is no rate
    if (flow.received.Over(begin, time) / Seconds(window) >=
        part * ValueAt(flow.flow->fair_share, time - 1)) {
      return time - from;
    }
  }
  return kNeverCame;
}

std::vector<Reaction> Reactions(const Recording& recording, const std::vector<FlowSeries>& media) {
  std::vector<Reaction> reactions;
  for (size_t i = 0; i < recording.events.size(); ++i) {
    const Nanos event = recording.events[i];
    if (event == 0 || !IsDrop(recording, media, event)) continue;
    const auto next = std::upper_bound(recording.events.begin(), recording.events.end(), event);
    const Nanos until = next == recording.events.end() ? recording.length : *next;
    if (!reactions.empty() && reactions.back().event == event) continue;
    reactions.push_back({event, UntilOverUse(media, event, until),
                         UntilBelow(media, &FlowRecording::remb, event, until),
                         UntilBelow(media, &FlowRecording::target, event, until),
                         UntilShortQueue(recording.links, event, until)});
  }
  return reactions;
}

}  // namespace remb::sim
