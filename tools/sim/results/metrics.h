// The figures of one run, from its recording.
//
// Conventions, told with every result:
// - Utilisation: media bits received / integral of the fair share, which is max-min fair and no
//   more than the source makes. From Recording::measure_from on, without padding; what arrives
//   while a flow is paused does not count.
// - Queueing delay: true time in the queues of the path, of all media packets together that arrive
//   from measure_from on; percentiles by nearest rank.
// - Loss by queues is called self-inflicted, whoever filled them.
// - Fairness compares rates relative to fair shares, so 1 is fair also where shares differ.
#ifndef TOOLS_SIM_RESULTS_METRICS_H_
#define TOOLS_SIM_RESULTS_METRICS_H_

#include <absl/types/span.h>

#include <limits>
#include <string>
#include <vector>

#include "tools/sim/recording.h"
#include "tools/sim/results/responses.h"

namespace remb::sim {

// A figure that says nothing about this run.
constexpr double kNotApplicable = std::numeric_limits<double>::quiet_NaN();
// A time that never came.
constexpr double kNeverSeconds = std::numeric_limits<double>::infinity();

struct Convergence {
  std::string flow;
  double event_s = 0;
  double took_s = kNeverSeconds;
};

struct FlowMetrics {
  std::string name;
  bool media = false;
  bool tcp = false;
  double received_bps = 0;  // mean while active, from measure_from on
  double share_bps = 0;     // its due, likewise
  double loss = 0;          // share of packets sent, by queues
  double random_loss = 0;
  // Media only.
  double utilisation = kNotApplicable;
  double estimate_over = kNotApplicable;   // mean over time of max(0, estimate / share - 1)
  double estimate_under = kNotApplicable;  // of max(0, 1 - estimate / share)
  double below_floor_s = kNotApplicable;   // seconds below 150 kbit/s
  double remb_per_s = kNotApplicable;
  double overhead = kNotApplicable;      // RTCP bytes / media bytes received
  double to_share_s = kNotApplicable;    // from its start to 75 % of its share over 1 s
  double frame_p95_ms = kNotApplicable;  // capture to complete arrival; without lost frames
};

struct LinkMetrics {
  std::string name;
  double capacity_bps = 0;  // mean
  double utilisation = 0;   // by all that left it
  double queue_mean_ms = 0;
  double queue_p95_ms = 0;  // of samples each 10 ms
};

struct Phase {
  double from_s = 0;  // an event, and the next
  double to_s = 0;
  double utilisation = kNotApplicable;
};

// Rates relative to fair shares, in windows of one length. Of the flows active in all of it.
struct Fairness {
  double jain = kNotApplicable;     // mean over windows of Jain's index
  double max_min = kNotApplicable;  // mean over windows; 100 at most
};

struct RunMetrics {
  uint64_t seed = 0;
  double utilisation = 0;
  double least_utilisation = 0;  // of a flow
  double queue_p50_ms = 0;
  double queue_p95_ms = 0;
  double queue_p99_ms = 0;
  double queue_max_ms = 0;
  double queue_over_100ms_s = 0;  // seconds in which some queue is longer
  double loss = 0;                // self-inflicted, share of media packets sent
  double loss_after_10s = 0;      // of any cause, share of packets
  double jain_1s = kNotApplicable;
  double jain_5s = kNotApplicable;
  double jain_20s = kNotApplicable;
  double max_min_1s = kNotApplicable;
  double max_min_5s = kNotApplicable;
  double max_min_20s = kNotApplicable;
  double jain_last = kNotApplicable;  // over the last 60 s that media flows are active
  double max_min_last = kNotApplicable;
  double convergence_s = kNotApplicable;    // mean of all; never, if one never came
  double never_converged = 0;               // how many did not
  double drop_over_use_s = kNotApplicable;  // slowest reaction to a drop
  double drop_remb_s = kNotApplicable;
  double drop_sender_s = kNotApplicable;
  double drop_queue_s = kNotApplicable;
  double late_comer_s = kNotApplicable;   // slowest to reach 75 % of its share
  double tcp_share = kNotApplicable;      // of what TCP and media received while media was active
  double below_floor_s = kNotApplicable;  // mean of media flows
  double estimate_over = kNotApplicable;  // likewise
  double estimate_under = kNotApplicable;
  double remb_per_s = kNotApplicable;
  double overhead = kNotApplicable;
  double start_s = kNotApplicable;  // first media flow: to 90 % of its share over 200 ms
  double start_lost = 0;            // packets lost within 5 s of a media flow's start, all causes
  double frame_p95_ms = kNotApplicable;  // mean of media flows

  std::vector<FlowMetrics> flows;
  std::vector<LinkMetrics> links;
  std::vector<Phase> phases;
  std::vector<Convergence> convergences;
  std::vector<Reaction> reactions;
};

RunMetrics Measure(const Recording& recording);

// A scalar member of RunMetrics, for whatever goes through all of them.
struct MetricField {
  const char* name;
  double RunMetrics::*member;
};
absl::Span<const MetricField> MetricFields();

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_METRICS_H_
