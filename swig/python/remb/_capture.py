"""RTP from pcap and pcapng captures, chosen and guessed as libremb's program replay does it. Needs dpkt."""

from __future__ import annotations

import dataclasses
import decimal
import ipaddress
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from . import _guesses
from ._guesses import RtpPacket
from ._trace import FIELDS, Columns, Trace

# pcap in both byte orders, of microseconds and of nanoseconds; and pcapng's first block.
_PCAPNG = b"\n\r\r\n"
_MAGICS = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", _PCAPNG)
# What dpkt reads before a packet of pcapng and of pcap: a capture may end there.
_HEADER_BYTES = (8, 16)

# https://www.tcpdump.org/linktypes.html; 12 and 101 are raw IP, as 228 and 229.
_ETHERNET, _LINUX_COOKED, _LINUX_COOKED_2 = 1, 113, 276
_LOOPBACK = (0, 108)
_RAW = (12, 101, 228, 229)
_LOOPBACK_HEADER_BYTES = 4

_TRACE_CLOCK_RATE = 90_000
# RFC 3550, appendix A.1: a step of fewer is a packet behind lost ones. It takes two in sequence for a source to be
# valid; other protocols' counters pass that more often than twice as many.
_MAX_DROPOUT, _MIN_SEQUENTIAL = 3000, 4
_SET_BACK_US = 1_000_000  # remb.h: what is older by more means that the clock was set back


@dataclasses.dataclass
class Choices:
    """What the user knows of a capture; 0: to be guessed."""

    port: int = 0
    ssrcs: tuple[int, ...] = ()
    abs_send_time_id: int = 0
    transmission_offset_id: int = 0
    clock_rate_hz: int = 0
    srtp_auth_tag_bytes: int = 0

    def __post_init__(self) -> None:
        for name, number, most in (
            ("port", self.port, 65535),
            ("abs_send_time", self.abs_send_time_id, 255),
            ("transmission_offset", self.transmission_offset_id, 255),
            ("clock_rate", self.clock_rate_hz, 1_000_000),
            ("srtp_auth_tag", self.srtp_auth_tag_bytes, 16),
        ):
            if not 0 <= number <= most:
                raise ValueError(f"{name} is {number}, and may be 0 to {most}")


class _Ends(NamedTuple):
    source: bytes
    source_port: int
    destination: bytes
    destination_port: int

    def __str__(self) -> str:
        source, destination = ipaddress.ip_address(self.source), ipaddress.ip_address(self.destination)
        form = "[{}]:{} to [{}]:{}" if source.version == 6 else "{}:{} to {}:{}"
        return form.format(source, self.source_port, destination, self.destination_port)


class _Flow:
    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.is_rtp = False
        self._runs: dict[int, tuple[int, int]] = {}  # by SSRC: newest sequence number, steps upwards without another

    def add(self, packet: RtpPacket) -> None:
        self.packets.append(packet)
        last, run = self._runs.get(packet.ssrc, (packet.sequence_number, 0))
        up = 0 < (packet.sequence_number - last) % 65536 < _MAX_DROPOUT
        self._runs[packet.ssrc] = packet.sequence_number, run + 1 if up else 0
        self.is_rtp |= up and run + 1 >= _MIN_SEQUENTIAL - 1

    def payload_bytes(self) -> int:
        return sum(packet.payload_bytes for packet in self.packets)


def is_capture(start: bytes) -> bool:
    return start in _MAGICS


def read_capture(name: str, start: bytes, file: BinaryIO, choices: Choices) -> Trace:
    """Reads a capture that begins with start. Raises ValueError, "FILE: what", and ImportError without dpkt."""
    flows: dict[_Ends, _Flow] = {}
    datagrams = 0
    for time_us, ends, payload, size in _datagrams(name, start, file):
        datagrams += 1
        if choices.port not in (0, ends.destination_port):
            continue
        packet = parse_rtp(time_us, payload, size)
        if packet is not None and (not choices.ssrcs or packet.ssrc in choices.ssrcs):
            flows.setdefault(ends, _Flow()).add(packet)
    named = bool(choices.port or choices.ssrcs)
    found = {ends: flow for ends, flow in flows.items() if named or flow.is_rtp}
    if not found:
        raise ValueError(f"{name}: no RTP, or none that is asked for, in {datagrams} UDP datagrams")
    ends, flow = max(found.items(), key=lambda item: item[1].payload_bytes())  # the first of equals
    seconds = (flow.packets[-1].time_us - flow.packets[0].time_us) / 1e6
    notes = [f"RTP from {ends}: {len(flow.packets)} packets, {seconds:.3f} s"]
    packets = _columns(flow.packets, choices, notes)
    others = sorted(found.items(), key=lambda item: item[1].payload_bytes(), reverse=True)[1:]
    if others:
        count, port = sum(len(other.packets) for _, other in others), others[0][0].destination_port
        where = f"most of them to port {port} (port chooses); other flows: {len(others)}"
        notes.append(f"left out: {count} packets of RTP, {where}")
    return Trace(name, packets, notes)


class _WholeReads:
    """A file that ends within a packet is an error, which dpkt does not see."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._name, self._file = name, file

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size and (data or size not in _HEADER_BYTES):
            raise ValueError(f"{self._name}: the capture is broken: it ends within a packet")
        return data


def _datagrams(name: str, start: bytes, file: BinaryIO) -> Iterator[tuple[int, _Ends, bytes, int]]:
    """Gives the UDP datagrams: time, ends, what was captured of the payload, and the payload's whole size."""
    try:
        import dpkt
    except ImportError:
        raise ImportError(f"{name} is a capture: install dpkt to read it") from None
    parsers = {
        _ETHERNET: dpkt.ethernet.Ethernet,
        _LINUX_COOKED: dpkt.sll.SLL,
        _LINUX_COOKED_2: dpkt.sll2.SLL2,
        **dict.fromkeys(_RAW, _raw_ip),
        **dict.fromkeys(_LOOPBACK, lambda frame: _raw_ip(frame[_LOOPBACK_HEADER_BYTES:])),
    }
    try:
        kind = dpkt.pcapng if start == _PCAPNG else dpkt.pcap
        reader = kind.Reader(_WholeReads(name, file))
        parse = parsers.get(reader.datalink())
        if parse is None:
            raise ValueError(f"{name}: link type {reader.datalink()} is not known")
        for time, frame in reader:
            try:
                packet = parse(frame)
            except (dpkt.UnpackError, IndexError):
                continue
            while packet is not None and not isinstance(packet, (dpkt.ip.IP, dpkt.ip6.IP6)):
                packet = packet.data if isinstance(packet, dpkt.Packet) else None
            if packet is None or not isinstance(packet.data, dpkt.udp.UDP):
                continue
            udp = packet.data
            ends = _Ends(packet.src, udp.sport, packet.dst, udp.dport)
            # From Decimal what is below a microsecond is cut off; a float has microseconds up to its rounding.
            time_us = int(time * 1_000_000) if isinstance(time, decimal.Decimal) else round(time * 1e6)
            size = udp.ulen - udp.__hdr_len__
            yield time_us, ends, bytes(udp.data)[:size], size
    except dpkt.Error as error:
        raise ValueError(f"{name}: the capture is broken: {error}") from error


def _raw_ip(frame: bytes) -> Any:
    import dpkt

    return dpkt.ip6.IP6(frame) if frame[0] >> 4 == 6 else dpkt.ip.IP(frame)


def parse_rtp(time_us: int, data: bytes, size: int) -> RtpPacket | None:
    """Reads an RTP header (RFC 3550) of which the capture may have no more than that. None: it is none, or is cut."""
    # RFC 7983: 128 to 191 are RTP and RTCP; RFC 5761, section 4: packet types 192 to 223 are RTCP.
    if len(data) < 12 or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
        return None
    header = 12 + 4 * (data[0] & 0x0F)
    elements: tuple[tuple[int, int], ...] = ()
    if data[0] & 0x10:
        start = header + 4
        if len(data) < start:
            return None
        header = start + 4 * int.from_bytes(data[start - 2 : start], "big")
        if len(data) < header:
            return None
        elements = tuple(_three_bytes(int.from_bytes(data[start - 4 : start - 2], "big"), data[start:header]))
    if size < header:
        return None
    sequence_number, timestamp, ssrc = (int.from_bytes(data[a:b], "big") for a, b in ((2, 4), (4, 8), (8, 12)))
    return RtpPacket(time_us, ssrc, timestamp, sequence_number, size - header, elements)


def _three_bytes(profile: int, data: bytes) -> Iterator[tuple[int, int]]:
    """Gives ids and values of elements (RFC 8285) with three bytes, as abs-send-time and transmission offset have."""
    one_byte = profile == 0xBEDE
    if not one_byte and profile & 0xFFF0 != 0x1000:
        return
    at = 0
    while at < len(data):
        if data[at] == 0:  # padding, a byte of its own in both forms
            at += 1
            continue
        if one_byte:
            number, length = data[at] >> 4, (data[at] & 0x0F) + 1
            at += 1
            if number in (0, 15):  # nothing behind them is to be read
                return
        elif at + 1 < len(data):
            number, length = data[at], data[at + 1]
            at += 2
        else:
            return
        if at + length > len(data):
            return
        if length == 3:
            yield number, int.from_bytes(data[at : at + 3], "big")
        at += length


def _columns(packets: list[RtpPacket], choices: Choices, notes: list[str]) -> Columns:
    rates = {}
    counts = Counter(packet.ssrc for packet in packets)
    for ssrc, (rate, why) in _guesses.clock_rates(packets).items():
        rates[ssrc] = choices.clock_rate_hz or rate
        why = "given" if choices.clock_rate_hz else why
        notes.append(f"SSRC {ssrc} (0x{ssrc:08x}): {counts[ssrc]} packets, RTP clock {rates[ssrc]} Hz ({why})")
    abs_send_time, offset = choices.abs_send_time_id or None, choices.transmission_offset_id or None
    if abs_send_time is None:
        abs_send_time, note = _guesses.abs_send_time_id(packets)
        notes.append(note)
    if offset is None:
        offset, note = _guesses.transmission_offset_id(packets, rates, abs_send_time)
        notes.append(note)

    columns = Columns((name, []) for name in FIELDS)
    clocks = {ssrc: _Clock(rate) for ssrc, rate in rates.items()}
    newest_us = 0
    low, high = FIELDS["transmission_offset"]
    for packet in packets:
        if packet.time_us >= newest_us - _SET_BACK_US:
            newest_us = max(newest_us, packet.time_us)  # captured out of order
        else:
            newest_us = packet.time_us
        elements = dict(packet.three_bytes)
        ticks = _guesses.signed(elements.get(offset, 0), 24) if offset else 0
        row = (
            newest_us,
            elements.get(abs_send_time) if abs_send_time else None,
            clocks[packet.ssrc].timestamp(packet.timestamp),
            min(max(int(ticks * _TRACE_CLOCK_RATE / rates[packet.ssrc]), low), high),
            max(0, packet.payload_bytes - choices.srtp_auth_tag_bytes),
            packet.ssrc,
            packet.sequence_number,
        )
        for column, value in zip(columns.values(), row):
            column.append(value)
    return columns


class _Clock:
    """Brings an SSRC's RTP timestamps to a trace's 90 kHz."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._ticks: int | None = None  # unwrapped

    def timestamp(self, timestamp: int) -> int:
        if self._ticks is None:
            self._ticks = timestamp
        self._ticks += _guesses.signed(timestamp - self._ticks, 32)
        return self._ticks * _TRACE_CLOCK_RATE // self._rate_hz % (1 << 32)
