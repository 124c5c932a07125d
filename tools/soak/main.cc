// soak: weeks of an estimator's life in minutes, and floods of spoofed packets.

#include <absl/flags/flag.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <remb/remb.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tools/replay/command_line.h"
#include "tools/replay/output_file.h"
#include "tools/soak/flood.h"
#include "tools/soak/progress.h"
#include "tools/soak/report.h"
#include "tools/soak/soak.h"

ABSL_FLAG(double, hours, 1000, "virtual hours of each soak");
ABSL_FLAG(int, probes, 50, "probes, spread over them");
ABSL_FLAG(uint64_t, seed, 1, "of what happens in them");
ABSL_FLAG(std::string, profile, "all", "libwebrtc, adaptive or all");
ABSL_FLAG(bool, flood, false, "flood instead");
ABSL_FLAG(std::string, json, "", "a JSON file for all figures");
ABSL_FLAG(bool, help, false, "print the manual");

namespace remb::soak {
namespace {

constexpr char kHelp[] =
    R"(soak: weeks of an estimator's life in minutes, and floods of spoofed packets.

  soak [--hours=HOURS] [--probes=COUNT] [--seed=SEED] [--profile=PROFILE] [--json=OUT.json]
  soak --flood [--profile=PROFILE] [--json=OUT.json]

A soak gives one estimator calls, pauses of up to hours, senders that come and go with drifting
clocks, and a receiver's clock that is set forward and back. At each probe, a minute of traffic that
is always the same, a fresh estimator must answer as at hour 0, to the bit; the soaked one as a twin
that has lived since the last probe, within 10 %, and by the adaptive profile as a fresh one, within
1 %. Memory must be flat, and after remb_reset the answers those of hour 0.

  profile, clock   the estimator's; each profile by two clocks
  send, RTP, seq.  how often abs-send-time, RTP timestamps and sequence numbers have wrapped
  clock set        the receiver's, forward or back
  state, RSS       the estimator's memory after the second probe and after the last; by how much the
                   process's has grown
  fresh differ     probes that a fresh estimator did not answer as at hour 0
  to a twin, ...   the soaked one's estimate at the end of each probe over the other's: least, most

A flood is a million spoofed packets within 10 s of a call, with and without known_streams_only.

  others           SSRCs that were not added: count, or are left out
  ns, mean ns      CPU time of a spoofed packet: the median and the mean of batches of 100
  known ns         the median of the same packets if all are of one SSRC, and count
  cost             ns over known ns
  alive, listed    SSRCs, at most: by the estimator's statistics and in a REMB
  dead, call       REMBs that list an SSRC silent for 2 s; during the flood, that list the call's
  estimate, after  the mean during the flood and in the 5 s that begin 5 s after it, over those of
                   the call without a flood

  --hours=HOURS      virtual hours (default 1000)
  --probes=COUNT     probes, spread over them (default 50); within less than 5 hours a twin of the
                     libwebrtc profile has not met what the old one remembers
  --seed=SEED        of what happens (default 1)
  --profile=PROFILE  libwebrtc, adaptive or all (default)
  --json=OUT.json    also write all figures
  --help             print this

Exit code: 0; 1 if something is not as it must be (a line below the row says what); 2 for a bad
command line or a file that cannot be written.

Examples:
  soak --hours=100 --probes=5
  soak --profile=adaptive --json=soak.json
  soak --flood
)";

absl::StatusOr<std::vector<int32_t>> Profiles() {
  const std::string name = absl::GetFlag(FLAGS_profile);
  if (name == "libwebrtc") return std::vector<int32_t>{REMB_PROFILE_LIBWEBRTC};
  if (name == "adaptive") return std::vector<int32_t>{REMB_PROFILE_ADAPTIVE};
  if (name == "all") return std::vector<int32_t>{REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE};
  return absl::InvalidArgumentError(
      absl::StrCat("bad value \"", name, "\" for --profile: known are libwebrtc adaptive all"));
}

std::vector<SoakRun> SoakAll(const std::vector<int32_t>& profiles) {
  const double hours = absl::GetFlag(FLAGS_hours);
  const double all_hours = 2 * hours * static_cast<double>(profiles.size());
  std::vector<SoakRun> runs;
  Progress progress;
  for (const int32_t profile : profiles) {
    for (const int32_t clock : {REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP}) {
      const double done = hours * static_cast<double>(runs.size());
      const SoakResult result =
          Soak({.profile = profile,
                .clock = clock,
                .hours = hours,
                .probes = absl::GetFlag(FLAGS_probes),
                .seed = absl::GetFlag(FLAGS_seed),
                .on_progress = [&](double now) {
                  const double so_far = done + std::min(now, hours);
                  progress.Update(so_far / all_hours,
                                  absl::StrFormat("hour %.0f of %.0f", so_far, all_hours));
                }});
      runs.push_back({profile, clock, result, Violations(result, profile)});
    }
  }
  return runs;
}

// What the flood's packets cost if all are of one SSRC.
double KnownNs(Flood flood, int32_t profile) {
  flood.ssrcs = Flood::Ssrcs::kOne;
  return RunFlood(&flood, {.profile = profile}).median_ns;
}

std::vector<FloodRun> FloodAll(const std::vector<int32_t>& profiles) {
  const std::vector<Flood> floods = Floods();
  std::vector<FloodRun> runs;
  Progress progress;
  for (const int32_t profile : profiles) {
    std::vector<double> known_ns;
    for (const Flood& flood : floods) known_ns.push_back(KnownNs(flood, profile));
    for (const bool known_streams_only : {false, true}) {
      const FloodOptions options = {.profile = profile, .known_streams_only = known_streams_only};
      const FloodResult without = RunFlood(nullptr, options);
      for (size_t i = 0; i < floods.size(); ++i) {
        const Flood& flood = floods[i];
        const size_t all = 2 * profiles.size() * floods.size();
        progress.Update(static_cast<double>(runs.size()) / static_cast<double>(all), flood.name);
        const FloodResult result = RunFlood(&flood, options);
        runs.push_back({.flood = flood.name,
                        .options = options,
                        .result = result,
                        .known_ns = known_ns[i],
                        .estimate = result.estimate_bps / without.estimate_bps,
                        .estimate_after = result.estimate_after_bps / without.estimate_after_bps,
                        .violations = Violations(result, without, options)});
      }
    }
  }
  return runs;
}

template <typename Run>
bool AllHolds(const std::vector<Run>& runs) {
  return std::all_of(runs.begin(), runs.end(),
                     [](const Run& run) { return run.violations.empty(); });
}

absl::StatusOr<bool> Run() {
  const absl::StatusOr<std::vector<int32_t>> profiles = Profiles();
  if (!profiles.ok()) return profiles.status();
  if (!(absl::GetFlag(FLAGS_hours) > 0) || absl::GetFlag(FLAGS_probes) < 2 ||
      absl::GetFlag(FLAGS_seed) == 0) {
    return absl::InvalidArgumentError("--hours must be above 0, --probes 2 or more, --seed not 0");
  }
  const std::string path = absl::GetFlag(FLAGS_json);
  replay::OutputFile json;
  if (!path.empty()) {
    if (absl::Status status = json.Open(path); !status.ok()) return status;
  }
  std::vector<SoakRun> soaks;
  std::vector<FloodRun> floods;
  if (absl::GetFlag(FLAGS_flood)) {
    floods = FloodAll(*profiles);
    std::cout << Table(floods);
  } else {
    soaks = SoakAll(*profiles);
    std::cout << Table(soaks);
  }
  if (!path.empty()) {
    json.stream() << Json(soaks, floods);
    if (absl::Status status = json.Commit(); !status.ok()) return status;
  }
  return AllHolds(soaks) && AllHolds(floods);
}

int Main(int argc, char** argv) {
  replay::GoToCallersFolder();
  const absl::StatusOr<std::vector<std::string>> args = replay::ParseCommandLine(argc, argv);
  absl::Status status = args.status();
  if (status.ok() && absl::GetFlag(FLAGS_help)) {
    std::cout << kHelp;
    return 0;
  }
  if (status.ok() && !args->empty()) {
    status = absl::InvalidArgumentError(absl::StrCat(args->front(), "? (see --help)"));
  }
  if (status.ok()) {
    const absl::StatusOr<bool> holds = Run();
    if (holds.ok()) return *holds ? 0 : 1;
    status = holds.status();
  }
  std::cerr << "soak: " << status.message() << '\n';
  return 2;
}

}  // namespace
}  // namespace remb::soak

int main(int argc, char** argv) { return remb::soak::Main(argc, argv); }
