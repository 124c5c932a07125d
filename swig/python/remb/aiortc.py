"""Gives the receivers of aiortc libremb's estimates instead of its own:

    import remb.aiortc

    remb.aiortc.enable()  # all RTCPeerConnections that are made from now on

The receivers of a connection then share one estimator. It takes every RTP packet as it arrives, and REMBs go out when
it says so, also while no packet comes. disable() undoes that. Call all of this in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from typing import Any

import aiortc
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters

from . import DUE, ID_NONE, KIND_AUDIO, KIND_VIDEO, Config, Error, Estimator, Message, Stream

__all__ = ["UnknownAiortcError", "disable", "enable", "estimator"]

_logger = logging.getLogger(__name__)

# What is used of aiortc besides its documented interface: a method, and a name that its code refers to.
_INTERNALS = (
    (aiortc.RTCPeerConnection, "_RTCPeerConnection__createTransceiver", "RTCRtpReceiver"),
    (aiortc.RTCRtpReceiver, "__init__", "_RTCRtpReceiver__remote_bitrate_estimator"),
    (aiortc.RTCRtpReceiver, "_handle_rtp_packet", "_RTCRtpReceiver__remote_bitrate_estimator"),
    (aiortc.RTCRtpSender, "__init__", "_ssrc"),
    (aiortc.RTCDtlsTransport, "_recv_next", "_handle_rtp_data"),
    (aiortc.RTCDtlsTransport, "_send_rtp", "protect_rtcp"),
)
_FIRST_VERSION, _NEXT_VERSION = (1, 9), (2, 0)

_EXTENSIONS = {  # by the member of Stream
    "abs_send_time_id": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "transmission_offset_id": "urn:ietf:params:rtp-hdrext:toffset",
    "abs_capture_time_id": "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
}

_NEVER_US = (1 << 63) - 1  # next_poll_us: not before another packet
_RETRY_S = 0.1  # at most, after a send that failed, by remb.h
_TIMER_US = 1000  # the timers of event loops are no finer


class UnknownAiortcError(RuntimeError):
    """This aiortc is built otherwise than those that remb.aiortc knows."""


def enable(connection: aiortc.RTCPeerConnection | None = None, config: Config | None = None) -> None:
    """Has libremb estimate for a connection that does not connect yet, or for all that are made from now on.

    config is the estimators', but for ids of header extensions, which come from each negotiation. Enabled once more,
    the new config holds. Raises UnknownAiortcError; RuntimeError for a connection that connects already; remb.Error for
    a config that is out of range.
    """
    _check_aiortc()
    if connection is None:
        Estimator(config or Config())  # raises here rather than where connections are made

        def init(self: aiortc.RTCPeerConnection, *args: Any, **kwargs: Any) -> None:
            _original_init(self, *args, **kwargs)
            _Shared(self, config)

        _replace(aiortc.RTCPeerConnection, __init__=init)
        return
    if connection.connectionState != "new":
        raise RuntimeError(f"the connection is {connection.connectionState}: enable it before it has both descriptions")
    disable(connection)
    _Shared(connection, config)


def disable(connection: aiortc.RTCPeerConnection | None = None) -> None:
    """Gives a connection fresh estimators of aiortc again; without an argument all connections, made or not yet."""
    if connection is None:
        _replace(aiortc.RTCPeerConnection, __init__=_original_init)
    for shared in list(_all) if connection is None else [_shared_of(connection)]:
        if shared is not None:
            shared.detach()


def estimator(connection: aiortc.RTCPeerConnection) -> Estimator | None:
    """Returns what estimates for a connection, to read statistics and set limits; None if libremb does not."""
    shared = _shared_of(connection)
    return None if shared is None else shared.estimator


def _shared_of(connection: aiortc.RTCPeerConnection) -> _Shared | None:
    shared: _Shared | None = connection.__dict__.get(_SHARED)
    return shared


def _check_aiortc() -> None:
    version = tuple(int(part) for part in aiortc.__version__.split(".")[:2])
    if not _FIRST_VERSION <= version < _NEXT_VERSION:
        raise UnknownAiortcError(f"aiortc {aiortc.__version__}: remb.aiortc knows versions 1.9 to 1.16, and later 1.x")
    for owner, method, name in _INTERNALS:
        code = getattr(getattr(owner, method, None), "__code__", None)
        if code is None or name not in code.co_names:
            where = f"{owner.__name__}.{method}"
            raise UnknownAiortcError(f"aiortc {aiortc.__version__} is not what remb.aiortc knows: no {name} in {where}")


def _replace(owner: object, **members: object) -> None:
    for name, value in members.items():
        setattr(owner, name, value)


def _now_us() -> int:
    return time.monotonic_ns() // 1000


class _Started:
    """A receiver that packets come to."""

    def __init__(self, transceiver: aiortc.RTCRtpTransceiver, parameters: RTCRtpReceiveParameters) -> None:
        self.transport = transceiver.receiver.transport
        self.kind = KIND_AUDIO if transceiver.kind == "audio" else KIND_VIDEO
        self.sender_ssrc: int = transceiver.sender._ssrc  # of the receiver's RTCP too
        self.clock_rates = {codec.payloadType: codec.clockRate for codec in parameters.codecs}
        ids = {extension.uri: extension.id for extension in parameters.headerExtensions}
        self.ids = {member: ids.get(uri, ID_NONE) for member, uri in _EXTENSIONS.items()}
        self.signalled = {encoding.ssrc for encoding in parameters.encodings}
        self.signalled |= {encoding.rtx.ssrc for encoding in parameters.encodings if encoding.rtx}
        self.ssrcs: set[int] = set()  # of the packets that came

    def stream(self, ssrc: int, payload_type: int) -> Stream:
        stream = Stream(ssrc)
        stream.kind, stream.clock_rate_hz = self.kind, self.clock_rates[payload_type]
        for member, value in self.ids.items():
            setattr(stream, member, value)
        return stream


class _Shared:
    """What a connection's receivers share; an attribute of the connection, with which it goes."""

    def __init__(self, connection: aiortc.RTCPeerConnection, config: Config | None) -> None:
        self.estimator = Estimator(config or Config())
        self._connection = connection
        self._started: dict[aiortc.RTCRtpReceiver, _Started] = {}
        self._ssrcs: set[int] = set()  # of all receivers
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None
        self._any_packet_wakes = False
        create = getattr(connection, _CREATE_TRANSCEIVER)

        def create_transceiver(*args: Any, **kwargs: Any) -> aiortc.RTCRtpTransceiver:
            transceiver: aiortc.RTCRtpTransceiver = create(*args, **kwargs)
            self._adopt(transceiver)
            return transceiver

        for transceiver in connection.getTransceivers():
            self._adopt(transceiver)
        setattr(connection, _CREATE_TRANSCEIVER, create_transceiver)
        setattr(connection, _SHARED, self)
        _all.add(self)

    def detach(self) -> None:
        """Leaves all as it was found."""
        for transceiver in self._connection.getTransceivers():
            receiver = transceiver.receiver
            self._forget(receiver)
            del receiver.receive, receiver.stop
            if transceiver.kind == "video":
                setattr(receiver, _OWN_ESTIMATOR, RemoteBitrateEstimator())
        delattr(self._connection, _CREATE_TRANSCEIVER)
        delattr(self._connection, _SHARED)
        _all.discard(self)
        if self._task is not None:
            self._task.cancel()

    def _adopt(self, transceiver: aiortc.RTCRtpTransceiver) -> None:
        """Takes the place of a new receiver's own estimator."""
        receiver = transceiver.receiver
        receive, stop = receiver.receive, receiver.stop

        async def receive_and_start(parameters: RTCRtpReceiveParameters) -> None:
            await receive(parameters)
            if receiver not in self._started:
                self._start(receiver, _Started(transceiver, parameters))

        async def stop_and_forget() -> None:
            await stop()
            self._forget(receiver)
            if not self._started and self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)

        _replace(receiver, receive=receive_and_start, stop=stop_and_forget)
        setattr(receiver, _OWN_ESTIMATOR, None)  # as aiortc has it for audio: none

    def _start(self, receiver: aiortc.RTCRtpReceiver, started: _Started) -> None:
        self._started[receiver] = started
        transport = started.transport
        if _HANDLE_RTP not in transport.__dict__:
            handle = getattr(transport, _HANDLE_RTP)

            async def estimate_and_handle(data: bytes, *args: Any, **kwargs: Any) -> None:
                self._on_rtp(transport, data)
                await handle(data, *args, **kwargs)

            setattr(transport, _HANDLE_RTP, estimate_and_handle)
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    def _forget(self, receiver: aiortc.RTCRtpReceiver) -> None:
        started = self._started.pop(receiver, None)
        if started is None:
            return
        self._ssrcs -= started.ssrcs
        for ssrc in started.ssrcs:
            with contextlib.suppress(Error):  # it may have been closed
                self.estimator.remove_stream(ssrc)
        if all(other.transport is not started.transport for other in self._started.values()):
            delattr(started.transport, _HANDLE_RTP)

    def _on_rtp(self, transport: aiortc.RTCDtlsTransport, data: bytes) -> None:
        """Takes a packet before aiortc looks for its receiver: it took room on the path in any case."""
        try:
            if (ssrc := int.from_bytes(data[8:12], "big")) not in self._ssrcs:
                self._add(transport, ssrc, data[1] & 0x7F)
            facts = self.estimator.on_rtp_packet(_now_us(), data)
        except Error as error:  # no reason for aiortc to do without it
            _logger.debug("an RTP packet is not counted: %s", error)
            return
        if (facts or self._any_packet_wakes) and self._wake is not None:
            self._wake.set()

    def _add(self, transport: aiortc.RTCDtlsTransport, ssrc: int, payload_type: int) -> None:
        """Adds a stream as its receiver negotiated it. One that is nobody's counts without a send time."""
        able = [s for s in self._started.values() if s.transport is transport and payload_type in s.clock_rates]
        if not able:
            return
        # Not all is signalled by SSRC; but payload types and ids mean the same to all receivers of a transport.
        started = next((s for s in able if ssrc in s.signalled), able[0])
        self.estimator.add_stream(started.stream(ssrc, payload_type))
        started.ssrcs.add(ssrc)
        self._ssrcs.add(ssrc)

    async def _run(self) -> None:
        """Sends each REMB when it is due."""
        self._wake = wake = asyncio.Event()
        message = Message()
        while True:
            wake.clear()
            now_us = _now_us()
            if self.estimator.poll(now_us, message) & DUE:
                if not await self._send(message):
                    await asyncio.sleep(_RETRY_S)
                    continue
                self.estimator.remb_sent(now_us, message.bitrate_bps)
            due_us = self.estimator.next_poll_us()
            self._any_packet_wakes = due_us == _NEVER_US
            timer = None
            if not self._any_packet_wakes:
                timer = asyncio.get_running_loop().call_later(max(due_us - _now_us(), _TIMER_US) / 1e6, wake.set)
            # Not asyncio.wait_for, which before Python 3.12 can lose a cancellation that comes together with a packet.
            try:
                await wake.wait()
            finally:
                if timer is not None:
                    timer.cancel()

    async def _send(self, message: Message) -> bool:
        """Sends to where media comes from, which is one place unless the connection is not bundled."""
        sent = False
        for transport, sender_ssrc in {s.transport: s.sender_ssrc for s in self._started.values()}.items():
            message.sender_ssrc = sender_ssrc
            try:
                await transport._send_rtp(message.serialize())
                sent = True
            except ConnectionError:
                pass
        return sent


_CREATE_TRANSCEIVER = "_RTCPeerConnection__createTransceiver"
_OWN_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"
_HANDLE_RTP = "_handle_rtp_data"
_SHARED = "_remb_shared"
_original_init = aiortc.RTCPeerConnection.__init__
_all: weakref.WeakSet[_Shared] = weakref.WeakSet()
