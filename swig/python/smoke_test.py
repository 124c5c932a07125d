"""Replays a reference trace through the Python module: every report must be the expected one, to the bit/s."""

import csv

import remb


def rows(name):
    with open(f"testdata/reference/{name}.csv", newline="") as file:
        return [
            {key: int(value) for key, value in row.items() if value.lstrip("-").isdigit()}
            for row in csv.DictReader(file)
        ]


def replay(trace):
    """Every report of the estimator as (time, estimate, SSRCs)."""
    config = remb.Config()
    config.profile = remb.PROFILE_LIBWEBRTC
    config.clock = remb.CLOCK_ABS_SEND_TIME
    estimator = remb.Estimator(config)
    packet = remb.Packet()
    packet.stamps = remb.STAMP_ABS_SEND_TIME | remb.STAMP_TRANSMISSION_OFFSET | remb.STAMP_RTP_TIMESTAMP
    for row in trace:
        packet.arrival_us = row["arrival_us"]
        packet.abs_send_time = row["abs_send_time"]
        packet.rtp_timestamp = row["rtp_timestamp"]
        packet.transmission_offset = row["transmission_offset"]
        packet.payload_bytes = row["payload_bytes"]
        packet.ssrc = row["ssrc"]
        if estimator.on_packet(packet) & remb.ESTIMATE_UPDATED:
            stats = estimator.stats()
            yield stats.last_report_us, stats.estimate_bps, stats.stream_count


def test_trace():
    expected = [(row["arrival_us"], row["estimate_bps"], row["ssrc_count"]) for row in rows("steady.expected")]
    assert list(replay(rows("steady.trace"))) == expected
    return len(expected)


def test_message():
    message = remb.Message()
    message.sender_ssrc = 1
    message.bitrate_bps = 1 << 20
    message.set_ssrcs([3, 4])
    data = message.serialize()
    assert isinstance(data, bytes) and len(data) == 28
    for buffer in (data, bytearray(data), memoryview(data)):
        parsed = remb.Message.parse(buffer)
        assert (parsed.bitrate_bps, list(parsed.ssrcs())) == (1 << 20, [3, 4])


def test_errors():
    try:
        remb.Message.parse(b"\x00")
        raise AssertionError("a malformed packet was accepted")
    except remb.Error as error:
        assert error.status == remb.ERR_MALFORMED and str(error)
    try:
        remb.Estimator().on_rtp_packet(0, "text")
        raise AssertionError("text was taken for bytes")
    except TypeError:
        pass


if __name__ == "__main__":
    reports = test_trace()
    test_message()
    test_errors()
    print(f"libremb {remb.version()}: {reports} reports as expected")
