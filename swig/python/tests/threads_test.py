"""The batch call lets other threads run Python, and one estimator is used by one thread at a time."""

import array
import threading
import time
import unittest

import remb

PACKETS = 2_000_000


def columns(count):
    """1 Mbit/s."""
    return {
        "arrival_us": array.array("q", range(0, 8_000 * count, 8_000)),
        "ssrc": array.array("I", [1]) * count,
        "payload_bytes": array.array("i", [1000]) * count,
        "abs_send_time": array.array("I", (number * 2097 & 0xFFFFFF for number in range(count))),
    }


class ThreadsTest(unittest.TestCase):
    def test_others_run(self):
        given = columns(PACKETS)
        estimator = remb.Estimator()
        span = []

        def run():
            start = time.perf_counter()
            estimator.on_packets(**given)
            span.extend((start, time.perf_counter()))

        ticks = []
        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            ticks.append(time.perf_counter())
            time.sleep(0.001)
        start, end = span
        quarter = (end - start) / 4
        self.assertEqual(estimator.stats().packets, PACKETS)
        # With the lock held there would be none but at the ends.
        self.assertGreater(sum(start + quarter < tick < end - quarter for tick in ticks), 5)

    def test_shared(self):
        """Calls that come meanwhile wait, and none is lost."""
        given = {**columns(20_000), "arrival_us": array.array("q", [0]) * 20_000}
        estimator = remb.Estimator()

        def batches():
            for _ in range(20):
                estimator.on_packets(**given)

        def singles():
            packet = remb.Packet(ssrc=2, payload_bytes=1)
            for _ in range(20_000):
                estimator.on_packet(packet)
                estimator.estimate()

        threads = [threading.Thread(target=run) for run in (batches, singles, batches, singles)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(estimator.stats().packets, 2 * 20 * 20_000 + 2 * 20_000)

    def test_closed_meanwhile(self):
        given = columns(PACKETS // 4)
        estimator = remb.Estimator()
        started = threading.Event()

        def run():
            started.set()
            estimator.on_packets(**given)

        thread = threading.Thread(target=run)
        thread.start()
        started.wait()
        estimator.close()  # after the batch, or before it
        thread.join()
        with self.assertRaises(remb.Error):
            estimator.estimate()


if __name__ == "__main__":
    unittest.main()
