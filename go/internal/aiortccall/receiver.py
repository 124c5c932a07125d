"""Receives a picture by WebRTC with aiortc, whose estimator is libremb or its own.

The offer comes from stdin and the answer goes to stdout, each as a line of JSON. Receives until stdin ends; then
figures go to stdout likewise.
"""

import argparse
import asyncio
import functools
import json
import sys
import time
from collections.abc import Callable

import aioice.ice
import aiortc
import aiortc.rate
import remb
import remb.aiortc


class Cost:
    """What calls of a method cost this thread."""

    def __init__(self, owner: type, name: str) -> None:
        self.calls = self.ns = 0
        setattr(owner, name, self.measured(getattr(owner, name)))

    def measured(self, method: Callable) -> Callable:
        @functools.wraps(method)
        def call(*args, **kwargs):
            start = time.thread_time_ns()
            result = method(*args, **kwargs)
            self.ns += time.thread_time_ns() - start
            self.calls += 1
            return result

        return call


async def drain(track: aiortc.MediaStreamTrack) -> None:
    try:
        while True:
            await track.recv()
    except aiortc.MediaStreamError:
        pass


async def receive(profile: str) -> dict:
    if profile:
        config = remb.Config()
        config.profile = {"adaptive": remb.PROFILE_ADAPTIVE, "libwebrtc": remb.PROFILE_LIBWEBRTC}[profile]
        remb.aiortc.enable(config=config)
        cost = Cost(remb.aiortc._Shared, "_on_rtp")
    else:
        cost = Cost(aiortc.rate.RemoteBitrateEstimator, "add")
    rembs = 0
    send = aiortc.RTCDtlsTransport._send_rtp

    async def count_and_send(self: aiortc.RTCDtlsTransport, data: bytes) -> None:
        await send(self, data)
        nonlocal rembs
        rembs += data[12:16] == b"REMB"

    aiortc.RTCDtlsTransport._send_rtp = count_and_send

    connection = aiortc.RTCPeerConnection()
    drains = []
    connection.on("track", lambda track: drains.append(asyncio.ensure_future(drain(track))))
    loop = asyncio.get_running_loop()
    offer = json.loads(await loop.run_in_executor(None, sys.stdin.readline))["sdp"]
    await connection.setRemoteDescription(aiortc.RTCSessionDescription(type="offer", sdp=offer))
    await connection.setLocalDescription(await connection.createAnswer())
    print(json.dumps({"sdp": connection.localDescription.sdp}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    await connection.close()
    await asyncio.gather(*drains)
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    return {"rembs": rembs, "packets": cost.calls, "us_a_packet": cost.ns / 1000 / max(1, cost.calls), "left": left}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--libremb", metavar="PROFILE", default="", help="adaptive or libwebrtc; aiortc's own without")
    args = parser.parse_args()
    # Left to itself aiortc uses all interfaces but this one.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    print(json.dumps(asyncio.run(receive(args.libremb))), flush=True)


if __name__ == "__main__":
    main()
