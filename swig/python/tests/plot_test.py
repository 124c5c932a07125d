"""remb.plot draws what remb.replay has."""

import pathlib
import re
import tempfile
import unittest

import cached_python

cached_python.require("matplotlib", "pandas", folder="wheel", option="python")

import matplotlib  # noqa: E402
import numpy  # noqa: E402

matplotlib.use("Agg")

import remb.plot  # noqa: E402
import remb.replay  # noqa: E402


def lines(ax):
    return {line.get_label(): line.get_xydata() for line in ax.get_lines()}


class PlotTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.trace = remb.replay.load("testdata/reference/rfc51.trace.csv")
        cls.runs = [remb.replay.run(cls.trace, profile) for profile in remb.replay.PROFILES]

    def test_overview(self):
        rates, libwebrtc, adaptive = remb.plot.overview(self.trace, *self.runs)
        begin_us = self.trace.packets["arrival_us"][0]
        for run in self.runs:
            drawn = lines(rates)[f"estimate, {run.profile}"]
            numpy.testing.assert_allclose(drawn[:, 0], (numpy.array(run.reports["arrival_us"]) - begin_us) / 1e6)
            numpy.testing.assert_allclose(drawn[:, 1], numpy.array(run.reports["estimate_bps"]) / 1e6)
        for ax, run, name in (
            (libwebrtc, self.runs[0], "modified offset"),
            (libwebrtc, self.runs[0], "threshold"),
            (adaptive, self.runs[1], "queueing delay"),
        ):
            column = run.signals[f"{name.replace(' ', '_')}_ms"]
            drawn = lines(ax).get(name, lines(ax).get(f"± {name}"))
            numpy.testing.assert_allclose(drawn[:, 1], column)
        self.assertEqual(libwebrtc.get_ylabel(), "libwebrtc: ms")

        # What was received: the area under it is all that the trace has.
        (area,) = [c for c in rates.collections if c.get_label() == "received"]
        x, y = area.get_paths()[0].vertices.T
        bits = sum(self.trace.packets["payload_bytes"]) * 8
        self.assertAlmostEqual(abs(numpy.trapezoid(y, x)) * 1e6 / bits, 1, delta=0.02)

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "plot.png")
            rates.figure.savefig(path)
            self.assertGreater(path.stat().st_size, 10_000)

    def test_pandas(self):
        frame = self.runs[1].reports.to_pandas()
        self.assertEqual(list(frame), list(self.runs[0].reports))
        self.assertTrue(frame.offset_ms.isna().all())
        self.assertEqual(list(frame.estimate_bps), self.runs[1].reports["estimate_bps"])

    def test_on_axes_of_ones_own(self):
        figure, ax = remb.plot.plt.subplots()
        self.assertIs(remb.plot.signals(self.trace, self.runs[0], ax=ax), ax)
        remb.plot.plt.close(figure)

    def test_manual(self):
        """What docs/replay.md says."""
        (program,) = re.findall("```python\n(.*?)```", pathlib.Path("docs/replay.md").read_text(), re.DOTALL)
        names = {}
        exec(program, names)
        self.assertEqual([run.profile for run in names["runs"]], list(remb.replay.PROFILES))

    def test_lone_packet(self):
        packets = remb.replay.Columns((name, column[:1]) for name, column in self.trace.packets.items())
        trace = remb.replay.Trace("one", packets)
        remb.plot.overview(trace, remb.replay.run(trace), remb.replay.run(trace, "adaptive", "rtp-timestamp"))


if __name__ == "__main__":
    unittest.main()
