"""Sends a moving picture by WebRTC with aiortc, and obeys REMB as aiortc does.

The offer goes to stdout and the answer comes from stdin, each as a line of JSON. Sends until stdin ends.
"""

import argparse
import asyncio
import json
import random
import sys

import aioice.ice
import aiortc
import av
from aiortc.codecs import vpx

WIDTH, HEIGHT = 320, 240
SQUARE = 64  # pixels


class Picture(aiortc.VideoStreamTrack):
    """30 frames/s of noise, which takes all the bits that an encoder has, with a square that moves over it."""

    def __init__(self) -> None:
        super().__init__()
        grey = bytes(120 + value // 16 for value in range(256))
        noise = random.Random(1)
        self.frames = [noise.randbytes(WIDTH * HEIGHT).translate(grey) for _ in range(16)]
        self.count = 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        luma = bytearray(self.frames[self.count % len(self.frames)])
        left = 2 * self.count % (WIDTH - SQUARE)
        for y in range((HEIGHT - SQUARE) // 2, (HEIGHT + SQUARE) // 2):
            luma[y * WIDTH + left : y * WIDTH + left + SQUARE] = bytes([235]) * SQUARE
        self.count += 1
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        frame.planes[0].update(bytes(luma))
        for plane in frame.planes[1:]:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


async def send() -> None:
    connection = aiortc.RTCPeerConnection()
    transceiver = connection.addTransceiver(Picture(), direction="sendonly")
    codecs = aiortc.RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in ("video/VP8", "video/rtx")])
    await connection.setLocalDescription(await connection.createOffer())
    print(json.dumps({"sdp": connection.localDescription.sdp}), flush=True)

    loop = asyncio.get_running_loop()
    answer = await loop.run_in_executor(None, sys.stdin.readline)
    if answer:
        sdp = json.loads(answer)["sdp"]
        await connection.setRemoteDescription(aiortc.RTCSessionDescription(type="answer", sdp=sdp))
        await loop.run_in_executor(None, sys.stdin.read)
    await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-bitrate", type=int, help="bit/s, in place of aiortc's limit of 1.5 Mbit/s for VP8")
    args = parser.parse_args()
    if args.max_bitrate:
        vpx.MAX_BITRATE = args.max_bitrate
    # Left to itself aiortc uses all interfaces but this one.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    asyncio.run(send())


if __name__ == "__main__":
    main()
