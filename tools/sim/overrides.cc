#include "tools/sim/overrides.h"

#include <absl/strings/str_cat.h>

#include <set>

namespace remb::sim {
namespace {

template <typename T>
void Set(const std::optional<T>& value, T* member) {
  if (value) *member = *value;
}

std::string QueueRule(const QueueConfig& queue) {
  using Kind = QueueConfig::Kind;
  const std::string limit = absl::StrCat(Milliseconds(queue.limit), " ms");
  switch (queue.kind) {
    case Kind::kDropTailTime:
      return "drop-tail, a packet that would wait longer than " + limit + " at the capacity now";
    case Kind::kDropTailBytes:
      return queue.limit_bytes > 0
                 ? absl::StrCat("drop-tail, ", queue.limit_bytes, " bytes")
                 : "drop-tail, the bytes that are " + limit + " at the first capacity";
    case Kind::kFqCoDel:
      return "FQ-CoDel (RFC 8290)";
    case Kind::kPie:
      return "PIE (RFC 8033)";
  }
  return "";
}

}  // namespace

void Apply(const Overrides& overrides, Scenario* scenario) {
  for (FlowConfig& flow : scenario->flows) {
    if (flow.kind != FlowConfig::Kind::kMedia) continue;
    Set(overrides.receiver, &flow.receiver.kind);
    Set(overrides.profile, &flow.receiver.profile);
    Set(overrides.clock, &flow.receiver.clock);
    Set(overrides.share, &flow.receiver.share);
    Set(overrides.receiver_lag, &flow.receiver.lag);
    Set(overrides.pacing_factor, &flow.pacing_factor);
    Set(overrides.pacing_burst, &flow.pacing_burst);
    Set(overrides.start_phase, &flow.start_phase);
    Set(overrides.overhead_bytes, &flow.overhead_bytes);
    for (StreamConfig& stream : flow.streams) {
      if (stream.kind == StreamConfig::Kind::kVideo) Set(overrides.encoder_lag, &stream.lag);
    }
  }
}

std::vector<std::string> Conventions(const Scenario& scenario) {
  std::set<std::string> queues, pacing, overheads, lags, starts;
  for (const LinkConfig& link : scenario.links) queues.insert(QueueRule(link.queue));
  for (const FlowConfig& flow : scenario.flows) {
    if (flow.kind != FlowConfig::Kind::kMedia) continue;
    pacing.insert(
        absl::StrCat("media paced at ", flow.pacing_factor, " x the target",
                     flow.pacing_burst > 0
                         ? absl::StrCat(", in bursts of ", Milliseconds(flow.pacing_burst), " ms")
                         : ""));
    overheads.insert(flow.overhead_bytes == 0
                         ? "media packets are as large to links as to the estimator"
                         : absl::StrCat("media packets have ", flow.overhead_bytes,
                                        " bytes of headers, counted by links alone"));
    starts.insert(flow.start_phase ? "senders start as Chrome's do, up to a REMB of the first 2.6 s"
                                   : "senders grow by 8 % a second from their start");
    for (const StreamConfig& stream : flow.streams) {
      if (stream.kind != StreamConfig::Kind::kVideo) continue;
      lags.insert(absl::StrCat("encoder lag ", Milliseconds(stream.lag), " ms"));
    }
  }
  std::vector<std::string> all;
  all.reserve(queues.size());
  for (const std::string& queue : queues) all.push_back("queue: " + queue);
  for (const auto* part : {&pacing, &lags, &starts, &overheads}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

}  // namespace remb::sim
