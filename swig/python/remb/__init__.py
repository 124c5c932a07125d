"""Receive-side WebRTC bandwidth estimation and REMB.

A receiver makes one Estimator per peer connection, gives it every RTP packet as it arrives, and sends a REMB whenever
the estimator says that one is due. Times are microseconds of any monotonic clock, rates bit/s. Several threads may use
an Estimator; it frees what it has when it is closed or collected.
"""

import inspect as _inspect

from . import _remb
from ._error import Error as Error
from ._remb import *  # noqa: F403

for _class in (
    _remb.Config,
    _remb.Estimator,
    _remb.Message,
    _remb.Packet,
    _remb.Stats,
    _remb.Stream,
    _remb.StreamStats,
):
    _class.__module__ = "remb"

# help() and editors show this; swig has (*args, **kwargs), as columns may be left out.
_needed = ["self", "arrival_us", "ssrc", "payload_bytes"]
_others = ["abs_send_time", "rtp_timestamp", "transmission_offset", "sequence_number", "abs_capture_time"]
_others += ["capture_clock_offset", "stamps", "estimate_bps", "facts"]
_kind = _inspect.Parameter.POSITIONAL_OR_KEYWORD
_parameters = [_inspect.Parameter(name, _kind) for name in _needed]
_parameters += [_inspect.Parameter(name, _kind, default=None) for name in _others]
setattr(_remb.Estimator.on_packets, "__signature__", _inspect.Signature(_parameters))  # noqa: B010
