"""What a capture does not say, from the numbers in it: extension ids and RTP clock rates.

As libremb's program replay guesses, whose tests hold it to captures of known senders.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import NamedTuple

# abs-send-time is compared over a time that queues do not change by its quarter, and over which a constant would stand
# still visibly.
_MAX_LAG_US, _MIN_LAG_US = 2_000_000, 100_000
_MIN_VALUES = 10
_MIN_SHARE = 0.9
_TICKS_PER_US = (1 << 18) / 1e6  # of abs-send-time

# RTP clocks of usual codecs: RFC 3551, and RFC 7587 for Opus.
_CLOCK_RATES = (8_000, 16_000, 32_000, 44_100, 48_000, 90_000)
_VIDEO_CLOCK_RATE = 90_000
_MAX_RATE_ERROR = 0.1
_MIN_RATE_SPAN_US = 500_000

_MAX_JITTER_LEFT = 0.9  # with an offset that is believed
_MAX_STEP_MS = 1_000  # what is more is a pause, or a clock that was set


class RtpPacket(NamedTuple):
    time_us: int
    ssrc: int
    timestamp: int
    sequence_number: int
    payload_bytes: int
    three_bytes: tuple[tuple[int, int], ...]  # header extension elements of that length: id, value


def signed(value: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half


def abs_send_time_id(packets: Iterable[RtpPacket]) -> tuple[int | None, str]:
    """Finds the id whose values run with the time of capture, and says why in words."""
    samples: dict[int, list[tuple[int, int]]] = {}
    for packet in packets:
        for number, value in packet.three_bytes:
            samples.setdefault(number, []).append((packet.time_us, value))
    best, best_share = None, 0.0
    for number in sorted(samples):
        running, compared = _count_running(samples[number])
        share = running / compared if compared >= _MIN_VALUES else 0.0
        if share >= _MIN_SHARE and share > best_share:
            best, best_share = number, share
    if best is None:
        return None, "abs-send-time: not found"
    share = math.floor(best_share * 1000) / 10
    why = f"guessed: {share:.1f} % of its values run with the time of capture"
    return best, f"abs-send-time: id {best}, in {len(samples[best])} packets ({why})"


def _count_running(samples: list[tuple[int, int]]) -> tuple[int, int]:
    forward_us = sum(max(0, after[0] - before[0]) for before, after in zip(samples, samples[1:]))
    lag_us = min(_MAX_LAG_US, forward_us // 2)
    if lag_us < _MIN_LAG_US:
        return 0, 0
    running = compared = before = 0
    for number, (time_us, value) in enumerate(samples):
        if number > 0 and time_us < samples[number - 1][0]:  # the clock was set back
            before = number
        while before < number and samples[before + 1][0] <= time_us - lag_us:
            before += 1
        elapsed_us = time_us - samples[before][0]
        if elapsed_us < lag_us:
            continue
        compared += 1
        error = math.remainder(value - samples[before][1] - elapsed_us * _TICKS_PER_US, 1 << 24)
        running += abs(error) < lag_us * _TICKS_PER_US / 4
    return running, compared


def clock_rates(packets: Iterable[RtpPacket]) -> dict[int, tuple[int, str]]:
    """Finds each SSRC's RTP clock rate in Hz, and says why in words."""
    samples: dict[int, list[tuple[int, int]]] = {}
    for packet in packets:
        samples.setdefault(packet.ssrc, []).append((packet.time_us, packet.timestamp))
    return {ssrc: _clock_rate(of_ssrc) for ssrc, of_ssrc in sorted(samples.items())}


def _clock_rate(samples: list[tuple[int, int]]) -> tuple[int, str]:
    # Each packet of the first half with one of the second: the median does not mind a few odd timestamps.
    half = len(samples) // 2
    rates = [
        signed(ticks - ticks_before, 32) * 1e6 / (time_us - before_us)
        for (before_us, ticks_before), (time_us, ticks) in zip(samples[:half], samples[half:])
        if time_us - before_us >= _MIN_RATE_SPAN_US
    ]
    if not rates:
        return _VIDEO_CLOCK_RATE, "assumed: too few packets to tell"
    measured = statistics.median_high(rates)
    nearest = min(_CLOCK_RATES, key=lambda rate: abs(measured - rate))
    if abs(measured - nearest) < _MAX_RATE_ERROR * nearest:
        return nearest, f"guessed: it ran at {measured:.0f}"
    return _VIDEO_CLOCK_RATE, f"assumed: it ran at {measured:.0f}; see clock_rate"


def transmission_offset_id(
    packets: Iterable[RtpPacket], rates: dict[int, int], other_id: int | None
) -> tuple[int | None, str]:
    """Finds the id whose values bring RTP timestamps nearer to the time of capture, and says why in words."""
    last: dict[tuple[int, int], tuple[RtpPacket, int]] = {}  # by id and SSRC
    without_ms: dict[int, list[float]] = {}
    with_ms: dict[int, list[float]] = {}
    varying = set()
    for packet in packets:
        for number, value in packet.three_bytes:
            if number == other_id:
                continue
            offset = signed(value, 24)
            before = last.get((number, packet.ssrc))
            last[number, packet.ssrc] = packet, offset
            if before is None:
                continue
            ticks_per_ms = rates[packet.ssrc] / 1e3
            elapsed_ms = (packet.time_us - before[0].time_us) / 1e3
            late_ms = elapsed_ms - signed(packet.timestamp - before[0].timestamp, 32) / ticks_per_ms
            without_ms.setdefault(number, []).append(_step(late_ms))
            with_ms.setdefault(number, []).append(_step(late_ms - (offset - before[1]) / ticks_per_ms))
            if offset != before[1]:
                varying.add(number)
    best, best_ms, note = None, math.inf, "transmission offset: not found, taken as 0"
    for number in sorted(varying):
        steps = len(with_ms[number])
        jitter_ms, left_ms = sum(without_ms[number]) / steps, sum(with_ms[number]) / steps
        if steps >= _MIN_VALUES and left_ms <= _MAX_JITTER_LEFT * jitter_ms and left_ms < best_ms:
            best, best_ms = number, left_ms
            why = f"guessed: jitter is {left_ms:.2f} ms with it, {jitter_ms:.2f} ms without"
            note = f"transmission offset: id {number} ({why})"
    return best, note


def _step(ms: float) -> float:
    return min(abs(ms), _MAX_STEP_MS)
