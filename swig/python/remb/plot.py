"""Plots what remb.replay gives; for notebooks and scripts. Needs pandas and matplotlib.

import remb.plot, remb.replay

trace = remb.replay.load("testdata/reference/rfc51.trace.csv")
runs = [remb.replay.run(trace, profile) for profile in remb.replay.PROFILES]
remb.plot.overview(trace, *runs)
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from . import MODE_BACK_OFF, STATE_OVERUSING
from .replay import Run, Trace

__all__ = ["overview", "rates", "signals"]

_RATE_WINDOW_S = 0.5
_US = 1e-6
_MBPS = 1e-6


def overview(trace: Trace, *runs: Run) -> list[Axes]:
    """Plots rates, and below them what moved each run's estimate, over one axis of time. Returns all axes."""
    heights = [2] + [1] * len(runs)
    figure, grid = plt.subplots(
        len(heights),
        1,
        sharex=True,
        squeeze=False,
        height_ratios=heights,
        figsize=(10, 1.9 * sum(heights)),
        layout="constrained",
    )
    axes = list(grid[:, 0])
    rates(trace, *runs, ax=axes[0])
    for run, ax in zip(runs, axes[1:]):
        signals(trace, run, ax=ax)
    axes[-1].set_xlabel("seconds since the first packet")
    figure.align_ylabels()
    return axes


def rates(trace: Trace, *runs: Run, ax: Axes | None = None) -> Axes:
    """Plots the rate that was received, without headers, and the runs' estimates."""
    ax = plt.gca() if ax is None else ax
    packets = trace.packets.to_pandas()
    window = ((packets.arrival_us - packets.arrival_us.min()) * _US // _RATE_WINDOW_S).astype(int)
    bits = packets.payload_bytes.groupby(window).sum().reindex(range(window.max() + 1), fill_value=0) * 8
    received = bits / _RATE_WINDOW_S * _MBPS
    ax.fill_between(received.index * _RATE_WINDOW_S, received, step="post", color="0.85", label="received")
    for run in runs:
        reports = run.reports.to_pandas()
        at = _seconds(trace, reports.iloc[:, 0])
        ax.step(at, reports.estimate_bps * _MBPS, where="post", linewidth=1.2, label=f"estimate, {run.profile}")
    ax.set_ylabel("Mbit/s")
    ax.set_ylim(bottom=0)
    ax.set_title(trace.name)
    ax.legend(loc="upper left", ncols=1 + len(runs))
    return ax


def signals(trace: Trace, run: Run, ax: Axes | None = None) -> Axes:
    """Plots what the run's profile holds against its threshold, and shades the times at which it lowers the rate."""
    ax = plt.gca() if ax is None else ax
    frame = run.signals.to_pandas()
    at = _seconds(trace, frame.arrival_us)
    if run.profile == "adaptive":
        ax.plot(at, frame.queueing_delay_ms, linewidth=0.8, label="queueing delay")
        ax.plot(at, frame.queue_threshold_ms, linewidth=0.8, color="0.3", label="threshold")
        down, why = frame["mode"] == MODE_BACK_OFF, "back-off"
    else:
        ax.plot(at, frame.modified_offset_ms, linewidth=0.8, label="modified offset")
        ax.plot(at, frame.threshold_ms, linewidth=0.8, color="0.3", label="± threshold")
        ax.plot(at, -frame.threshold_ms, linewidth=0.8, color="0.3")
        down, why = frame.state == STATE_OVERUSING, "over-use"
    ax.fill_between(
        at,
        0,
        1,
        where=down,
        step="post",
        transform=ax.get_xaxis_transform(),
        color="tab:red",
        alpha=0.2,
        linewidth=0,
        label=why,
    )
    ax.set_ylabel(f"{run.profile}: ms")
    ax.legend(loc="upper left", ncols=3)
    return ax


def _seconds(trace: Trace, times_us: pd.Series[int]) -> pd.Series[float]:
    return (times_us - min(trace.packets["arrival_us"])) * _US
