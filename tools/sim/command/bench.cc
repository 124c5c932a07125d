#include "tools/sim/command/bench.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

#include "tools/sim/command/parallel.h"
#include "tools/sim/command/receiver_spec.h"
#include "tools/sim/command/run_progress.h"
#include "tools/sim/network.h"
#include "tools/sim/results/plots.h"

namespace remb::sim {
namespace {

// From what leaves half of the path idle to what fills it.
constexpr double kShares[] = {0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0};

// A scenario with a receiver, run with one seed.
struct Job {
  size_t scenario;
  size_t seed;
  std::optional<size_t> share;  // of kShares; none: the receiver under test
};

}  // namespace

BenchOutput Bench::Run(const std::vector<Scenario>& scenarios, const BenchOptions& options) {
  const size_t seeds = options.seeds.size();
  BenchOutput output;
  output.cases.resize(scenarios.size());
  output.plots.resize(scenarios.size());
  output.series.resize(scenarios.size());
  output.traces.resize(scenarios.size());
  std::vector<Job> jobs;
  // Of knowing receivers only two figures are kept: [scenario][share * seeds + seed].
  std::vector<std::vector<std::pair<double, double>>> known(scenarios.size());
  for (size_t i = 0; i < scenarios.size(); ++i) {
    CaseResult& result = output.cases[i];
    result.name = scenarios[i].name;
    result.title = scenarios[i].title;
    result.source = scenarios[i].source;
    result.conventions = scenarios[i].conventions;
    result.runs.resize(seeds);
    for (size_t seed = 0; seed < seeds; ++seed) jobs.push_back({i, seed, std::nullopt});
    if (!options.efficiency || curves_.contains(scenarios[i].name)) continue;
    known[i].resize(std::size(kShares) * seeds);
    for (size_t share = 0; share < std::size(kShares); ++share) {
      for (size_t seed = 0; seed < seeds; ++seed) jobs.push_back({i, seed, share});
    }
  }

  RunProgress progress(jobs.size());
  const auto run = [&](size_t index) {
    const Job& job = jobs[index];
    Scenario scenario = scenarios[job.scenario];
    ReceiverConfig receiver = options.receiver;
    if (job.share) {
      receiver = ReceiverConfig();
      receiver.kind = ReceiverConfig::Kind::kKnowing;
      receiver.share = kShares[*job.share];
    }
    SetReceiver(receiver, &scenario);
    const bool shown = job.seed == 0 && !job.share;
    const auto traced =
        std::find_if(scenario.flows.begin(), scenario.flows.end(),
                     [](const FlowConfig& flow) { return flow.kind == FlowConfig::Kind::kMedia; });
    if (shown && options.trace && traced != scenario.flows.end()) traced->trace = true;

    Network network(scenario, options.seeds[job.seed], options.library);
    Recording recording = network.Run();
    RunMetrics metrics = Measure(recording);
    if (job.share) {
      known[job.scenario][*job.share * seeds + job.seed] = {metrics.utilisation,
                                                            metrics.queue_p95_ms};
      return;
    }
    output.cases[job.scenario].runs[job.seed] = std::move(metrics);
    if (shown && options.plots) output.plots[job.scenario] = Plots(recording);
    if (shown && options.series) output.series[job.scenario] = TimeSeries(recording);
    if (shown && options.trace) {
      for (FlowRecording& flow : recording.flows) {
        if (!flow.trace.empty()) output.traces[job.scenario] = std::move(flow.trace);
      }
    }
  };
  ParallelFor(jobs.size(), options.jobs, run, [&](size_t done) { progress.Update(done); });

  if (!options.efficiency) return output;
  for (size_t i = 0; i < scenarios.size(); ++i) {
    std::vector<CurvePoint>& curve = curves_[scenarios[i].name];
    for (size_t first = 0; first < known[i].size(); first += seeds) {
      CurvePoint point{kShares[first / seeds], 0, 0};
      for (size_t seed = 0; seed < seeds; ++seed) {
        point.utilisation += known[i][first + seed].first / static_cast<double>(seeds);
        point.queue_p95_ms += known[i][first + seed].second / static_cast<double>(seeds);
      }
      curve.push_back(point);
    }
    output.cases[i].curve = curve;
    output.cases[i].efficiency = Efficiency(output.cases[i]);
  }
  return output;
}

}  // namespace remb::sim
