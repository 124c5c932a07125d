"""docs/adaptive.md's figures and plots. tools/sim/without.sh calls this."""

import argparse
import re
import subprocess
from pathlib import Path

import constants
import figures
import goals
import plots
import runs
import tables

ROOT = Path(__file__).resolve().parents[3]
plots.COLORS |= {"with": plots.COLORS["adaptive"], "without": plots.COLORS["libwebrtc"]}
plots.SHADES |= {"with": plots.SHADES["adaptive"], "without": plots.SHADES["libwebrtc"]}
BEGIN, END = "<!-- without: begin -->\n", "<!-- without: end -->\n"

# By part: what it is called, and the cases that tell, each with further figures. Of the first one a plot is made, of
# these seconds.
TCP = "rfc8867-5.7:source=4Mbit/s,tcp=new-reno"
PARTS = {
    "kTrains": ("trains", (0, 60), [("wifi-jitter", ["start_s"]), ("cellular-walk", []), ("one-flow", ["start_s"])]),
    "kRoomGrowth": ("growth by what trains show", (0, 60), [("cellular-walk", []), ("wifi-jitter", []), (TCP, [])]),
    "kTrainLimit": (
        "the end of growth where trains show a limit",
        None,
        [("rfc8867-5.1:delay=50ms,source=4Mbit/s", ["drop_queue_s"]), ("real-encoder:recording=even", [])],
    ),
    "kTrainShare": (
        "our part of what trains show",
        (0, 100),
        [("rfc8867-5.5:source=4Mbit/s", ["max_min_last"]), (TCP, ["below_floor_s"])],
    ),
    "kJitter": (
        "the allowance for jitter",
        (0, 60),
        [("jitter:jitter=30ms", ["start_s"]), ("wifi-jitter", []), ("cellular-mahimahi", [])],
    ),
    "kPacketThreshold": (
        "the threshold of a packet's time",
        (0, 100),
        [("audio-with-video", ["below_floor_s"]), ("rfc8867-5.4:source=4Mbit/s", ["max_min_last"])],
    ),
    "kRecovery": (
        "recovery after an episode",
        (0, 100),
        [("cellular-mahimahi", ["below_floor_s"]), (TCP, ["below_floor_s"]), ("one-flow", [])],
    ),
    "kCompetition": (
        "competition",
        (0, 120),
        [
            ("rfc8867-5.6:queue=300ms,tcp=new-reno,source=4Mbit/s", ["tcp_share", "below_floor_s"]),
            ("rfc8867-5.6:queue=1000ms,tcp=cubic,source=4Mbit/s", ["tcp_share", "below_floor_s"]),
        ],
    ),
    "kStartUp": ("the start", (0, 40), [("start-40", ["start_s"]), ("start-2", ["start_s", "start_lost"])]),
    "kLossResponse": ("the answer to loss", (0, 60), [("policer:burst=50kB", ["loss_after_10s"])]),
    "kRebase": ("longer paths", (40, 80), [("longer-path", [])]),
    "kDrain": ("drains", None, [("longer-path", [])]),
}


def run(sim, part, cases, seeds, jobs, folder):
    command = [sim, "run", *map(runs.scenario, cases), "--profile=adaptive", f"--library={folder / part}.so"]
    command += [f"--seeds={seeds}", f"--jobs={jobs}"]
    command += [f"--json={folder / part}.json", f"--series={folder / part}.csv"]
    print(f"without: {part}", flush=True)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def told(case, metrics):
    """ ".937 @ 37, start 0.8 s"."""
    parts = [tables.mean_at(case)]
    for metric in metrics:
        parts.append(f"{goals.STYLES[metric][2]} {goals.figure(metric, case.mean(metric))}")
    return ", ".join(parts)


def table(folder):
    whole = figures.read(folder / "kNothing.json").cases
    rows = []
    for part, (title, _, cases) in PARTS.items():
        less = figures.read(folder / f"{part}.json").cases
        for index, (case, metrics) in enumerate(cases):
            name = goals.case_name(case)
            rows.append(
                [title if index == 0 else "", f"`{case}`", told(whole[name], metrics), told(less[name], metrics)]
            )
    return tables.table(["part", "scenario", "with it", "without it"], rows)


def cut(flows, span):
    """Of series by flow, what lies within these seconds."""
    short = {}
    for flow, columns in flows.items():
        inside = [index for index, time in enumerate(columns["time_s"]) if span[0] <= time <= span[1]]
        if inside:
            short[flow] = {name: [values[index] for index in inside] for name, values in columns.items()}
    return short


def images(folder, out):
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.svg"):
        old.unlink()
    series = {name: plots.read_series(folder / f"{name}.csv") for name in ("kNothing", *PARTS)}
    lines = []
    for part, (title, span, cases) in PARTS.items():
        if not span:
            continue
        case = goals.case_name(cases[0][0])
        both = {"without": series[part], "with": series["kNothing"]}
        both = {name: {case: cut(one[case], span)} for name, one in both.items()}
        path = out / plots.file_name(re.sub(r"(?<!^)(?=[A-Z])", "-", part[1:]))
        plots.time_plot(case, f"{case}, with and without {title}", both, path)
        lines.append(f"![{case}, with and without {title}](images/adaptive/{path.name})\n")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="tools/sim/without.sh", description=__doc__)
    parser.add_argument("--seeds", default="10", help="of the table; plots are of the first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--render", action="store_true")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache/without", help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    document = ROOT / "docs/adaptive.md"
    folder = arguments.folder
    if not arguments.render:
        told_by = {part: [case for case, _ in cases] for part, (_, _, cases) in PARTS.items()}
        every = list(dict.fromkeys(case for cases in told_by.values() for case in cases))
        for part, cases in {"kNothing": every, **told_by}.items():
            run(folder / "sim", part, cases, arguments.seeds, arguments.jobs, folder)
    made = f"{table(folder)}\n{images(folder, ROOT / 'docs/images/adaptive')}"
    text = constants.filled_in(document.read_text(encoding="utf-8"), ROOT / "cc/bwe")
    start, stop = text.index(BEGIN) + len(BEGIN), text.index(END)
    text = text[:start] + made + text[stop:]
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
