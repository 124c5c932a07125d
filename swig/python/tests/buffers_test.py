"""Bytes and columns from all that has the buffer protocol, read and written where they lie."""

import array
import unittest

import remb

try:
    import numpy
except ImportError:
    numpy = None

# Version 2, no extension, sequence number 7, timestamp 90 000, SSRC 5; 100 bytes of payload.
RTP = bytes.fromhex("806000070001 5f90 00000005") + bytes(100)


def columns(count):
    return {
        "arrival_us": array.array("q", range(0, 10_000 * count, 10_000)),
        "ssrc": array.array("I", [1] * count),
        "payload_bytes": array.array("i", [1000] * count),
        "abs_send_time": array.array("I", [number * 2621 for number in range(count)]),
    }


class BytesTest(unittest.TestCase):
    def test_kinds(self):
        for data in (RTP, bytearray(RTP), memoryview(RTP), memoryview(b"__" + RTP)[2:], array.array("B", RTP)):
            estimator = remb.Estimator()
            estimator.on_rtp_packet(0, data)
            self.assertEqual((estimator.streams(), estimator.stats().bytes), ([5], 100), type(data))

    def test_refused(self):
        estimator = remb.Estimator()
        for data in ("text", 5, None, [128, 96]):
            with self.assertRaises(TypeError):
                estimator.on_rtp_packet(0, data)
        with self.assertRaises(BufferError):
            estimator.on_rtp_packet(0, memoryview(RTP)[::2])
        for data in (b"", RTP[:11]):
            with self.assertRaises(remb.Error) as caught:
                estimator.on_rtp_packet(0, data)
            self.assertEqual(caught.exception.status, remb.ERR_MALFORMED)

    def test_released(self):
        """A bytearray can't grow while someone looks at it."""
        data = bytearray(RTP)
        remb.Estimator().on_rtp_packet(0, data)
        data.append(0)
        del data[5:]
        with self.assertRaises(remb.Error):
            remb.Estimator().on_rtp_packet(0, data)
        data.append(0)


class ColumnsTest(unittest.TestCase):
    def test_as_on_packet(self):
        """The batch call answers as a call for each packet, and writes what came after each."""
        count = 500
        given = columns(count)
        batch, single = remb.Estimator(), remb.Estimator()
        estimate_bps, facts = array.array("q", [-1] * count), array.array("i", [-1] * count)
        together = batch.on_packets(**given, estimate_bps=estimate_bps, facts=facts)
        expected = []
        packet = remb.Packet(stamps=remb.STAMP_ABS_SEND_TIME)
        for row in zip(*given.values()):
            for name, value in zip(given, row):
                setattr(packet, name, value)
            expected.append((single.on_packet(packet), single.estimate()))
        self.assertEqual(list(zip(facts, estimate_bps)), expected)
        self.assertEqual(together, remb.ESTIMATE_UPDATED | remb.DUE)
        self.assertGreater(expected[-1][1], 0)

    def test_stamps(self):
        """Which packets have what there are columns of."""
        given = columns(2)
        estimator = remb.Estimator()
        estimator.on_packets(**given, stamps=array.array("I", [remb.STAMP_ABS_SEND_TIME, 0]))
        self.assertEqual(estimator.stream_stats(1).stamps, 0)
        estimator.on_packets(*given.values())
        self.assertEqual(estimator.stream_stats(1).stamps, remb.STAMP_ABS_SEND_TIME)

    def test_refused(self):
        estimator = remb.Estimator()
        for name, wrong in (
            ("ssrc", array.array("i", [1, 1])),
            ("ssrc", array.array("Q", [1, 1])),
            ("arrival_us", array.array("d", [1, 2])),
            ("arrival_us", bytes(16)),
            ("payload_bytes", [1, 2]),
            ("payload_bytes", memoryview(array.array("i", [1, 2, 3, 4])).cast("B").cast("i", (2, 2))),
        ):
            with self.assertRaises(TypeError, msg=f"{name}: {wrong}"):
                estimator.on_packets(**{**columns(2), name: wrong})
        with self.assertRaises(BufferError):
            estimator.on_packets(**columns(2), facts=memoryview(array.array("i", [0, 0])).toreadonly())
        for name, status in (("arrival_us", remb.ERR_TIME), ("payload_bytes", remb.ERR_ARGUMENT)):
            given = columns(2)
            given[name][1] = -1
            with self.assertRaises(remb.Error) as caught:
                estimator.on_packets(**given)
            self.assertEqual(caught.exception.status, status)
        with self.assertRaises(remb.Error):
            estimator.on_packets(**{**columns(2), "ssrc": array.array("I", [1])})
        self.assertEqual(estimator.stats().packets, 0)

    def test_empty(self):
        self.assertEqual(remb.Estimator().on_packets(**columns(0)), 0)

    @unittest.skipIf(numpy is None, "no numpy")
    def test_numpy(self):
        given = {name: numpy.asarray(column) for name, column in columns(500).items()}
        self.assertEqual(given["ssrc"].dtype, numpy.uint32)
        estimate_bps = numpy.zeros(500, numpy.int64)
        remb.Estimator().on_packets(**given, estimate_bps=estimate_bps)
        self.assertGreater(estimate_bps[-1], 0)
        remb.Estimator().on_rtp_packet(0, numpy.frombuffer(RTP, numpy.uint8))
        with self.assertRaisesRegex(TypeError, "wants an array of uint32 of one dimension, not of format 'l'"):
            remb.Estimator().on_packets(**{**given, "ssrc": numpy.ones(500, numpy.int64)})


if __name__ == "__main__":
    unittest.main()
