"""remb.aiortc in real connections of aiortc within this process."""

import asyncio
import contextlib
import gc
import unittest
import weakref
from unittest import mock

import cached_python

cached_python.require("aiortc", folder="aiortc", option="aiortc")

import aioice.ice  # noqa: E402
import aiortc  # noqa: E402
import remb.aiortc  # noqa: E402
from aiortc.mediastreams import MediaStreamError  # noqa: E402
from aiortc.rate import RemoteBitrateEstimator  # noqa: E402
from aiortc.rtp import RtcpPacket, unpack_remb_fci  # noqa: E402

OWN_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"


class Call:
    """Two connections, of which the first sends."""

    def __init__(self, sender, receiver):
        self.sender, self.receiver = sender, receiver
        self.rembs = []  # bit/s and SSRCs, as the sender got them
        self.drains = []
        receiver.on("track", lambda track: self.drains.append(asyncio.ensure_future(self.drain(track))))

    @staticmethod
    async def drain(track):
        with contextlib.suppress(MediaStreamError):
            while True:
                await track.recv()

    async def connect(self):
        await self.sender.setLocalDescription(await self.sender.createOffer())
        await self.receiver.setRemoteDescription(self.sender.localDescription)
        await self.receiver.setLocalDescription(await self.receiver.createAnswer())
        transport = self.sender.getSenders()[0].transport
        handle = transport._handle_rtcp_data

        async def listen(data):
            for packet in RtcpPacket.parse(data):
                if getattr(packet, "fci", b"")[:4] == b"REMB":
                    self.rembs.append((*unpack_remb_fci(packet.fci), packet.ssrc))
            await handle(data)

        transport._handle_rtcp_data = listen
        await self.sender.setRemoteDescription(self.receiver.localDescription)

    def estimators(self):
        return [
            getattr(receiver, OWN_ESTIMATOR)
            for receiver in self.receiver.getReceivers()
            if receiver.track.kind == "video"
        ]

    async def close(self):
        await self.sender.close()
        await self.receiver.close()
        await asyncio.gather(*self.drains)


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


class AiortcTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        # Left to itself aiortc uses all interfaces but this one.
        self.enterContext(mock.patch.object(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"]))
        self.addCleanup(remb.aiortc.disable)

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # it would tell of every delay

    async def call(self, *tracks):
        call = Call(aiortc.RTCPeerConnection(), aiortc.RTCPeerConnection())
        for track in tracks:
            call.sender.addTrack(track)
        await call.connect()
        return call

    async def test_receivers_share_an_estimator(self):
        remb.aiortc.enable()
        call = await self.call(aiortc.VideoStreamTrack(), aiortc.VideoStreamTrack(), aiortc.AudioStreamTrack())
        estimator = remb.aiortc.estimator(call.receiver)
        videos = sorted(sender._ssrc for sender in call.sender.getSenders() if sender.kind == "video")
        await until(
            lambda: any(sorted(ssrcs) == videos for _, ssrcs, _ in call.rembs) and len(estimator.streams()) == 3
        )
        self.assertEqual(call.estimators(), [None, None])

        stats = {ssrc: estimator.stream_stats(ssrc) for ssrc in estimator.streams()}
        for ssrc in videos:
            self.assertGreater(stats[ssrc].packets, 0)
            self.assertEqual(stats[ssrc].clock, remb.CLOCK_ABS_SEND_TIME)
        (audio,) = set(stats) - set(videos)
        self.assertEqual((stats[audio].kind, stats[audio].packets), (remb.KIND_AUDIO, 0))

        # It is obeyed: two REMBs, that of the limit and one that nothing else would make due.
        call.rembs.clear()
        estimator.set_max_bitrate(300_000)
        encoders = [sender._RTCRtpSender__encoder for sender in call.sender.getSenders() if sender.kind == "video"]
        await until(lambda: len(call.rembs) > 1 and all(encoder.target_bitrate <= 300_000 for encoder in encoders))
        bitrate, _, ssrc = call.rembs[-1]
        self.assertLessEqual(bitrate, 300_000)
        self.assertIn(ssrc, [sender._ssrc for sender in call.receiver.getSenders()])

        # A receiver that stops takes its streams with it, the last one all.
        stopped = call.sender.getSenders()[0]._ssrc
        (left,) = set(videos) - {stopped}
        await call.sender.getSenders()[0].stop()
        await asyncio.sleep(0.2)
        self.assertIn(stopped, estimator.streams())
        await call.receiver.getTransceivers()[0].stop()
        self.assertEqual(set(estimator.streams()), {left, audio})
        call.rembs.clear()
        await until(lambda: call.rembs and call.rembs[-1][1] == [left])
        await call.close()
        self.assertEqual(estimator.streams(), [])
        self.assertEqual(asyncio.all_tasks(), {asyncio.current_task()})

    async def test_rembs_without_packets(self):
        """Each 100 ms in the first 3 s, until streams count as gone 2 s after their last packet."""
        remb.aiortc.enable()
        track = aiortc.VideoStreamTrack()
        call = await self.call(track)
        await until(lambda: call.rembs)
        call.sender.getSenders()[0].replaceTrack(None)
        estimator = remb.aiortc.estimator(call.receiver)
        packets = None
        while packets != estimator.stats().packets:
            packets = estimator.stats().packets
            await asyncio.sleep(0.2)
        before = len(call.rembs)
        await asyncio.sleep(1)
        self.assertEqual(estimator.stats().packets, packets)
        self.assertGreaterEqual(len(call.rembs), before + 1)
        await until(lambda: estimator.next_poll_us() == (1 << 63) - 1)
        await asyncio.sleep(0.2)  # the last one may still be on its way
        silent = len(call.rembs)
        await asyncio.sleep(1.2)
        self.assertEqual(len(call.rembs), silent)
        call.sender.getSenders()[0].replaceTrack(track)
        await until(lambda: len(call.rembs) > silent)
        await call.close()

    async def test_failed_send(self):
        remb.aiortc.enable()
        failures = 0
        send = aiortc.RTCDtlsTransport._send_rtp

        async def fail(transport, data):
            nonlocal failures
            if data[12:16] == b"REMB" and failures < 3:
                failures += 1
                raise ConnectionError
            await send(transport, data)

        call = Call(aiortc.RTCPeerConnection(), aiortc.RTCPeerConnection())
        call.sender.addTrack(aiortc.VideoStreamTrack())
        with mock.patch.object(aiortc.RTCDtlsTransport, "_send_rtp", fail):
            await call.connect()
            await until(lambda: failures == 1)
            self.assertEqual(remb.aiortc.estimator(call.receiver).stats().last_remb_bps, 0)
            await until(lambda: call.rembs)
            self.assertEqual(failures, 3)
            await until(lambda: remb.aiortc.estimator(call.receiver).stats().last_remb_bps > 0)
            await call.close()

    async def test_one_connection(self):
        chosen, other = aiortc.RTCPeerConnection(), aiortc.RTCPeerConnection()
        for connection in (chosen, other):
            connection.addTransceiver("video", direction="recvonly")
        remb.aiortc.enable(chosen, remb.Config(profile=remb.PROFILE_LIBWEBRTC))
        self.assertEqual(remb.aiortc.estimator(chosen).stats().profile, remb.PROFILE_LIBWEBRTC)
        self.assertIsNone(remb.aiortc.estimator(other))
        self.assertIsNone(getattr(chosen.getReceivers()[0], OWN_ESTIMATOR))
        self.assertIsInstance(getattr(other.getReceivers()[0], OWN_ESTIMATOR), RemoteBitrateEstimator)
        remb.aiortc.disable(chosen)
        self.assertIsNone(remb.aiortc.estimator(chosen))
        self.assertIsInstance(getattr(chosen.getReceivers()[0], OWN_ESTIMATOR), RemoteBitrateEstimator)
        await chosen.close()
        await other.close()

    async def test_disable_during_a_call(self):
        remb.aiortc.enable()
        call = await self.call(aiortc.VideoStreamTrack())
        await until(lambda: call.rembs)
        attributes = set(vars(call.receiver)), set(vars(call.receiver.getReceivers()[0].transport))
        with self.assertRaisesRegex(RuntimeError, "connected"):
            remb.aiortc.enable(call.receiver)
        remb.aiortc.disable()
        self.assertIsNone(remb.aiortc.estimator(call.receiver))
        self.assertIsNone(remb.aiortc.estimator(aiortc.RTCPeerConnection()))
        own = call.estimators()[0]
        await until(lambda: own.ssrcs)  # packets come to it
        after = set(vars(call.receiver)), set(vars(call.receiver.getReceivers()[0].transport))
        self.assertEqual(attributes[0] - after[0], {"_remb_shared", "_RTCPeerConnection__createTransceiver"})
        self.assertEqual(attributes[1] - after[1], {"_handle_rtp_data"})
        await call.close()
        self.assertEqual(asyncio.all_tasks(), {asyncio.current_task()})

    async def test_unknown_aiortc(self):
        with (
            mock.patch.object(aiortc, "__version__", "2.0.0"),
            self.assertRaisesRegex(remb.aiortc.UnknownAiortcError, "aiortc 2.0.0"),
        ):
            remb.aiortc.enable()
        with (
            mock.patch.object(aiortc.RTCDtlsTransport, "_recv_next", print),
            self.assertRaisesRegex(
                remb.aiortc.UnknownAiortcError, "no _handle_rtp_data in RTCDtlsTransport._recv_next"
            ),
        ):
            remb.aiortc.enable()
        self.assertIsNone(remb.aiortc.estimator(aiortc.RTCPeerConnection()))

    async def test_cancelled_with_a_packet(self):
        """A packet that wakes the task that sends REMBs does not keep it from ending."""
        remb.aiortc.enable(config=remb.Config(profile=remb.PROFILE_LIBWEBRTC))
        for turns_later in range(4):
            connection = aiortc.RTCPeerConnection()
            shared = remb.aiortc._shared_of(connection)
            # From now on there is a time for the next poll.
            shared.estimator.on_packet(remb.Packet(ssrc=1, arrival_us=remb.aiortc._now_us(), payload_bytes=1000))
            task = asyncio.ensure_future(shared._run())
            await asyncio.sleep(0.01)
            shared._wake.set()
            for _ in range(turns_later):
                await asyncio.sleep(0)
            task.cancel()
            done, _ = await asyncio.wait([task], timeout=1)
            self.assertTrue(done, f"cancelled {turns_later} turns after a packet")
            await connection.close()

    async def test_connections_are_collected(self):
        remb.aiortc.enable()
        closed, abandoned = aiortc.RTCPeerConnection(), aiortc.RTCPeerConnection()
        for connection in (closed, abandoned):
            connection.addTransceiver("video", direction="recvonly")
        await closed.close()
        left = [weakref.ref(closed), weakref.ref(abandoned)]
        del closed, abandoned, connection
        gc.collect()
        self.assertEqual([reference() for reference in left], [None, None])

    async def test_bad_config(self):
        with self.assertRaises(remb.Error):
            remb.aiortc.enable(config=remb.Config(remb_interval_us=1))


if __name__ == "__main__":
    unittest.main()
