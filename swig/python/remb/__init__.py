"""Receive-side WebRTC bandwidth estimation and REMB.

A receiver makes one Estimator per peer connection, gives it every RTP packet as it arrives, and sends a REMB whenever
the estimator says that one is due. Times are microseconds of any monotonic clock, rates bit/s. Several threads may use
an Estimator; it frees what it has when it is closed or collected.
"""

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
