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


def test_adaptive():
    """By the default profile: 400 kbit/s in bursts of five packets, each burst at 4 Mbit/s."""
    config = remb.Config()
    assert config.profile == remb.PROFILE_ADAPTIVE
    config.remb_start_interval_us = remb.OFF
    estimator, packet = remb.Estimator(config), remb.Packet()
    packet.ssrc, packet.payload_bytes = 1, 1000
    packet.stamps = remb.STAMP_ABS_SEND_TIME | remb.STAMP_SEQUENCE_NUMBER
    sent = []
    for number in range(500):
        packet.sequence_number = number
        packet.arrival_us = number // 5 * 100_000 + number % 5 * 2_000
        packet.abs_send_time = packet.arrival_us * (1 << 18) // 1_000_000
        if estimator.on_packet(packet) & remb.DUE:
            sent.append(packet.arrival_us)
            estimator.remb_sent(packet.arrival_us, estimator.estimate())
    stats = estimator.stats()
    assert stats.profile == remb.PROFILE_ADAPTIVE and stats.mode == remb.MODE_GROWTH, stats.mode
    assert stats.estimate_bps > 400_000 and stats.trains > 90 and 0 <= stats.queueing_delay_ms < 1
    assert len(sent) >= 9


def test_streams():
    estimator = remb.Estimator()
    estimator.add_stream(remb.Stream(9))
    packet = remb.Packet()
    packet.ssrc, packet.payload_bytes = 0, 1000
    packet.stamps = remb.STAMP_RTP_TIMESTAMP | remb.STAMP_ABS_CAPTURE_TIME
    packet.abs_capture_time = -1  # the last moment of an NTP era
    estimator.on_packet(packet)
    assert list(estimator.streams()) == [0, 9]
    heard, unheard = estimator.stream_stats(0), estimator.stream_stats(9)
    assert (heard.clock, heard.clock_reason) == (remb.CLOCK_ABS_CAPTURE_TIME, remb.REASON_MAPPED)
    assert (heard.packets, heard.bytes, heard.alive, heard.added) == (1, 1000, 1, 0)
    assert (unheard.clock, unheard.clock_reason) == (remb.CLOCK_NONE, remb.REASON_UNHEARD)
    assert remb.reason_string(unheard.clock_reason) == "no packet yet"
    try:
        estimator.stream_stats(1)
        raise AssertionError("an SSRC was made up")
    except remb.Error as error:
        assert error.status == remb.ERR_NOT_FOUND


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
    test_adaptive()
    test_streams()
    test_message()
    test_errors()
    print(f"libremb {remb.version()}: {reports} reports as expected")
