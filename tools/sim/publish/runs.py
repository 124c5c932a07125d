"""The runs of the simulator behind docs/results.md: which, and how they are made."""

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import figures

LAG = "--encoder_lag=100ms"
# How late knowing receivers learn the share in rows that have a limit, and what they then ask for.
KNOWING_LAGS_MS = (200, 250, 300)
KNOWING_SHARES = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
PROFILES = ("libwebrtc", "adaptive")


@dataclass(frozen=True)
class Run:
    name: str  # of its file
    scenarios: tuple
    flags: tuple


def scenario(case):
    """`sim run`'s argument for a case that it names: "queues:queue=2s" for "queues queue=2s"."""
    return case.replace(" ", ":", 1).replace(" ", ",")


def plan(goals, others, tuned, untuned):
    """All runs. `tuned`, `untuned`: seeds that parameters were chosen on, and that they were not."""
    rows = tuple(scenario(case) for case in goals.cases())
    lagging = tuple(scenario(row.case) for row in goals.rows if row.lagging)
    runs = []
    for seeds_name, seeds in (("tuned", tuned), ("untuned", untuned)):
        for lag_name, lag in (("", ()), ("-lag", (LAG,))):
            flags = (f"--seeds={seeds}",) + lag
            suffix = f"{seeds_name}{lag_name}"
            runs.append(Run(f"knowing-{suffix}", rows, flags + ("--profile=knowing:0.9", "--efficiency")))
            everything = suffix == "tuned"  # also the variants that no row has
            for profile in PROFILES:
                cases = ("all",) if everything else rows
                runs.append(Run(f"{profile}-{suffix}", cases, flags + (f"--profile={profile}",)))
    compared = tuple(scenario(one["case"]) for one in others if "no_start" in one)
    flags = (f"--seeds={tuned}", "--profile=libwebrtc", "--nostart_phase")
    runs.append(Run("libwebrtc-no-start", compared, flags))
    for lag_ms in KNOWING_LAGS_MS:
        for share in KNOWING_SHARES:
            flags = (f"--seeds={tuned}", f"--profile=knowing:{share}:{lag_ms}")
            runs.append(Run(f"knowing-{share}-{lag_ms}ms", lagging, flags))
    for profile in PROFILES:
        plots = tuple(scenario(case) for case in goals.plots)
        first = re.split(r"[-,]", tuned)[0] if re.search(r"[-,]", tuned) else "1"
        flags = (f"--seeds={first}-{first}", f"--profile={profile}")
        runs.append(Run(f"series-{profile}", plots, flags))
    return runs


def make(runs, sim, folder, jobs, keep):
    """Runs what has no file in the folder yet that `keep` (a regular expression) lets stay."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    for index, run in enumerate(runs, 1):
        out = Path(folder) / f"{run.name}.json"
        done = f"publish: {index} of {len(runs)}, {time.monotonic() - start:.0f} s: {run.name}"
        if keep and re.search(keep, run.name) and out.exists():
            print(f"{done}, kept", flush=True)
            continue
        print(done, flush=True)
        command = [sim, "run", *run.scenarios, *run.flags, f"--jobs={jobs}", f"--json={out}"]
        if run.name.startswith("series-"):
            command.append(f"--series={out.with_suffix('.csv')}")
        result = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if result.returncode != 0:
            raise SystemExit(f"publish: {' '.join(command)}: exit code {result.returncode}")


class Outputs:
    """What the runs left, read when asked for."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.read = {}

    def results(self, name):
        if name not in self.read:
            path = self.folder / f"{name}.json"
            if not path.exists():
                raise SystemExit(f"publish: no {path}: run without --render first")
            self.read[name] = figures.read(path)
        return self.read[name]

    def cases(self, name):
        return self.results(name).cases

    def curve(self, suffix, case):
        """The knowing receiver's curve of a case, if it was run."""
        known = self.cases(f"knowing-{suffix}").get(case)
        return known.curve if known else []

    def late_curve(self, lag_ms, case):
        """The same of one that learns the share this late."""
        known = [self.cases(f"knowing-{share}-{lag_ms}ms")[case] for share in KNOWING_SHARES]
        return [(one.mean("utilisation"), one.mean("queue_p95_ms")) for one in known]
