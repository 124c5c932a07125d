// sim: estimators in closed loop over simulated networks.

#include <absl/flags/commandlineflag.h>
#include <absl/flags/flag.h>
#include <absl/flags/reflection.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/replay/command_line.h"
#include "tools/replay/output_file.h"
#include "tools/report/cc/report.h"
#include "tools/sim/command/bench.h"
#include "tools/sim/command/catalogue.h"
#include "tools/sim/command/options.h"
#include "tools/sim/command/receiver_spec.h"
#include "tools/sim/results/comparison.h"
#include "tools/sim/results/csv.h"
#include "tools/sim/results/json.h"
#include "tools/sim/results/plots.h"
#include "tools/sim/results/table.h"
#include "tools/sim/results/time_series.h"

using remb::sim::Seeds;

ABSL_FLAG(std::string, profile, "adaptive", "which estimator receivers have");
ABSL_FLAG(std::string, library, "", "another build of libremb");
ABSL_FLAG(Seeds, seeds, (Seeds{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}), "of random numbers");
ABSL_FLAG(int, jobs, 2, "threads");
ABSL_FLAG(absl::Duration, encoder_lag, absl::InfiniteDuration(), "of video encoders");
ABSL_FLAG(double, pacing_factor, 0, "of senders");
ABSL_FLAG(absl::Duration, pacing_burst, absl::InfiniteDuration(), "of senders");
ABSL_FLAG(bool, start_phase, true, "senders start as Chrome's do");
ABSL_FLAG(int, overhead_bytes, -1, "headers of a packet, on links alone");
ABSL_FLAG(bool, efficiency, false, "compare with receivers that know the fair share");
ABSL_FLAG(std::string, csv, "", "a CSV file, a row a run");
ABSL_FLAG(std::string, json, "", "a JSON file of all figures");
ABSL_FLAG(std::string, html, "", "an HTML file of plots");
ABSL_FLAG(std::string, series, "", "a CSV file of rates and queues over time");
ABSL_FLAG(std::string, trace, "", "a CSV file of packets, for replay");
ABSL_FLAG(std::string, scenarios, "", "the folder of scenarios known by name");
ABSL_FLAG(bool, help, false, "print the manual");

namespace remb::sim {
namespace {

constexpr char kHelp[] = R"(sim: estimators in closed loop over simulated networks.

  sim run SCENARIO... [FLAGS]      runs scenarios with each seed and prints a table
  sim compare A B [SCENARIO...]    both side by side, and which differences exceed those of seeds.
                                   A and B: JSON files that --json wrote, or profiles, or libraries
                                   (a path with a "/"), which are then run, by default over all.
                                   Writes no files
  sim list                         scenarios and their variants

SCENARIO is a name of the list, a file NAME.yaml (the folder's README says how to write one), or
"all". Each stands for all its variants; NAME:VARIANT=OPTION[,VARIANT=OPTION] selects some.

  --profile=PROFILE     what receivers have: adaptive (default), libwebrtc, or knowing[:F[:LAG_MS]],
                        which sends F (default 0.9) times the true fair share, LAG_MS late
  --library=PATH        another build of libremb, as a shared library
  --seeds=SEEDS         10 (default; means 1 to 10), 101-110 or 1,3,5
  --jobs=N              threads (default 2); the output is the same for any number
  --encoder_lag=TIME    until video encoders follow a new target, say 100ms; default: the scenario's
  --pacing_factor=X     senders pace at X times the target; default: the scenario's
  --pacing_burst=TIME   what senders may send at once, in time at the pacing rate: Chromium's 40ms,
                        or 0s for even pacing; default: the scenario's
  --nostart_phase       senders grow by 8 % a second from the start, instead of Chrome's jumps
  --overhead_bytes=N    headers of media packets that links carry and the estimator does not count
  --efficiency          also the efficiency e: utilisation over that of knowing receivers, F from
                        0.5 to 1, at the same p95 of queueing delay; ten times the runs
  --csv=OUT.csv         a row a run with all figures
  --json=OUT.json       all figures, of flows and links too
  --html=OUT.html       plots of each case's first seed: one page, for any browser
  --series=OUT.csv      rates and queues in steps of 200 ms, of each case's first seed
  --trace=OUT.csv       what the first media receiver was given, for replay; one case only
  --scenarios=FOLDER    where scenarios known by name are
  --help                print this

Exit code: 0; 2 for a bad command line, a bad file or one that cannot be written.

Examples:
  sim run one-flow
  sim run rfc8867-5.6:queue=1000ms --profile=libwebrtc --html=tcp.html
  sim run all --efficiency --seeds=101-110 --json=adaptive.json
  sim compare libwebrtc adaptive rfc8867-5.1
  sim compare before.json after.json
)";

absl::StatusOr<Library> OpenLibrary(const std::string& path) {
  if (path.empty()) return Library::Linked();
  return Library::Open(std::filesystem::absolute(path).string());
}

// Sets *time if the flag is given.
absl::Status ReadTime(const absl::Flag<absl::Duration>& flag, std::optional<Nanos>* time) {
  const absl::Duration value = absl::GetFlag(flag);
  if (value == absl::InfiniteDuration()) return absl::OkStatus();
  if (value < absl::ZeroDuration() || value > absl::Minutes(1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", absl::GetFlagReflectionHandle(flag).Name(), " is 0 to 1m"));
  }
  *time = absl::ToInt64Nanoseconds(value);
  return absl::OkStatus();
}

absl::StatusOr<Overrides> OverridesFromFlags() {
  Overrides overrides;
  absl::Status status = ReadTime(FLAGS_encoder_lag, &overrides.encoder_lag);
  if (status.ok()) status = ReadTime(FLAGS_pacing_burst, &overrides.pacing_burst);
  if (!status.ok()) return status;
  const double pacing = absl::GetFlag(FLAGS_pacing_factor);
  if (pacing != 0) {
    if (!(pacing >= 1 && pacing <= 1000)) {
      return absl::InvalidArgumentError("--pacing_factor is 1 to 1000");
    }
    overrides.pacing_factor = pacing;
  }
  if (!absl::GetFlag(FLAGS_start_phase)) overrides.start_phase = false;
  const int overhead = absl::GetFlag(FLAGS_overhead_bytes);
  if (overhead < -1 || overhead > 1000) {
    return absl::InvalidArgumentError("--overhead_bytes is 0 to 1000");
  }
  if (overhead >= 0) overrides.overhead_bytes = overhead;
  return overrides;
}

// What a bench needs from the flags, and its name for results.
struct Setup {
  BenchOptions options;
  Results results;  // without cases
};

absl::StatusOr<Setup> MakeSetup(const std::string& profile, const std::string& library_path) {
  Setup setup;
  absl::StatusOr<ReceiverConfig> receiver = ParseReceiver(profile);
  if (!receiver.ok()) return receiver.status();
  absl::StatusOr<Library> library = OpenLibrary(library_path);
  if (!library.ok()) return library.status();
  setup.options.receiver = *receiver;
  setup.options.library = *library;
  setup.options.seeds = absl::GetFlag(FLAGS_seeds).values;
  setup.options.jobs = absl::GetFlag(FLAGS_jobs);
  if (setup.options.jobs < 1 || setup.options.jobs > 1000) {
    return absl::InvalidArgumentError("--jobs is 1 to 1000");
  }
  setup.options.efficiency = absl::GetFlag(FLAGS_efficiency);
  setup.options.plots = !absl::GetFlag(FLAGS_html).empty();
  setup.options.series = !absl::GetFlag(FLAGS_series).empty();
  setup.options.trace = !absl::GetFlag(FLAGS_trace).empty();
  setup.results.receiver = ReceiverName(*receiver);
  for (const char* name :
       {"encoder_lag", "pacing_factor", "pacing_burst", "start_phase", "overhead_bytes"}) {
    const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag->CurrentValue() == flag->DefaultValue()) continue;
    setup.results.options.push_back(absl::StrCat("--", name, "=", flag->CurrentValue()));
  }
  setup.results.library = library->version_string();
  if (!library_path.empty()) absl::StrAppend(&setup.results.library, " (", library_path, ")");
  return setup;
}

// Opens the file that a flag names, if any, and writes it.
template <typename Write>
absl::Status WriteFile(const std::string& path, Write write) {
  if (path.empty()) return absl::OkStatus();
  replay::OutputFile file;
  absl::Status status = file.Open(path);
  if (status.ok()) status = write(file.stream());
  if (status.ok()) status = file.Commit();
  return status;
}

absl::Status WriteFiles(const Results& results, const BenchOutput& output) {
  absl::Status status = WriteFile(absl::GetFlag(FLAGS_csv), [&](std::ostream& out) {
    WriteCsv(results, out);
    return absl::OkStatus();
  });
  if (status.ok()) {
    status = WriteFile(absl::GetFlag(FLAGS_json), [&](std::ostream& out) {
      WriteJson(results, out);
      return absl::OkStatus();
    });
  }
  if (status.ok()) {
    status = WriteFile(absl::GetFlag(FLAGS_html), [&](std::ostream& out) {
      return report::Write(Page(results, output.plots), out);
    });
  }
  if (status.ok()) {
    status = WriteFile(absl::GetFlag(FLAGS_series), [&](std::ostream& out) {
      std::vector<std::pair<std::string, std::vector<SeriesRow>>> cases;
      for (size_t i = 0; i < results.cases.size(); ++i) {
        cases.emplace_back(results.cases[i].name, output.series[i]);
      }
      WriteTimeSeries(cases, out);
      return absl::OkStatus();
    });
  }
  if (status.ok()) {
    status = WriteFile(absl::GetFlag(FLAGS_trace), [&](std::ostream& out) {
      WriteTrace(output.traces.front(), out);
      return absl::OkStatus();
    });
  }
  return status;
}

absl::Status RunCommand(const Catalogue& catalogue, const std::vector<std::string>& names) {
  if (names.empty()) return absl::InvalidArgumentError("run which SCENARIO? (see --help)");
  absl::StatusOr<Overrides> overrides = OverridesFromFlags();
  if (!overrides.ok()) return overrides.status();
  absl::StatusOr<Setup> setup =
      MakeSetup(absl::GetFlag(FLAGS_profile), absl::GetFlag(FLAGS_library));
  if (!setup.ok()) return setup.status();
  absl::StatusOr<std::vector<Scenario>> scenarios = catalogue.Find(names, *overrides);
  if (!scenarios.ok()) return scenarios.status();
  if (setup->options.trace && scenarios->size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--trace is of one case, not of ", scenarios->size()));
  }
  Bench bench;
  BenchOutput output = bench.Run(*scenarios, setup->options);
  setup->results.cases = std::move(output.cases);
  std::cout << TextTable(setup->results) << std::flush;
  if (!std::cout) return absl::InvalidArgumentError("cannot write standard output");
  return WriteFiles(setup->results, output);
}

bool IsFile(const std::string& side) { return absl::EndsWith(side, ".json"); }
bool IsLibrary(const std::string& side) {
  return !IsFile(side) && side.find('/') != std::string::npos;
}

// What these sides make no use of would leave who gave it with wrong figures.
absl::Status CheckCompareFlags(const std::string& a, const std::string& b) {
  absl::Status status =
      CheckUnused({"csv", "json", "html", "series", "trace"}, "compare writes no files, run does");
  if (status.ok() && IsFile(a) && IsFile(b)) {
    status = CheckUnused({"seeds", "jobs", "encoder_lag", "pacing_factor", "pacing_burst",
                          "start_phase", "overhead_bytes", "efficiency"},
                         "both sides are files, so nothing is run");
  }
  if (status.ok() && !IsLibrary(a) && !IsLibrary(b)) {
    status = CheckUnused({"profile"}, "no side is a library to run with a profile");
  }
  if (status.ok() && (IsFile(a) || IsLibrary(a)) && (IsFile(b) || IsLibrary(b))) {
    status = CheckUnused({"library"}, "no side is a profile to run with a library");
  }
  return status;
}

// Reads a JSON file, or runs a profile or library.
absl::StatusOr<Results> OneSide(const std::string& text, const std::vector<Scenario>& scenarios,
                                Bench* bench) {
  if (IsFile(text)) return ReadJson(text);
  absl::StatusOr<Setup> setup = IsLibrary(text) ? MakeSetup(absl::GetFlag(FLAGS_profile), text)
                                                : MakeSetup(text, absl::GetFlag(FLAGS_library));
  if (!setup.ok()) return setup.status();
  setup->results.cases = bench->Run(scenarios, setup->options).cases;
  return setup->results;
}

absl::Status CompareCommand(const Catalogue& catalogue, std::vector<std::string> args) {
  if (args.size() < 2) return absl::InvalidArgumentError("compare which A and B? (see --help)");
  absl::Status unused = CheckCompareFlags(args[0], args[1]);
  if (!unused.ok()) return unused;
  std::vector<std::string> names(args.begin() + 2, args.end());
  if (names.empty()) names.emplace_back("all");
  absl::StatusOr<Overrides> overrides = OverridesFromFlags();
  if (!overrides.ok()) return overrides.status();
  absl::StatusOr<std::vector<Scenario>> scenarios = catalogue.Find(names, *overrides);
  if (!scenarios.ok()) return scenarios.status();
  Bench bench;
  absl::StatusOr<Results> a = OneSide(args[0], *scenarios, &bench);
  if (!a.ok()) return a.status();
  absl::StatusOr<Results> b = OneSide(args[1], *scenarios, &bench);
  if (!b.ok()) return b.status();
  if (args.size() > 2) {  // of files too, these cases alone
    const auto other = [&scenarios](const CaseResult& result) {
      return std::none_of(scenarios->begin(), scenarios->end(),
                          [&result](const Scenario& one) { return one.name == result.name; });
    };
    std::erase_if(a->cases, other);
    std::erase_if(b->cases, other);
  }
  absl::StatusOr<std::string> text = Compare(*a, *b);
  if (!text.ok()) return text.status();
  std::cout << *text << std::flush;
  return std::cout ? absl::OkStatus() : absl::InvalidArgumentError("cannot write standard output");
}

absl::Status ListCommand(const Catalogue& catalogue) {
  absl::StatusOr<std::string> text = catalogue.List();
  if (!text.ok()) return text.status();
  std::cout << *text;
  return absl::OkStatus();
}

absl::Status Dispatch(const Catalogue& catalogue, const std::vector<std::string>& args) {
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  if (args[0] == "run") return RunCommand(catalogue, rest);
  if (args[0] == "compare") return CompareCommand(catalogue, rest);
  if (args[0] == "list" && rest.empty()) return ListCommand(catalogue);
  return absl::InvalidArgumentError(
      absl::StrCat("no command '", args[0], "', but run, compare and list (see --help)"));
}

int Main(int argc, char** argv) {
  absl::StatusOr<std::vector<std::string>> args = replay::ParseCommandLine(argc, argv);
  absl::Status status = args.status();
  if (status.ok() && absl::GetFlag(FLAGS_help)) {
    std::cout << kHelp;
    return 0;
  }
  if (status.ok() && args->empty()) {
    status = absl::InvalidArgumentError("which command: run, compare or list? (see --help)");
  }
  if (status.ok()) {
    const Catalogue catalogue(absl::GetFlag(FLAGS_scenarios));
    replay::GoToCallersFolder();
    status = Dispatch(catalogue, *args);
  }
  if (status.ok()) return 0;
  std::cerr << "sim: " << status.message() << '\n';
  return 2;
}

}  // namespace
}  // namespace remb::sim

int main(int argc, char** argv) { return remb::sim::Main(argc, argv); }
