"""Plots of docs/results.md, as SVG files that are the same for the same figures."""

import csv
import math
import re
from collections import defaultdict
from pathlib import Path

import figures
import matplotlib
import numpy as np
from runs import PROFILES

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  # after the choice of a backend

# On white, so that they can be read on pages of any colour.
COLORS = {"libwebrtc": "#c4510a", "adaptive": "#1a66c9", "limit": "#57606a", "tcp": "#8b949e"}
SHADES = {  # of several flows
    "libwebrtc": ("#c4510a", "#e59a5c", "#7a3205"),
    "adaptive": ("#1a66c9", "#6fb0f5", "#0c3a78"),
}
MOST_POINTS = 400  # a line; keeps files below 150 kB

plt.rcParams.update(
    {
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "libremb",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#e4e7eb",
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.1,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "figure.constrained_layout.use": True,
    }
)


def file_name(case):
    return re.sub(r"[^a-z0-9.]+", "-", case.lower()).strip("-") + ".svg"


def save(figure, path):
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    # A line has a path of its own in each; trailing spaces are no use.
    text = "\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines())
    path.write_text(text + "\n", encoding="utf-8")


def read_series(path):
    """{case: {(kind, name): {column: values}}}; what has no figure is NaN."""
    series = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one = series[row["case"]][row["kind"], row["name"]]
            for column in ("time_s", "limit_bps", "sent_bps", "received_bps", "queue_ms"):
                one[column].append(float(row[column]) if row[column] else math.nan)
    return series


def thin(values, combine):
    """At most MOST_POINTS, of steps together."""
    steps = math.ceil(len(values) / MOST_POINTS)
    groups = [values[i : i + steps] for i in range(0, len(values), steps)]
    return [combine([value for value in group if value == value] or [math.nan]) for group in groups]


def mean(values):
    return sum(values) / len(values)


def rates(axes, flows, profile, several):
    """Sent rates of the media flows, received ones of TCP, and what is due."""
    share = None
    media = [(name, one) for (kind, name), one in flows.items() if kind == "media"]
    for index, (name, one) in enumerate(media):
        label = name if several else profile
        time, sent = thin(one["time_s"], min), [v / 1e6 for v in thin(one["sent_bps"], mean)]
        color = SHADES[profile][index % len(SHADES[profile])]
        axes.plot(time, sent, color=color, label=label)
        # The share of the flow with the longest life, which is that of all of them.
        share = share or one
    tcp = [one for (kind, _), one in flows.items() if kind == "tcp"]
    if tcp:
        total = np.sum([one["received_bps"] for one in tcp], axis=0).tolist()
        axes.plot(
            thin(tcp[0]["time_s"], min),
            [v / 1e6 for v in thin(total, mean)],
            color=COLORS["tcp"],
            linewidth=0.8,
            label="TCP, received",
        )
    return share


def limit_line(axes, share):
    """Only where it changes, as steps."""
    xs, ys = [], []
    for i, limit in enumerate(share["limit_bps"]):
        if not ys or limit != ys[-1]:
            xs.append(share["time_s"][i])
            ys.append(limit)
    xs.append(share["time_s"][-1])
    ys.append(ys[-1])
    style = {"color": COLORS["limit"], "linestyle": (0, (4, 2)), "linewidth": 1.0}
    axes.plot(xs, [y / 1e6 for y in ys], drawstyle="steps-post", label="fair share", zorder=3, **style)


def queue(axes, flows, profile):
    """The longest delay of all media packets."""
    media = [one for (kind, _), one in flows.items() if kind == "media"]
    longest = np.fmax.reduce([one["queue_ms"] for one in media]).tolist()
    time = thin(media[0]["time_s"], min)
    axes.plot(time, thin(longest, max), color=COLORS[profile], label=profile, linewidth=0.9)


def time_plot(case, title, series, path):
    """Rates over time, then queueing delay; profiles with several flows have axes of their own.

    `series`: by profile, or whatever else COLORS and SHADES have."""
    flows = {profile: series[profile][case] for profile in series}
    profiles = list(series)
    others = [kind for kind, _ in flows[profiles[-1]] if kind in ("media", "tcp")]
    several = len(others) > 1
    count = 3 if several else 2
    figure, axes = plt.subplots(
        count,
        1,
        figsize=(7.6, 2.0 + 1.45 * count),
        sharex=True,
        height_ratios=[1.5] * (count - 1) + [1],
        squeeze=False,
    )
    axes = [row[0] for row in axes]
    for index, profile in enumerate(profiles):
        one = axes[index if several else 0]
        share = rates(one, flows[profile], profile, several)
        one.set_ylabel(f"{profile}\nMbit/s sent" if several else "Mbit/s sent")
        if several or profile == profiles[-1]:
            limit_line(one, share)
            one.legend(loc="upper left", ncols=6, bbox_to_anchor=(0, 1.16), borderaxespad=0)
    top = max(one.get_ylim()[1] for one in axes[:-1])
    for one in axes[:-1]:
        one.set_ylim(0, top)
    for profile in profiles:
        queue(axes[-1], flows[profile], profile)
    axes[-1].set_ylabel("queueing, ms")
    axes[-1].set_ylim(bottom=0)
    axes[-1].set_xlabel("s")
    if several:
        axes[-1].legend(loc="upper left", ncols=2, bbox_to_anchor=(0, 1.2), borderaxespad=0)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    save(figure, path)


def curve_plot(goals, outputs, path):
    """Utilisation over p95 of the knowing receiver, and of both profiles as points.

    Where TCP fills the queue, it stands whatever the receiver does, and there is no curve."""

    def depends_on_rate(curve):
        delays = [p95 for _, p95 in curve]
        return len(delays) > 1 and max(delays) > 1.5 * min(delays)

    cases = [case for case in goals.plots if depends_on_rate(outputs.curve("tuned", case))]
    columns = 3
    lines = math.ceil(len(cases) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(7.6, 2.3 * lines), squeeze=False)
    titles = {row.case: row.row for row in goals.rows}
    for index, one in enumerate(axes.flat):
        if index >= len(cases):
            one.set_visible(False)
            continue
        case = cases[index]
        curve = sorted(outputs.curve("tuned", case), key=lambda point: point[1])
        style = {"color": COLORS["limit"], "marker": ".", "markersize": 3, "linewidth": 0.9}
        one.plot([p95 for _, p95 in curve], [u for u, _ in curve], label="knowing, f = 0.5 … 1", **style)
        for profile in PROFILES:
            own = outputs.cases(f"{profile}-tuned")[case]
            x, y = own.mean("queue_p95_ms"), own.mean("utilisation")
            e = figures.efficiency(own, curve)
            label = profile if index == 0 else None
            one.plot([x], [y], "o", color=COLORS[profile], markersize=5.5, label=label)
            one.annotate(f"{e:.2f}", (x, y), (6, -3), textcoords="offset points", color=COLORS[profile], fontsize=8)
        one.set_title(titles[case], fontsize=8, loc="left")
        one.set_ylim(0, 1.08)
        one.set_xscale("log")
        one.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        one.xaxis.set_minor_formatter("")
        if index % columns == 0:
            one.set_ylabel("utilisation")
        if index + columns >= len(cases):
            one.set_xlabel("p95 of queueing delay, ms")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    save(figure, path)


def draw(goals, outputs, folder):
    """All plots; returns [(case, file name)] of those over time."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    curve_plot(goals, outputs, folder / "curves.svg")
    series = {profile: read_series(outputs.folder / f"series-{profile}.csv") for profile in PROFILES}
    drawn = []
    for case in goals.plots:
        title = outputs.cases("series-adaptive")[case].title
        time_plot(case, f"{title} ({case})", series, folder / file_name(case))
        drawn.append((case, file_name(case)))
    return drawn
