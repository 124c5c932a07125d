// AdaptiveEstimator and the table of streams.
#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/adaptive_estimator.h"

namespace remb::core {
namespace {

TEST_CASE("AdaptiveEstimator: RTP timestamps take a stream, and a timestamp") {
  AdaptiveEstimator estimator;
  StreamTable streams(1);
  streams.ReserveSendClocks();
  ReceivedPacket packet{.ssrc = 1,
                        .stamps = ReceivedPacket::kRtpTimestamp,
                        .abs_send_time = 0,
                        .rtp_timestamp = 90,
                        .transmission_offset = 0,
                        .size = DataSize::Bytes(1'000),
                        .arrival = Timestamp::Millis(1)};
  CHECK_FALSE(estimator.OnRtpTimestamp(packet, false, packet.arrival, nullptr, streams));
  packet.stamps = 0;
  const Stream* stream = streams.Add(1, {});
  CHECK_FALSE(estimator.OnRtpTimestamp(packet, false, packet.arrival, stream, streams));
  CHECK(estimator.signals().base_delay_ms == 0);
}

TEST_CASE("AdaptiveEstimator: a stream that begins with another source of times has its base") {
  AdaptiveEstimator estimator;
  StreamTable streams(2);
  streams.ReserveSendClocks();
  const auto send = [&](uint32_t ssrc, int64_t ms) {
    const ReceivedPacket packet{.ssrc = ssrc,
                                .stamps = ReceivedPacket::kRtpTimestamp,
                                .abs_send_time = 0,
                                .rtp_timestamp = static_cast<uint32_t>(90 * ms) + ssrc * 1'000'000,
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(1'000),
                                .arrival = Timestamp::Millis(ms)};
    Stream* stream = streams.Find(ssrc);
    if (!stream) stream = streams.Add(ssrc, {});
    estimator.Count(packet, packet.arrival, stream, {}, streams);
    estimator.OnRtpTimestamp(packet, false, packet.arrival, stream, streams);
  };
  for (int64_t ms = 0; ms < 1'000; ms += 10) send(1, ms);
  estimator.RestartClock();
  streams.ResetSendClocks();
  send(1, 1'000);
  for (int64_t ms = 1'001; ms < 3'000; ms += 10) send(2, ms);  // before anything is known of it
  CHECK(estimator.signals().base_delay_ms == 0);
  CHECK(estimator.signals().queue_ms == 0);
}

TEST_CASE("AdaptiveEstimator: takes a stream in that the table has a place for by now") {
  AdaptiveEstimator estimator;
  StreamTable streams(16);
  const auto count = [&](uint32_t ssrc, Stream*& stream) {
    const ReceivedPacket packet{.ssrc = ssrc,
                                .stamps = 0,
                                .abs_send_time = 0,
                                .rtp_timestamp = 0,
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(1'000),
                                .arrival = Timestamp::Millis(1)};
    return estimator.Count(packet, packet.arrival, stream, {}, streams);
  };
  for (uint32_t ssrc = 1; ssrc <= 16; ++ssrc) {
    Stream* stream = nullptr;
    CHECK(count(ssrc, stream));
    CHECK((stream != nullptr && stream == streams.Find(ssrc)));
  }
  // The table is full: whose seventeenth SSRC would not be proven by its first packet.
  Stream* none = nullptr;
  CHECK_FALSE(count(17, none));
  CHECK_FALSE(none);
}

TEST_CASE("AdaptiveEstimator: packets count that a small table has no place for") {
  AdaptiveEstimator estimator;
  StreamTable streams(1);
  for (int64_t ms = 0; ms < 2'000; ms += 10) {
    const ReceivedPacket packet{.ssrc = 1 + static_cast<uint32_t>(ms / 10 % 2),
                                .stamps = 0,
                                .abs_send_time = 0,
                                .rtp_timestamp = 0,
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(1'000),
                                .arrival = Timestamp::Millis(ms)};
    Stream* stream = streams.Find(packet.ssrc);
    CHECK(estimator.Count(packet, packet.arrival, stream, {}, streams));
  }
  CHECK(streams.alive_count() == 1);
  CHECK(estimator.incoming_bitrate()->kbps() == 800);
}

}  // namespace
}  // namespace remb::core
