# What swig makes of remb.i and language.i; typing_test holds it against the module.
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Protocol

from typing_extensions import Buffer, Self, TypeAlias

# numpy's arrays: before Python 3.12 they are not known as buffers.
class _NumpyArray(Protocol):
    @property
    def __array_interface__(self) -> dict[str, Any]: ...

_Array: TypeAlias = Buffer | _NumpyArray

ESTIMATE_UPDATED: Final[int]
DUE: Final[int]
ERR_NULL: Final[int]
ERR_STRUCT_SIZE: Final[int]
ERR_ARGUMENT: Final[int]
ERR_TIME: Final[int]
ERR_BUFFER_TOO_SMALL: Final[int]
ERR_MALFORMED: Final[int]
ERR_NO_MEMORY: Final[int]
ERR_NOT_FOUND: Final[int]
ERR_TOO_MANY_STREAMS: Final[int]
PROFILE_DEFAULT: Final[int]
PROFILE_LIBWEBRTC: Final[int]
PROFILE_ADAPTIVE: Final[int]
CLOCK_AUTO: Final[int]
CLOCK_ABS_SEND_TIME: Final[int]
CLOCK_TRANSMISSION_OFFSET: Final[int]
CLOCK_RTP_TIMESTAMP: Final[int]
CLOCK_ABS_CAPTURE_TIME: Final[int]
CLOCK_NONE: Final[int]
KIND_VIDEO: Final[int]
KIND_AUDIO: Final[int]
STAMP_ABS_SEND_TIME: Final[int]
STAMP_TRANSMISSION_OFFSET: Final[int]
STAMP_RTP_TIMESTAMP: Final[int]
STAMP_ABS_CAPTURE_TIME: Final[int]
STAMP_CAPTURE_CLOCK_OFFSET: Final[int]
STAMP_SEQUENCE_NUMBER: Final[int]
STATE_NORMAL: Final[int]
STATE_UNDERUSING: Final[int]
STATE_OVERUSING: Final[int]
MODE_NONE: Final[int]
MODE_START: Final[int]
MODE_GROWTH: Final[int]
MODE_HOLD: Final[int]
MODE_BACK_OFF: Final[int]
MODE_COMPETITION: Final[int]
REASON_UNHEARD: Final[int]
REASON_CONFIG: Final[int]
REASON_CARRIED: Final[int]
REASON_MAPPED: Final[int]
REASON_NO_ABS_SEND_TIME: Final[int]
REASON_NO_STAMP: Final[int]
REASON_NO_MAPPING: Final[int]
REASON_OTHER_CLOCK: Final[int]
REASON_AUDIO: Final[int]
ID_NONE: Final[int]
OFF: Final[int]
MAX_TIME_US: Final[int]
MAX_BITRATE_BPS: Final[int]
MAX_SSRCS: Final[int]

def version() -> str: ...
def reason_string(reason: int) -> str: ...

class Config:
    profile: int
    clock: int
    max_streams: int
    abs_send_time_id: int
    transmission_offset_id: int
    clock_rate_hz: int
    count_audio: int
    initial_bitrate_bps: int
    min_bitrate_bps: int
    max_bitrate_bps: int
    remb_interval_us: int
    abs_capture_time_id: int
    known_streams_only: int
    remb_start_interval_us: int
    remb_start_duration_us: int
    remb_min_interval_us: int
    remb_fall_percent: int
    remb_rise_percent: int
    def __init__(
        self,
        *,
        profile: int = ...,
        clock: int = ...,
        max_streams: int = ...,
        abs_send_time_id: int = ...,
        transmission_offset_id: int = ...,
        clock_rate_hz: int = ...,
        count_audio: int = ...,
        initial_bitrate_bps: int = ...,
        min_bitrate_bps: int = ...,
        max_bitrate_bps: int = ...,
        remb_interval_us: int = ...,
        abs_capture_time_id: int = ...,
        known_streams_only: int = ...,
        remb_start_interval_us: int = ...,
        remb_start_duration_us: int = ...,
        remb_min_interval_us: int = ...,
        remb_fall_percent: int = ...,
        remb_rise_percent: int = ...,
    ) -> None: ...

class Stream:
    ssrc: int
    kind: int
    clock_rate_hz: int
    abs_send_time_id: int
    transmission_offset_id: int
    abs_capture_time_id: int
    def __init__(
        self,
        ssrc: int,
        *,
        kind: int = ...,
        clock_rate_hz: int = ...,
        abs_send_time_id: int = ...,
        transmission_offset_id: int = ...,
        abs_capture_time_id: int = ...,
    ) -> None: ...

class Packet:
    ssrc: int
    arrival_us: int
    stamps: int
    abs_send_time: int
    rtp_timestamp: int
    transmission_offset: int
    payload_bytes: int
    sequence_number: int
    abs_capture_time: int
    capture_clock_offset: int
    def __init__(
        self,
        *,
        ssrc: int = ...,
        arrival_us: int = ...,
        stamps: int = ...,
        abs_send_time: int = ...,
        rtp_timestamp: int = ...,
        transmission_offset: int = ...,
        payload_bytes: int = ...,
        sequence_number: int = ...,
        abs_capture_time: int = ...,
        capture_clock_offset: int = ...,
    ) -> None: ...

class Message:
    sender_ssrc: int
    bitrate_bps: int
    def __init__(
        self,
        *,
        sender_ssrc: int = ...,
        bitrate_bps: int = ...,
    ) -> None: ...
    @staticmethod
    def parse(rtcp: _Array) -> Message: ...
    def serialize(self) -> bytes: ...
    def ssrcs(self) -> list[int]: ...
    def set_ssrcs(self, ssrcs: Sequence[int]) -> None: ...

class Stats:
    @property
    def state(self) -> int: ...
    @property
    def clock(self) -> int: ...
    @property
    def profile(self) -> int: ...
    @property
    def stream_count(self) -> int: ...
    @property
    def packets(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def reports(self) -> int: ...
    @property
    def last_report_us(self) -> int: ...
    @property
    def estimate_bps(self) -> int: ...
    @property
    def incoming_bitrate_bps(self) -> int: ...
    @property
    def link_capacity_bps(self) -> int: ...
    @property
    def last_remb_us(self) -> int: ...
    @property
    def last_remb_bps(self) -> int: ...
    @property
    def groups(self) -> int: ...
    @property
    def send_delta_ms(self) -> float: ...
    @property
    def arrival_delta_ms(self) -> float: ...
    @property
    def size_delta_bytes(self) -> float: ...
    @property
    def offset_ms(self) -> float: ...
    @property
    def modified_offset_ms(self) -> float: ...
    @property
    def threshold_ms(self) -> float: ...
    @property
    def noise_variance_ms2(self) -> float: ...
    @property
    def mode(self) -> int: ...
    @property
    def trains(self) -> int: ...
    @property
    def queueing_delay_ms(self) -> float: ...
    @property
    def queue_threshold_ms(self) -> float: ...
    @property
    def jitter_ms(self) -> float: ...
    @property
    def train_capacity_bps(self) -> int: ...
    @property
    def capacity_share_bps(self) -> int: ...
    @property
    def train_share(self) -> float: ...

class StreamStats:
    @property
    def ssrc(self) -> int: ...
    @property
    def kind(self) -> int: ...
    @property
    def added(self) -> int: ...
    @property
    def alive(self) -> int: ...
    @property
    def clock(self) -> int: ...
    @property
    def clock_reason(self) -> int: ...
    @property
    def stamps(self) -> int: ...
    @property
    def state(self) -> int: ...
    @property
    def last_packet_us(self) -> int: ...
    @property
    def packets(self) -> int: ...
    @property
    def bytes(self) -> int: ...

class Estimator:
    def __init__(self, config: Config | None = None) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def close(self) -> None: ...
    def reset(self) -> None: ...
    def add_stream(self, stream: Stream) -> None: ...
    def remove_stream(self, ssrc: int) -> None: ...
    def on_rtp_packet(self, now_us: int, data: _Array) -> int: ...
    def on_packet(self, packet: Packet) -> int: ...
    def on_packets(
        self,
        arrival_us: _Array,
        ssrc: _Array,
        payload_bytes: _Array,
        abs_send_time: _Array | None = None,
        rtp_timestamp: _Array | None = None,
        transmission_offset: _Array | None = None,
        sequence_number: _Array | None = None,
        abs_capture_time: _Array | None = None,
        capture_clock_offset: _Array | None = None,
        stamps: _Array | None = None,
        estimate_bps: _Array | None = None,
        facts: _Array | None = None,
    ) -> int: ...
    def set_max_bitrate(self, bitrate_bps: int) -> int: ...
    def set_min_bitrate(self, bitrate_bps: int) -> int: ...
    def poll(self, now_us: int, message: Message | None = None) -> int: ...
    def set_rtt(self, rtt_us: int) -> None: ...
    def remb_sent(self, now_us: int, bitrate_bps: int) -> None: ...
    def next_poll_us(self) -> int: ...
    def estimate(self) -> int: ...
    def ssrcs(self) -> list[int]: ...
    def stats(self) -> Stats: ...
    def streams(self) -> list[int]: ...
    def stream_stats(self, ssrc: int) -> StreamStats: ...
