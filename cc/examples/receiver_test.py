#!/usr/bin/env python3
"""Has ffmpeg send video to the receiver, and holds the REMBs that come back to what they must be.

Usage: receiver_test.py PREFIX EXAMPLES README, the folders of an installed libremb and of the program. It is built as
its users build it: by pkg-config, and by CMake where there is one. README has programs in C and C++, which are run too.
"""

import contextlib
import itertools
import os
import pathlib
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

SECONDS = 6
# What ffmpeg sends, and what the path carries in the second call.
VIDEO_BPS = 1_000_000
NARROW_BPS = 500_000
FFMPEG = ["ffmpeg", "-v", "error", "-nostdin"]
SOURCE = ["-f", "lavfi", "-i", f"testsrc2=size=320x240:rate=30:duration={SECONDS},noise=alls=20:allf=t"]
CODEC = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "60", "-b:v", str(VIDEO_BPS)]


def flags_of(prefix):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    return subprocess.check_output(["pkg-config", "--cflags", "--libs", "remb"], env=environment, text=True).split()


def build(prefix, examples, scratch):
    """Yields each way to build it, and the program."""
    flags = flags_of(prefix)
    warnings = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
    program = scratch / "receiver"
    subprocess.run(["cc", *warnings, examples / "receiver.c", *flags, "-o", program], check=True)
    yield "pkg-config", program
    if shutil.which("cmake") is None:
        print("skipped: the build by CMake, which is not installed (tools/setup.sh --with=examples)")
        return
    folder = scratch / "cmake"
    subprocess.run(["cmake", "-S", examples, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}"], check=True)
    subprocess.run(["cmake", "--build", folder], check=True)
    yield "CMake", folder / "receiver"


def parse_remb(data):
    """The sender, rate and SSRCs of draft-alvestrand-rmcat-remb-03, section 2.2, or None."""
    if len(data) < 20 or data[:2] != b"\x8f\xce" or data[12:16] != b"REMB":
        return None
    length, sender, media = struct.unpack_from("!HII", data, 2)
    count, exponent, mantissa = data[16], data[17] >> 2, int.from_bytes(data[17:20], "big") & 0x3FFFF
    assert len(data) == 4 * (length + 1) == 20 + 4 * count, data
    assert media == 0, data
    return sender, mantissa << exponent, struct.unpack_from(f"!{count}I", data, 20)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Path:
    """Stands between ffmpeg and the receiver, as a network does, with a queue that is emptied at the rate given."""

    def __init__(self, receiver_port, bps):
        self.receiver, self.bps = ("127.0.0.1", receiver_port), bps
        self.from_sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.to_receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for end in (self.from_sender, self.to_receiver):
            end.bind(("127.0.0.1", 0))
        self.port = self.from_sender.getsockname()[1]
        self.queue, self.busy_until, self.ssrcs, self.rembs = [], 0.0, set(), []

    def run(self, duration):
        start = time.monotonic()
        while (now := time.monotonic()) < start + duration:
            while self.queue and self.queue[0][0] <= now:
                self.to_receiver.sendto(self.queue.pop(0)[1], self.receiver)
            wait = min(0.01, self.queue[0][0] - now) if self.queue else 0.01
            for end in select.select([self.from_sender, self.to_receiver], [], [], max(0, wait))[0]:
                data = end.recv(65535)
                now = time.monotonic()
                if end is self.to_receiver:
                    self.rembs.append((now - start, *parse_remb(data)))
                elif not 192 <= data[1] <= 223:
                    self.ssrcs.add(struct.unpack_from("!I", data, 8)[0])
                    leaves = max(now, self.busy_until) + len(data) * 8 / self.bps
                    if leaves < now + 0.3:  # a queue of 300 ms, and what does not fit is lost
                        self.busy_until = leaves
                        self.queue.append((leaves, data))

    def close(self):
        self.from_sender.close()
        self.to_receiver.close()


def call(program, video, bps):
    port = free_port()
    path = Path(port, bps)
    receiver = subprocess.Popen([program, str(port)], stdout=subprocess.PIPE, text=True)
    target = f"rtp://127.0.0.1:{path.port}?pkt_size=1200"
    sender = subprocess.Popen(
        [*FFMPEG, "-re", "-i", video, "-c", "copy", "-f", "rtp", target], stdout=subprocess.DEVNULL
    )
    try:
        path.run(SECONDS + 3)
        assert sender.wait(timeout=30) == 0, "ffmpeg failed"
        assert receiver.poll() is None, "the receiver ended"
    finally:
        for process in (sender, receiver):
            process.kill()
        path.close()
    printed = receiver.communicate()[0]
    return path, printed


def check(path, printed):
    """What holds of any call. Returns the rates."""
    assert len(path.ssrcs) == 1, path.ssrcs
    assert path.rembs, "no REMB came"
    for _, sender, rate, ssrcs in path.rembs:
        assert sender == 1, sender
        assert set(ssrcs) == path.ssrcs, ssrcs
        assert rate >= 5_000, rate
    times = [remb[0] for remb in path.rembs]
    assert max(b - a for a, b in itertools.pairwise(times)) < 1.5, f"a gap without REMBs: {times}"
    # It falls silent with the sender: 2 s, and what ffmpeg takes to start.
    assert times[-1] - times[0] < SECONDS + 2.5, times
    # The rate on the wire has 18 significant bits.
    rates = [remb[2] for remb in path.rembs]
    said = [int(rate) for rate in re.findall(r": (\d+) bit/s for 1 SSRC", printed)]
    assert len(said) >= len(rates), (said, rates)
    for one_said, rate in zip(said, rates, strict=False):
        assert 0 <= one_said - rate <= one_said >> 17, (said, rates)
    return rates


def answer_of(program, port):
    """The first REMB to 800 kbit/s with abs-send-time, in frames of four packets."""
    receiver = subprocess.Popen([program])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.04)
        try:
            for number in itertools.count():
                assert number < 1000 and receiver.poll() is None, "README's C program does not answer"
                stamp = 3 << 28 | 2 << 24 | int(time.monotonic() * (1 << 18)) & 0xFFFFFF
                rtp = struct.pack("!BBHIIHHI", 0x90, 96, number, 0, 7, 0xBEDE, 1, stamp) + bytes(1000)
                sender.sendto(rtp, ("127.0.0.1", port))
                if number % 4 != 3:
                    continue
                with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                    return parse_remb(sender.recv(2000))
        finally:
            receiver.kill()
            receiver.wait()


def check_readme(prefix, readme, scratch):
    """Its programs, as written but for the port."""
    programs = dict(re.findall(r"^```(c|cpp)\n(.*?)^```$", readme.read_text(), re.DOTALL | re.MULTILINE))
    port, warnings = free_port(), ["-Wall", "-Wextra", "-Werror", *flags_of(prefix)]
    assert "htons(5004)" in programs["c"]
    (scratch / "readme.c").write_text(programs["c"].replace("htons(5004)", f"htons({port})"))
    (scratch / "readme.cc").write_text(programs["cpp"])
    subprocess.run(["cc", scratch / "readme.c", *warnings, "-o", scratch / "readme_c"], check=True)
    subprocess.run(["c++", "-std=c++20", scratch / "readme.cc", *warnings, "-o", scratch / "readme_cc"], check=True)
    printed = subprocess.check_output([scratch / "readme_cc"], text=True)
    assert len(re.findall(r"^\d\.\d{3} s: \d{6,} bit/s$", printed, re.MULTILINE)) > 5, printed
    sender, rate, ssrcs = answer_of(scratch / "readme_c", port)
    assert (sender, ssrcs) == (1, (7,)) and rate > 100_000, (sender, rate, ssrcs)
    print("README's programs run")


def main():
    prefix, examples, readme = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as scratch:
        check_readme(prefix, readme, pathlib.Path(scratch))
        for how, program in build(prefix, examples, pathlib.Path(scratch)):
            bad = subprocess.run([program], capture_output=True, text=True)
            assert bad.returncode == 2 and "usage" in bad.stderr, bad
            print(f"built by {how}")
        if shutil.which("ffmpeg") is None:
            print("skipped: calls, as ffmpeg is not installed (tools/setup.sh --with=examples)")
            return
        # Encoded first, as a busy machine may take longer than the video lasts.
        video = pathlib.Path(scratch) / "video.mkv"
        subprocess.run([*FFMPEG, *SOURCE, *CODEC, video], check=True)
        wide = check(*call(program, video, 100 * VIDEO_BPS))
        print(f"wide path: {len(wide)} REMBs, {min(wide)} to {max(wide)} bit/s")
        assert max(wide) > VIDEO_BPS, wide
        narrow = check(*call(program, video, NARROW_BPS))
        print(f"narrow path: {len(narrow)} REMBs, {min(narrow)} to {max(narrow)} bit/s")
        # ffmpeg does not obey, so the queue stays full and the estimate swings; it must have gone down all the same.
        assert min(narrow) < NARROW_BPS, narrow
        assert sum(narrow) / len(narrow) < sum(wide) / len(wide), (wide, narrow)


if __name__ == "__main__":
    main()
