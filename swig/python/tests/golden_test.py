"""What testdata/reference/golden.csv lists: every reference trace by each of its clocks, to the bit/s.

Usage: golden_test.py [FOLDER]
"""

import array
import csv
import math
import pathlib
import sys
import unittest
from itertools import zip_longest

import remb

FOLDER = pathlib.Path(sys.argv.pop() if len(sys.argv) > 1 else "testdata/reference")
CLOCKS = {
    "abs-send-time": remb.CLOCK_ABS_SEND_TIME,
    "toffset": remb.CLOCK_TRANSMISSION_OFFSET,
    "rtp-timestamp": remb.CLOCK_RTP_TIMESTAMP,
}
STAMPS = remb.STAMP_ABS_SEND_TIME | remb.STAMP_TRANSMISSION_OFFSET | remb.STAMP_RTP_TIMESTAMP
TYPES = {
    "arrival_us": "q",
    "abs_send_time": "I",
    "rtp_timestamp": "I",
    "transmission_offset": "i",
    "payload_bytes": "i",
    "ssrc": "I",
}
# The expected files' columns as members of Stats: whole numbers, and reals, which the files have with nine digits.
EXACT = {"arrival_us": "last_report_us", "time_us": "last_report_us", "ssrc_count": "stream_count"}
EXACT |= {"estimate_bps": "estimate_bps", "detector_state": "state"}
REALS = ("offset_ms", "noise_variance_ms2", "threshold_ms")
TOLERANCE = 1e-6


def rows(name):
    with open(FOLDER / name, newline="") as file:
        yield from csv.DictReader(file)


def columns(name):
    trace = list(rows(name))
    return {column: array.array(letter, (int(row[column]) for row in trace)) for column, letter in TYPES.items()}


def new_estimator(clock):
    return remb.Estimator(remb.Config(profile=remb.PROFILE_LIBWEBRTC, clock=CLOCKS[clock]))


def reports(estimator, trace, estimates):
    """Packet by packet, with what is due between them at its time. Adds to `estimates` one after each packet."""
    packet, message = remb.Packet(stamps=STAMPS), remb.Message()
    for row in zip(*trace.values()):
        for name, value in zip(trace, row):
            setattr(packet, name, value)
        while (due_us := estimator.next_poll_us()) <= packet.arrival_us:
            facts = estimator.poll(due_us, message)
            if facts & remb.ESTIMATE_UPDATED:
                yield estimator.stats()
            if facts & remb.DUE:
                estimator.remb_sent(due_us, message.bitrate_bps)
        if estimator.on_packet(packet) & remb.ESTIMATE_UPDATED:
            yield estimator.stats()
        estimates.append(estimator.estimate())


class GoldenTest(unittest.TestCase):
    def test_every_report(self):
        cases, total = list(rows("golden.csv")), 0
        for case in cases:
            trace, estimates = columns(case["trace"]), []
            with self.subTest(**case):
                expected = rows(case["expected"])
                for stats, row in zip_longest(reports(new_estimator(case["clock"]), trace, estimates), expected):
                    self.assertIsNotNone(stats, "a report is missing")
                    self.assertIsNotNone(row, "a report more than expected")
                    self.check(stats, row)
                    total += 1
                estimate_bps = array.array("q", bytes(8 * len(estimates)))
                new_estimator(case["clock"]).on_packets(**trace, estimate_bps=estimate_bps)
                self.assertEqual(estimate_bps.tolist(), estimates)
        self.assertGreaterEqual(len(cases), 40)
        self.assertGreater(total, 10_000)

    def check(self, stats, row):
        for column, text in row.items():
            if column in EXACT:
                self.assertEqual(getattr(stats, EXACT[column]), int(text), column)
            else:
                self.assertIn(column, REALS)
                close = math.isclose(getattr(stats, column), float(text), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
                self.assertTrue(close, f"{column}: {getattr(stats, column)} is {text}")


if __name__ == "__main__":
    unittest.main()
