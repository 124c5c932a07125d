"""The programs in docs/python.md, as they are written there.

Usage: example_test.py [python.md], in the root
"""

import re
import socket
import struct
import subprocess
import sys
import time
import unittest

import remb

DOCUMENT = sys.argv.pop() if len(sys.argv) > 1 else "docs/python.md"


def programs():
    with open(DOCUMENT) as file:
        return re.findall(r"^```python\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)


def rtp_packet(number):
    """1000 bytes of payload with abs-send-time by this machine's clock, id 3."""
    abs_send_time = (time.monotonic_ns() << 18) // 1_000_000_000 & 0xFFFFFF
    extension = struct.pack("!HHI", 0xBEDE, 1, 0x32 << 24 | abs_send_time)
    return struct.pack("!BBHII", 0x90, 96, number & 0xFFFF, 0, 0x1234) + extension + bytes(1000)


class ExampleTest(unittest.TestCase):
    def test_receiver(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        receiver = subprocess.Popen([sys.executable, "-c", programs()[0], str(port)], stderr=subprocess.PIPE, text=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0.01)
            sender.connect(("127.0.0.1", port))
            answer = None
            end = time.monotonic() + 30
            for number in range(3000):
                try:
                    if number == 50:
                        sender.send(b"not RTP")
                    sender.send(rtp_packet(number))
                    answer = sender.recv(2000)
                except (ConnectionRefusedError, socket.timeout):  # it does not listen yet, or has no more to say
                    time.sleep(0.01)
                # Goes on beyond what is no RTP, and for longer than one answer.
                if answer and number > 100 or time.monotonic() > end:
                    break
        self.assertIsNone(receiver.poll(), "it has ended")
        receiver.terminate()
        errors = receiver.communicate()[1]
        self.assertIsNotNone(answer, errors)
        message = remb.Message.parse(answer)
        self.assertEqual((message.sender_ssrc, message.ssrcs()), (1, [0x1234]))
        self.assertGreater(message.bitrate_bps, 100_000)
        self.assertRegex(errors, r"^7 bytes from .*: the packet is malformed$")

    def test_columns(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("no numpy")
        done = subprocess.run([sys.executable, "-c", programs()[1]], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(int(done.stdout), 1_000_000)


if __name__ == "__main__":
    unittest.main()
