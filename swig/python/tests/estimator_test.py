"""What the wrapper adds to the core: how an estimator ends, errors, names, values that come and go."""

import gc
import inspect
import os
import pickle
import unittest
from array import array

import remb


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class EstimatorTest(unittest.TestCase):
    def test_adaptive(self):
        """By the default profile: 400 kbit/s in bursts of five packets, each burst at 4 Mbit/s."""
        config = remb.Config(remb_start_interval_us=remb.OFF)
        self.assertEqual(config.profile, remb.PROFILE_ADAPTIVE)
        estimator = remb.Estimator(config)
        packet = remb.Packet(ssrc=1, payload_bytes=1000, stamps=remb.STAMP_ABS_SEND_TIME | remb.STAMP_SEQUENCE_NUMBER)
        sent = []
        for number in range(500):
            packet.sequence_number = number
            packet.arrival_us = number // 5 * 100_000 + number % 5 * 2_000
            packet.abs_send_time = packet.arrival_us * (1 << 18) // 1_000_000
            if estimator.on_packet(packet) & remb.DUE:
                sent.append(packet.arrival_us)
                estimator.remb_sent(packet.arrival_us, estimator.estimate())
        stats = estimator.stats()
        self.assertEqual((stats.profile, stats.mode), (remb.PROFILE_ADAPTIVE, remb.MODE_GROWTH))
        self.assertGreater(stats.estimate_bps, 400_000)
        self.assertGreater(stats.trains, 90)
        self.assertTrue(0 <= stats.queueing_delay_ms < 1)
        self.assertGreaterEqual(len(sent), 9)

    def test_streams(self):
        estimator = remb.Estimator()
        estimator.add_stream(remb.Stream(9, clock_rate_hz=48_000))
        packet = remb.Packet(ssrc=0, payload_bytes=1000, stamps=remb.STAMP_RTP_TIMESTAMP | remb.STAMP_ABS_CAPTURE_TIME)
        packet.abs_capture_time = -1  # the last moment of an NTP era
        estimator.on_packet(packet)
        self.assertEqual(estimator.streams(), [0, 9])
        heard, unheard = estimator.stream_stats(0), estimator.stream_stats(9)
        self.assertEqual((heard.clock, heard.clock_reason), (remb.CLOCK_ABS_CAPTURE_TIME, remb.REASON_MAPPED))
        self.assertEqual((heard.packets, heard.bytes, heard.alive, heard.added), (1, 1000, 1, 0))
        self.assertEqual((unheard.added, unheard.clock), (1, remb.CLOCK_NONE))
        self.assertEqual(remb.reason_string(unheard.clock_reason), "no packet yet")
        with self.assertRaises(remb.Error) as caught:
            estimator.stream_stats(1)
        self.assertEqual(caught.exception.status, remb.ERR_NOT_FOUND)

    def test_known_streams_only(self):
        estimator = remb.Estimator(remb.Config(known_streams_only=1))
        estimator.add_stream(remb.Stream(9))
        for ssrc in (9, 10):
            estimator.on_packet(remb.Packet(ssrc=ssrc, payload_bytes=1000))
        self.assertEqual((estimator.streams(), estimator.stats().packets), ([9], 1))

    def test_message(self):
        message = remb.Message(sender_ssrc=1, bitrate_bps=1 << 20)
        message.set_ssrcs((3, 2**32 - 1))
        data = message.serialize()
        self.assertIs(type(data), bytes)
        parsed = remb.Message.parse(data)
        self.assertEqual((parsed.sender_ssrc, parsed.bitrate_bps, parsed.ssrcs()), (1, 1 << 20, [3, 2**32 - 1]))
        for wrong, error in ((["3"], TypeError), (3, TypeError), ([-1], OverflowError), ([2**32], OverflowError)):
            with self.assertRaises(error):
                message.set_ssrcs(wrong)
        with self.assertRaises(remb.Error):
            message.set_ssrcs(range(remb.MAX_SSRCS + 1))
        self.assertEqual(message.ssrcs(), [3, 2**32 - 1])

    def test_close(self):
        with remb.Estimator() as estimator:
            self.assertEqual(estimator.estimate(), 0)
        estimator.close()  # once more does no harm
        for use in (estimator.estimate, estimator.stats, lambda: estimator.on_rtp_packet(0, bytes(12))):
            with self.assertRaises(remb.Error) as caught:
                use()
            self.assertEqual((caught.exception.status, str(caught.exception)), (-1, "the estimator is closed"))

    def test_collected(self):
        """Each has 6 kB, so that ten thousand that stayed would be 60 MB."""
        remb.Estimator()
        before = resident_bytes()
        for _ in range(10_000):
            remb.Estimator()
        gc.collect()
        self.assertLess(resident_bytes() - before, 10_000_000)

    def test_errors(self):
        with self.assertRaises(remb.Error) as caught:
            remb.Message.parse(b"\x00")
        self.assertEqual(caught.exception.status, remb.ERR_MALFORMED)
        self.assertIsInstance(caught.exception, RuntimeError)
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((again.status, str(again)), (caught.exception.status, str(caught.exception)))
        with self.assertRaises(remb.Error) as caught:
            remb.Estimator(config=remb.Config(clock=99))
        self.assertEqual(caught.exception.status, remb.ERR_ARGUMENT)
        estimator, message = remb.Estimator(None), remb.Message()
        self.assertEqual(estimator.poll(0, message=message), estimator.poll(0, None))
        for use in (lambda: estimator.poll("0"), lambda: estimator.poll(0, 1), lambda: remb.Estimator.poll(None, 0)):
            with self.assertRaises(TypeError):
                use()

    def test_members(self):
        packet = remb.Packet(ssrc=2**32 - 1)
        self.assertEqual(packet.ssrc, 2**32 - 1)
        self.assertTrue(repr(packet).startswith("Packet(ssrc=4294967295, arrival_us=0, "))
        with self.assertRaises(AttributeError):
            packet.sssrc = 1
        with self.assertRaises(AttributeError):
            remb.Config(profil=remb.PROFILE_LIBWEBRTC)
        with self.assertRaises(AttributeError):
            remb.Estimator().stats().packets = 1
        with self.assertRaises(OverflowError):
            packet.ssrc = -1

    def test_documented(self):
        self.assertIn("RTX, FEC and padding-only packets", remb.Estimator.on_rtp_packet.__doc__)
        self.assertIn("24 bits", remb.Packet.abs_send_time.__doc__)
        self.assertIn("Raises remb.Error", remb.Estimator.__init__.__doc__)
        self.assertEqual(str(inspect.signature(remb.Estimator)), "(config=None)")
        self.assertEqual(str(inspect.signature(remb.Estimator().poll)), "(now_us, message=None)")

    def test_signature(self):
        """That of on_packets, written by hand, has the parameters that it takes, in their order."""
        names = list(inspect.signature(remb.Estimator().on_packets).parameters)
        self.assertEqual(names[:3], ["arrival_us", "ssrc", "payload_bytes"])
        one = dict.fromkeys(("arrival_us", "abs_capture_time", "capture_clock_offset", "estimate_bps"), array("q", [1]))
        one |= dict.fromkeys(("transmission_offset", "sequence_number", "payload_bytes", "facts"), array("i", [1]))
        columns = [one.get(name, array("I", [1])) for name in names]
        remb.Estimator().on_packets(*columns)
        remb.Estimator().on_packets(**dict(zip(names, columns)))  # noqa: B905


if __name__ == "__main__":
    unittest.main()
