"""What a packet costs in ns of CPU: by one call a packet, the batch call, and aiortc's own estimator if there is one.

Usage: benchmark.py TRACE.csv...
"""

import array
import csv
import os
import struct
import sys
import time

import remb

try:
    from aiortc.rate import RemoteBitrateEstimator
except ImportError:
    RemoteBitrateEstimator = None

ABS_SEND_TIME_ID = 3
TYPES = {"arrival_us": "q", "ssrc": "I", "payload_bytes": "i", "abs_send_time": "I"}


def read(path):
    """The columns of a trace."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: array.array(letter, (int(row[name]) for row in rows)) for name, letter in TYPES.items()}


def rtp_packet(sequence_number, ssrc, payload_bytes, abs_send_time):
    header = struct.pack("!BBHIIHHI", 0x90, 96, sequence_number & 0xFFFF, 0, ssrc, 0xBEDE, 1, abs_send_time)
    return header[:16] + bytes([ABS_SEND_TIME_ID << 4 | 2]) + header[17:] + bytes(payload_bytes)


def best(run, count):
    """ns a packet: the least of as many runs as three seconds have room for, each from a fresh estimator."""
    least = None
    end = time.monotonic() + 3
    while least is None or time.monotonic() < end:
        start = time.process_time_ns()
        run()
        took = (time.process_time_ns() - start) / count
        least = took if least is None else min(least, took)
    return least


def through_aiortc(columns):
    rows = list(zip([us // 1000 for us in columns["arrival_us"]], *[columns[name] for name in list(TYPES)[1:]]))

    def run():
        add = RemoteBitrateEstimator().add
        for arrival_ms, ssrc, payload_bytes, abs_send_time in rows:
            add(abs_send_time=abs_send_time, arrival_time_ms=arrival_ms, payload_size=payload_bytes, ssrc=ssrc)

    return run


def through_on_rtp_packet(columns, profile):
    packets = [
        (arrival_us, rtp_packet(number, *rest)) for number, (arrival_us, *rest) in enumerate(zip(*columns.values()))
    ]

    def run():
        config = remb.Config(profile=profile, abs_send_time_id=ABS_SEND_TIME_ID)
        on_rtp_packet = remb.Estimator(config).on_rtp_packet
        for arrival_us, data in packets:
            on_rtp_packet(arrival_us, data)

    return run


def through_on_packet(columns, profile):
    rows = list(zip(*columns.values()))

    def run():
        on_packet = remb.Estimator(remb.Config(profile=profile)).on_packet
        packet = remb.Packet(stamps=remb.STAMP_ABS_SEND_TIME)
        for packet.arrival_us, packet.ssrc, packet.payload_bytes, packet.abs_send_time in rows:
            on_packet(packet)

    return run


def through_on_packets(columns, profile):
    return lambda: remb.Estimator(remb.Config(profile=profile)).on_packets(**columns)


def main(paths):
    profiles = {"libwebrtc": remb.PROFILE_LIBWEBRTC, "adaptive": remb.PROFILE_ADAPTIVE}
    if RemoteBitrateEstimator is None:
        print("aiortc is missing: not compared")
    names = f"{'on_rtp_packet':>14}{'on_packet':>11}{'on_packets':>12}"
    print(f"{'trace':16}{'profile':11}{names}" + f"{'aiortc':>9}{'times':>7}" * (RemoteBitrateEstimator is not None))
    for path in paths:
        columns = read(path)
        count = len(columns["arrival_us"])
        aiortc = best(through_aiortc(columns), count) if RemoteBitrateEstimator else 0
        for name, profile in profiles.items():
            ways = (through_on_rtp_packet, through_on_packet, through_on_packets)
            single, parsed, batch = (best(way(columns, profile), count) for way in ways)
            line = f"{os.path.basename(path).split('.')[0]:16}{name:11}{single:14.0f}{parsed:11.0f}{batch:12.1f}"
            print(line + (f"{aiortc:9.0f}{aiortc / batch:7.0f}" if aiortc else ""))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__.strip())
    main(sys.argv[1:])
