"""python -m remb replay FILE: what libremb's program replay prints."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from . import Error, replay, version


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m remb", description="libremb: receive-side bandwidth estimation")
    parser.add_argument("--version", action="version", version=f"libremb {version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_replay(commands.add_parser("replay", help="what the estimator makes of a packet trace or capture"))
    args = parser.parse_args(arguments)
    try:
        _replay(args)
    except BrokenPipeError:  # | head
        sys.stderr.close()
        return 0
    except (OSError, ValueError, ImportError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    except Error as error:
        print(f"replay: {error}", file=sys.stderr)
        return 1
    return 0


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.description = "Writes a CSV row to standard output for each report of the estimator."
    parser.add_argument("file", metavar="FILE", help='a trace (CSV), or a capture: pcap, pcapng; "-": standard input')
    parser.add_argument("--clock", choices=replay.CLOCKS, default="abs-send-time", help="where send times come from")
    parser.add_argument("--profile", choices=replay.PROFILES, default="libwebrtc", help="which arithmetic")
    parser.add_argument("--signals", metavar="OUT.csv", help="also write a row for each packet group or train")
    capture = parser.add_argument_group("how to read a capture; the rest is guessed, and said on standard error")
    capture.add_argument("--port", type=int, default=0, help="the UDP port that packets go to")
    capture.add_argument("--ssrc", type=_ssrcs, default=(), metavar="SSRC[,SSRC...]", help="only these")
    capture.add_argument("--abs-send-time", type=int, default=0, metavar="ID", help="the header extension's id")
    capture.add_argument("--transmission-offset", type=int, default=0, metavar="ID", help="likewise")
    capture.add_argument("--clock-rate", type=int, default=0, metavar="HZ", help="the RTP clock of all SSRCs")
    capture.add_argument(
        "--srtp-auth-tag", type=int, default=0, metavar="BYTES", help="of each packet, not to be counted"
    )


def _ssrcs(text: str) -> list[int]:
    try:
        return [int(ssrc, 0) for ssrc in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: SSRCs are numbers, with commas between them") from None


def _replay(args: argparse.Namespace) -> None:
    trace = replay.load(
        args.file,
        port=args.port,
        ssrc=args.ssrc,
        abs_send_time=args.abs_send_time,
        transmission_offset=args.transmission_offset,
        clock_rate=args.clock_rate,
        srtp_auth_tag=args.srtp_auth_tag,
    )
    for note in trace.notes:
        print(f"replay: {note}", file=sys.stderr)
    run = replay.run(trace, args.profile, args.clock)
    _write(run.reports, sys.stdout)
    sys.stdout.flush()
    if args.signals:
        with _whole_file(args.signals) as file:
            _write(run.signals, file)


@contextlib.contextmanager
def _whole_file(path: str) -> Iterator[TextIO]:
    """A file that appears whole or not at all: written beside the path, renamed once it is on the disk."""
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/stdout, a pipe
        with open(path, "w", newline="") as file:
            yield file
        return
    path = os.path.realpath(path)  # a link stays a link
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", newline="") as file:
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(path, temporary)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def _write(columns: replay.Columns, file: TextIO) -> None:
    file.write(",".join(columns) + "\n")
    for row in columns.rows():
        file.write(",".join(map(_text, row)) + "\n")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
