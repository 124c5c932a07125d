"""Runs the estimator over a recorded packet trace or capture, and gives what comes out of it as columns:

    import remb.replay

    trace = remb.replay.load("call.pcapng")
    run = remb.replay.run(trace, profile="adaptive")
    run.reports.to_pandas()

Reports and signals are those of libremb's program replay, to the bit.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterable
from typing import BinaryIO

from . import (
    CLOCK_ABS_SEND_TIME,
    CLOCK_RTP_TIMESTAMP,
    CLOCK_TRANSMISSION_OFFSET,
    DUE,
    ESTIMATE_UPDATED,
    PROFILE_ADAPTIVE,
    PROFILE_LIBWEBRTC,
    STAMP_ABS_SEND_TIME,
    STAMP_RTP_TIMESTAMP,
    STAMP_SEQUENCE_NUMBER,
    STAMP_TRANSMISSION_OFFSET,
    Config,
    Estimator,
    Message,
    Packet,
    Stats,
)
from ._capture import Choices, is_capture, read_capture
from ._trace import Columns, Trace, read_csv

__all__ = ["CLOCKS", "PROFILES", "Columns", "Run", "Trace", "load", "run"]

CLOCKS = {
    "abs-send-time": CLOCK_ABS_SEND_TIME,
    "toffset": CLOCK_TRANSMISSION_OFFSET,
    "rtp-timestamp": CLOCK_RTP_TIMESTAMP,
}
PROFILES = {"libwebrtc": PROFILE_LIBWEBRTC, "adaptive": PROFILE_ADAPTIVE}

# Members of Stats by the name of a report's column: for the clock with one detector, whose last three are the libwebrtc
# profile's alone, and for those with a detector for each SSRC.
_ONE_DETECTOR = {
    "arrival_us": "last_report_us",
    "estimate_bps": "estimate_bps",
    "ssrc_count": "stream_count",
    "detector_state": "state",
    "offset_ms": "offset_ms",
    "noise_variance_ms2": "noise_variance_ms2",
    "threshold_ms": "threshold_ms",
}
_DETECTORS = {"time_us": "last_report_us", "estimate_bps": "estimate_bps", "ssrc_count": "stream_count"}
_LIBWEBRTC_ONLY = {"offset_ms", "noise_variance_ms2", "threshold_ms"}

# Members of Stats, as signals.
_SIGNALS = {
    "libwebrtc": (
        "send_delta_ms arrival_delta_ms size_delta_bytes offset_ms modified_offset_ms threshold_ms state "
        "incoming_bitrate_bps link_capacity_bps estimate_bps noise_variance_ms2"
    ).split(),
    "adaptive": (
        "mode queueing_delay_ms queue_threshold_ms jitter_ms train_capacity_bps capacity_share_bps train_share "
        "incoming_bitrate_bps estimate_bps"
    ).split(),
}

_STAMPS = {
    "abs_send_time": STAMP_ABS_SEND_TIME,
    "transmission_offset": STAMP_TRANSMISSION_OFFSET,
    "rtp_timestamp": STAMP_RTP_TIMESTAMP,
    "sequence_number": STAMP_SEQUENCE_NUMBER,
}
_MAX_STREAMS = 1_000_000  # the most that there can be: a trace's are what they are


@dataclasses.dataclass
class Run:
    """What an estimator made of a trace. Times are of the trace, in microseconds."""

    profile: str
    clock: str
    reports: Columns  # a row for each report, by the adaptive profile for each changed estimate
    signals: Columns  # a row for each packet group, by the adaptive profile for each train
    rembs: Columns  # time_us, bitrate_bps: each REMB counts as sent when it is due


def load(
    path: str | os.PathLike[str],
    *,
    port: int = 0,
    ssrc: Iterable[int] = (),
    abs_send_time: int = 0,
    transmission_offset: int = 0,
    clock_rate: int = 0,
    srtp_auth_tag: int = 0,
) -> Trace:
    """Reads a trace (CSV) or, if dpkt is there, a capture: pcap or pcapng. "-" is standard input.

    Of a capture it takes the RTP packets that go from one address and port to another, by default the flow with the
    most bytes. port: the UDP port that they go to. ssrc: the only SSRCs to be taken. abs_send_time,
    transmission_offset: ids of header extensions. clock_rate: the RTP clocks', in Hz. srtp_auth_tag: what SRTP adds to
    each packet, in bytes, which does not count. What is 0, except the tag, is guessed, and Trace.notes says so.
    Raises OSError; ValueError with the place of the fault, FILE:LINE:COLUMN, for a choice out of range, and for choices
    with a trace; ImportError without dpkt.
    """
    choices = Choices(port, tuple(ssrc), abs_send_time, transmission_offset, clock_rate, srtp_auth_tag)
    if os.fspath(path) == "-":
        return _read("(standard input)", sys.stdin.buffer, choices)
    with open(path, "rb") as file:
        return _read(os.fspath(path), file, choices)


def _read(name: str, file: BinaryIO, choices: Choices) -> Trace:
    start = file.peek(4)[:4]  # type: ignore[attr-defined]  # both kinds are buffered
    if is_capture(start):
        return read_capture(name, start, file, choices)
    if choices != Choices():
        raise ValueError(f"{name} is no capture: port, ssrc, abs_send_time and the like are for captures alone")
    return read_csv(name, file)


def run(trace: Trace, profile: str = "libwebrtc", clock: str = "abs-send-time") -> Run:
    """Feeds a trace to a fresh estimator as its arrival times say, and runs updates exactly when they are due.

    profile is one of PROFILES, clock one of CLOCKS: where send times come from, for all packets. Raises KeyError for
    another, ValueError for a trace without it, and remb.Error for packets that libremb refuses.
    """
    return _Replay(profile, clock).run(trace)


class _Replay:
    def __init__(self, profile: str, clock: str) -> None:
        config = Config()
        config.profile, config.clock, config.max_streams = PROFILES[profile], CLOCKS[clock], _MAX_STREAMS
        self._estimator = Estimator(config)
        self._message = Message()
        self._run = Run(profile, clock, Columns(), Columns(), Columns(time_us=[], bitrate_bps=[]))
        members = _ONE_DETECTOR if clock == "abs-send-time" else _DETECTORS
        self._reports = [
            (
                self._run.reports.setdefault(name, []),
                None if profile != "libwebrtc" and name in _LIBWEBRTC_ONLY else member,
            )
            for name, member in members.items()
        ]
        self._places = self._run.signals.setdefault("arrival_us", []), self._run.signals.setdefault("ssrc", [])
        self._signals = [(self._run.signals.setdefault(name, []), name) for name in _SIGNALS[profile]]

    def run(self, trace: Trace) -> Run:
        estimator, packet = self._estimator, Packet()
        names = list(trace.packets)
        all_stamps = sum(stamp for name, stamp in _STAMPS.items() if name in names)
        if self._run.clock == "abs-send-time" and set(trace.packets["abs_send_time"]) == {None}:
            raise ValueError(f"{trace.name}: no packet has abs-send-time: give the extension's id, or another clock")
        groups_seen = 0
        for row in trace.packets.rows():
            packet.stamps = all_stamps
            for name, value in zip(names, row):
                if value is None:
                    packet.stamps &= ~_STAMPS[name]
                else:
                    setattr(packet, name, value)
            self._run_updates(packet.arrival_us)
            if facts := estimator.on_packet(packet):
                self._handle(facts, packet.arrival_us)
            stats = estimator.stats()
            # A profile has one of the two. Fewer than before: the clock was set back, and counting began anew.
            groups = stats.groups + stats.trains
            if groups != groups_seen and groups > 0:
                self._add_signals(packet, stats)
            groups_seen = groups
        return self._run

    def _run_updates(self, now_us: int) -> None:
        while (due_us := self._estimator.next_poll_us()) <= now_us:
            self._handle(self._estimator.poll(due_us), due_us)

    def _handle(self, facts: int, now_us: int) -> None:
        if facts & ESTIMATE_UPDATED:
            self._add_report()
        if not facts & DUE:
            return
        facts = self._estimator.poll(now_us, self._message)
        if facts & ESTIMATE_UPDATED:
            self._add_report()
        if facts & DUE:
            bitrate_bps = self._message.bitrate_bps
            self._run.rembs["time_us"].append(now_us)
            self._run.rembs["bitrate_bps"].append(bitrate_bps)
            self._estimator.remb_sent(now_us, bitrate_bps)

    def _add_report(self) -> None:
        stats = self._estimator.stats()
        for column, member in self._reports:
            column.append(None if member is None else getattr(stats, member))

    def _add_signals(self, packet: Packet, stats: Stats) -> None:
        arrivals, ssrcs = self._places
        arrivals.append(packet.arrival_us)
        ssrcs.append(packet.ssrc)
        for column, member in self._signals:
            column.append(getattr(stats, member))
