"""remb.replay and python -m remb: the answers of libremb's program replay, to the bit.

Usage: replay_test.py, where testdata/ and tools/replay/replay are.
"""

import contextlib
import glob
import io
import pathlib
import struct
import subprocess
import tempfile
import unittest
from unittest import mock

import cached_python

cached_python.require("dpkt", folder="wheel", option="python")

import remb.__main__  # noqa: E402
import remb.replay  # noqa: E402

PROGRAM = "tools/replay/replay"
EXPECTED = {"abs-send-time": "expected", "toffset": "toffset-expected", "rtp-timestamp": "rtptime-expected"}
CAPTURES = {
    "chromium.pcap": [],
    "chromium-cooked.pcapng": [],
    "chromium-cooked2-nano.pcap": ["--srtp-auth-tag=10"],
    "pion-cryptex.pcap": ["--clock=rtp-timestamp"],
}


def program(*args):
    return subprocess.run([PROGRAM, *args], check=True, capture_output=True, text=True).stdout


def module(*args):
    """What python -m remb replay prints, its exit code, and its standard error."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = remb.__main__.main(["replay", *args])
    return out.getvalue(), code, err.getvalue()


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_reference(self):
        cases = 0
        for path in sorted(glob.glob("testdata/reference/*.trace.csv")):
            for clock, kind in EXPECTED.items():
                expected = pathlib.Path(path.replace(".trace.", f".{kind}."))
                if expected.exists():
                    with self.subTest(path, clock=clock):
                        self.assertEqual(module(f"--clock={clock}", path), (expected.read_text(), 0, ""))
                    cases += 1
        self.assertEqual(cases, 40)

    def test_program(self):
        trace = "testdata/reference/clockjump.trace.csv"
        ours, theirs = self.folder / "ours.csv", self.folder / "theirs.csv"
        for args in (["--profile=adaptive"], ["--profile=adaptive", "--clock=toffset"], []):
            with self.subTest(args=args):
                self.assertEqual(
                    module(*args, f"--signals={ours}", trace)[0], program(*args, f"--signals={theirs}", trace)
                )
                self.assertEqual(ours.read_text(), theirs.read_text())

    def test_captures(self):
        for name, args in CAPTURES.items():
            with self.subTest(name):
                path = f"testdata/captures/{name}"
                out, code, notes = module("--profile=adaptive", *args, path)
                self.assertEqual(code, 0, notes)
                self.assertEqual(out, program("--profile=adaptive", *args, path))
                self.assertGreater(out.count("\n"), 1)

    def test_capture_choices(self):
        path = "testdata/captures/chromium.pcap"
        largest, other = remb.replay.load(path), remb.replay.load(path, port=52318)
        self.assertNotIn(":52318: ", largest.notes[0])
        self.assertIn(":52318: ", other.notes[0])
        self.assertIn(
            f"left out: {len(other.packets['ssrc'])} packets of RTP, most of them to port 52318", largest.notes[-1]
        )
        ssrcs = set(largest.packets["ssrc"])
        self.assertIn("abs-send-time: id 2, in 309 packets (guessed", "\n".join(largest.notes))
        ssrc = min(ssrcs)
        chosen = remb.replay.load(
            path, ssrc=[ssrc], abs_send_time=2, transmission_offset=9, clock_rate=48_000, srtp_auth_tag=10
        )
        self.assertEqual(set(chosen.packets["ssrc"]), {ssrc})
        whole = [
            size
            for size, of in zip(largest.packets["payload_bytes"], largest.packets["ssrc"], strict=True)
            if of == ssrc
        ]
        self.assertEqual(chosen.packets["payload_bytes"], [max(0, size - 10) for size in whole])
        self.assertNotIn("abs-send-time", "\n".join(chosen.notes))
        self.assertIn("48000 Hz (given)", "\n".join(chosen.notes))
        with self.assertRaisesRegex(ValueError, r"chromium.pcap: no RTP, or .* in \d+ UDP datagrams"):
            remb.replay.load(path, port=9)
        for wrong in ({"port": 65536}, {"abs_send_time": -1}, {"srtp_auth_tag": 17}):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, f"^{next(iter(wrong))} is "):
                remb.replay.load(path, **wrong)
        with self.assertRaisesRegex(ValueError, "is no capture"):
            remb.replay.load("testdata/reference/steady.trace.csv", clock_rate=90_000)

    def test_without_abs_send_time(self):
        trace = remb.replay.load("testdata/captures/chromium.pcap", abs_send_time=14)
        with self.assertRaisesRegex(ValueError, "no packet has abs-send-time"):
            remb.replay.run(trace)
        self.assertTrue(remb.replay.run(trace, "adaptive", "rtp-timestamp").reports["estimate_bps"])

    def test_broken_capture(self):
        path = self.folder / "broken.pcap"
        path.write_bytes(pathlib.Path("testdata/captures/chromium.pcap").read_bytes()[:10])
        out, code, err = module(str(path))
        self.assertEqual((out, code), ("", 2))
        self.assertIn("broken.pcap: the capture is broken", err)
        for name in ("chromium.pcap", "chromium-cooked.pcapng"):
            path.write_bytes(pathlib.Path("testdata/captures", name).read_bytes()[:-7])
            out, code, err = module(str(path))
            self.assertEqual((out, code), ("", 2))
            self.assertIn("the capture is broken: it ends within a packet", err)

    def test_set_back(self):
        """Ten seconds, in the middle of a capture."""
        data = bytearray(pathlib.Path("testdata/captures/chromium.pcap").read_bytes())
        at = 24
        while at < len(data):
            seconds, _, captured, _ = struct.unpack_from("<IIII", data, at)
            if at > len(data) / 2:
                struct.pack_into("<I", data, at, seconds - 10)
            at += 16 + captured
        path = self.folder / "set-back.pcap"
        path.write_bytes(data)
        out, code, notes = module(str(path))
        self.assertEqual((out, code), (program(path), 0))
        self.assertIn("abs-send-time: id 2, in 309 packets (guessed: 100.0 %", notes)

    def test_without_dpkt(self):
        with mock.patch.dict("sys.modules", dpkt=None):
            _, code, err = module("testdata/captures/chromium.pcap")
        self.assertEqual(
            (code, err), (2, "replay: testdata/captures/chromium.pcap is a capture: install dpkt to read it\n")
        )

    def test_capture_as_trace(self):
        """The program's trace of a capture is what is loaded of it, also where packets lack the extension."""
        trace = self.folder / "trace.csv"
        for name, args in CAPTURES.items():
            if not any("auth-tag" in arg for arg in args):
                program(f"--trace={trace}", *args, f"testdata/captures/{name}")
                packets = remb.replay.load(f"testdata/captures/{name}").packets
                self.assertEqual(packets, remb.replay.load(trace).packets, name)
        self.assertEqual(set(packets["abs_send_time"]), {None})

    def test_columns(self):
        trace = remb.replay.load("testdata/reference/steady.trace.csv")
        run = remb.replay.run(trace, "adaptive")
        self.assertEqual(len({len(column) for column in run.signals.values()}), 1)
        self.assertEqual(set(run.reports["offset_ms"]), {None})
        self.assertEqual(list(run.rembs["time_us"]), sorted(run.rembs["time_us"]))
        self.assertGreater(len(run.rembs["time_us"]), 10)
        self.assertNotIn("sequence_number", trace.packets)

    def test_faults(self):
        header = "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc"
        for text, fault in {
            "": "1:1: the file is empty",
            "time,ssrc\n": "1:1: the header must be arrival_us,",
            header.replace("ssrc", "size"): "1:74: the header must be arrival_us,",
            f"{header}\n1,2,3,4,5,6\n1,2,x,4,5,6\n": "3:5: column 'rtp_timestamp': 'x' is not a whole number",
            f"{header}\n1,2,3,4,65536,6\n": "2:9: column 'payload_bytes': '65536' is out of range, 0 to 65535",
            f"{header}\r\n1,2,3,4,5\r\n": "2:10: the row ends before column 'ssrc'",
            f"{header}\n1,2,3,4,5,6,7\n": "2:12: the row must end here, not go on with ',7'",
            f"{header}\n1,,,4,5,6\n": "2:4: column 'rtp_timestamp' is empty",
            f"{header}\n\n": "2:1: the line is empty",
        }.items():
            path = self.folder / "trace.csv"
            path.write_text(text)
            with self.subTest(text):
                out, code, err = module(str(path))
                self.assertEqual((out, code), ("", 2))
                self.assertTrue(err.startswith(f"replay: {path}:{fault}"), err)
                if text and not text.startswith("time") and "size" not in text:
                    refused = subprocess.run([PROGRAM, path], capture_output=True, text=True, check=False)
                    self.assertEqual(refused.stderr.replace('"', "'"), err)

    def test_files(self):
        _, code, err = module(str(self.folder / "none.csv"))
        self.assertEqual(code, 2)
        self.assertIn("No such file", err)
        trace = pathlib.Path("testdata/reference/lowrate.trace.csv")
        with trace.open() as file, mock.patch("sys.stdin", file):
            self.assertEqual(module("-")[0], trace.with_name("lowrate.expected.csv").read_text())

    def test_signals_are_whole_or_as_they_were(self):
        out = self.folder / "signals.csv"
        out.write_text("old")
        with mock.patch("remb.__main__._write", side_effect=[None, OSError("no space left")]):
            _, code, err = module("testdata/reference/lowrate.trace.csv", f"--signals={out}")
        self.assertEqual((code, err), (2, "replay: no space left\n"))
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(list(self.folder.glob("signals.csv*")), [out])
        out.chmod(0o600)
        self.assertEqual(module("testdata/reference/lowrate.trace.csv", f"--signals={out}")[1], 0)
        self.assertTrue(out.read_text().startswith("arrival_us,"))
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.folder.glob("signals.csv*")), [out])

    def test_pipe(self):
        """Of which nothing can be read twice."""
        for name in ("chromium.pcap", "chromium-cooked.pcapng"):
            path = f"testdata/captures/{name}"
            with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat, mock.patch("sys.stdin") as stdin:
                stdin.buffer = cat.stdout
                self.assertEqual(module("-")[:2], module(path)[:2])


if __name__ == "__main__":
    unittest.main()
