"""Packet traces: columns of what was received, and their CSV form."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pandas

# The columns of a CSV trace and their ranges. The last may be missing.
FIELDS = {
    "arrival_us": (0, ((1 << 63) - 1) // 4),
    "abs_send_time": (0, (1 << 24) - 1),
    "rtp_timestamp": (0, (1 << 32) - 1),
    "transmission_offset": (-(1 << 23), (1 << 23) - 1),
    "payload_bytes": (0, 65535),
    "ssrc": (0, (1 << 32) - 1),
    "sequence_number": (0, 65535),
}
_ALL = list(FIELDS)
_NEEDED = _ALL[:-1]
_EMPTY = "abs_send_time"  # may be, where a packet has none
_NUMBER = re.compile(r"-?[0-9]+")
_ROWS = {
    len(names): re.compile(",".join("(?:-?[0-9]+)?" if name == _EMPTY else "-?[0-9]+" for name in names))
    for names in (_NEEDED, _ALL)
}
_LONGEST_QUOTE = 40


class Columns(dict[str, list[Any]]):
    """Columns of one length, by name."""

    def to_pandas(self) -> pandas.DataFrame:
        """Returns the same as a DataFrame, for which pandas is needed. None becomes NaN."""
        import pandas

        return pandas.DataFrame(self)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.values())


@dataclasses.dataclass
class Trace:
    """Packets as received.

    Columns: arrival_us; abs_send_time, 24 bits, None where a packet has none; rtp_timestamp and transmission_offset, in
    ticks of 90 kHz; payload_bytes, padding included; ssrc; maybe sequence_number, which tells the adaptive profile of
    losses.
    """

    name: str
    packets: Columns
    notes: list[str] = dataclasses.field(default_factory=list)  # of a capture: what was chosen and guessed


def read_csv(name: str, file: BinaryIO) -> Trace:
    """Reads a trace. Raises ValueError, "FILE:LINE:COLUMN: what"; a column is a byte's place in the line, from 1."""
    lines = (line.decode("latin-1").rstrip("\n").rstrip("\r") for line in file)
    names = _read_header(name, next(lines, None))
    is_row = _ROWS[len(names)].fullmatch
    limits = [FIELDS[column] for column in names]
    rows = []
    for number, line in enumerate(lines, 2):
        if is_row(line):
            row = [int(field) if field else None for field in line.split(",")]
            if all(value is None or low <= value <= high for value, (low, high) in zip(row, limits)):
                rows.append(row)
                continue
        column, what = _fault(names, line)
        raise ValueError(f"{name}:{number}:{column}: {what}")
    columns = zip(*rows) if rows else [()] * len(names)
    return Trace(name, Columns((column, list(values)) for column, values in zip(names, columns)))


def _read_header(name: str, line: Any) -> list[str]:
    if line is None:
        raise ValueError(f"{name}:1:1: the file is empty")
    found = line.split(",")
    if found in (_NEEDED, _ALL):
        return list(found)
    column = 1
    for wanted, has in zip(_ALL, found):
        if has != wanted:
            break
        column += len(has) + 1
    raise ValueError(f"{name}:1:{column}: the header must be {','.join(_NEEDED)}[,{_ALL[-1]}]")


def _fault(names: Iterable[str], line: str) -> tuple[int, str]:
    """Finds what is wrong with a row, and where."""
    if not line:
        return 1, "the line is empty"
    column = 1
    for name in names:
        if column > len(line) + 1:
            return len(line) + 1, f"the row ends before column '{name}'"
        field = line[column - 1 :].split(",", 1)[0]
        quoted = repr(field[:_LONGEST_QUOTE])
        low, high = FIELDS[name]
        if not field and name != _EMPTY:
            return column, f"column '{name}' is empty"
        if field and not _NUMBER.fullmatch(field):
            return column, f"column '{name}': {quoted} is not a whole number"
        if field and not low <= int(field) <= high:
            return column, f"column '{name}': {quoted} is out of range, {low} to {high}"
        column += len(field) + 1
    return column - 1, f"the row must end here, not go on with {line[column - 2 :][:_LONGEST_QUOTE]!r}"
