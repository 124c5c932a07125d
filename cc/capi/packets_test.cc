// How packets are taken: the three calls agree, time, kinds and extension ids of streams,
// forgetting.
#include "cc/testing/packets.h"

#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "cc/testing/capture_times.h"
#include "cc/testing/estimator_view.h"

namespace remb::testing {
namespace {

constexpr int64_t kSecond = 1'000'000;

remb_config ConfigWith(int32_t clock) {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.clock = clock;
  config.abs_send_time_id = kAbsSendTimeId;
  config.transmission_offset_id = kTransmissionOffsetId;
  config.abs_capture_time_id = kAbsCaptureTimeId;
  return config;
}

int32_t OnRtpPacket(const Handle& handle, const remb_packet& packet) {
  const std::vector<uint8_t> rtp = RtpBytes(packet);
  return remb_on_rtp_packet(handle.get(), packet.arrival_us, rtp.data(),
                            static_cast<int32_t>(rtp.size()));
}

// Takes them all, and sends what is due.
void Play(const Handle& handle, const std::vector<remb_packet>& packets) {
  for (const remb_packet& packet : packets) {
    const int32_t facts = remb_on_packet(handle.get(), &packet);
    REQUIRE(facts >= 0);
    if (facts & REMB_DUE) SendIfDue(handle.get(), packet.arrival_us);
  }
}

remb_stream StreamOf(uint32_t ssrc) {
  remb_stream stream = {};
  stream.struct_size = sizeof stream;
  stream.ssrc = ssrc;
  return stream;
}

const auto kClocks = {REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET,
                      REMB_CLOCK_RTP_TIMESTAMP, REMB_CLOCK_ABS_CAPTURE_TIME};

// A trace with capture times on some packets, or all; the automatic clock shall use them.
std::vector<remb_packet> ReadTraceFor(int32_t clock, const std::string& trace) {
  std::vector<remb_packet> packets = ReadReferenceTrace(trace);
  if (clock != REMB_CLOCK_AUTO && clock != REMB_CLOCK_ABS_CAPTURE_TIME) return packets;
  AddCaptureTimes({.interval_us = trace.size() % 2 ? 0 : 1'000'000, .forwarded = true}, packets);
  for (remb_packet& packet : packets) packet.stamps &= ~uint32_t{REMB_STAMP_ABS_SEND_TIME};
  return packets;
}

TEST_CASE("remb_on_rtp_packet answers as remb_on_packet does") {
  const std::string trace = GENERATE(from_range(kReferenceTraces));
  const int32_t clock = GENERATE(from_range(kClocks));
  CAPTURE(trace, clock);
  const Handle by_packet = Create(ConfigWith(clock));
  const Handle by_rtp = Create(ConfigWith(clock));
  int64_t n = 0;
  for (const remb_packet& packet : ReadTraceFor(clock, trace)) {
    const int32_t facts = remb_on_packet(by_packet.get(), &packet);
    REQUIRE(facts >= 0);
    REQUIRE(OnRtpPacket(by_rtp, packet) == facts);
    if (facts & REMB_DUE) {
      SendIfDue(by_packet.get(), packet.arrival_us);
      SendIfDue(by_rtp.get(), packet.arrival_us);
    }
    if (++n % 8 == 0) REQUIRE(ViewOf(by_rtp) == ViewOf(by_packet));
  }
  CHECK(ViewOf(by_rtp) == ViewOf(by_packet));
}

TEST_CASE("remb_on_packets answers as remb_on_packet does") {
  const std::string trace = GENERATE(from_range(kReferenceTraces));
  const int32_t clock = GENERATE(from_range(kClocks));
  CAPTURE(trace, clock);
  const Handle alone = Create(ConfigWith(clock));
  const Handle together = Create(ConfigWith(clock));
  const std::vector<remb_packet> packets = ReadTraceFor(clock, trace);
  std::mt19937 random(7);
  for (size_t i = 0; i < packets.size();) {
    const size_t count = std::min<size_t>(random() % 20, packets.size() - i);
    int32_t facts = remb_on_packets(alone.get(), nullptr, 0);
    for (size_t k = 0; k < count; ++k) {
      facts = (facts & REMB_ESTIMATE_UPDATED) | remb_on_packet(alone.get(), &packets[i + k]);
    }
    REQUIRE(remb_on_packets(together.get(), &packets[i], static_cast<int32_t>(count)) == facts);
    REQUIRE(ViewOf(together) == ViewOf(alone));
    i += count;
    if (facts & REMB_DUE) {
      SendIfDue(alone.get(), packets[i - 1].arrival_us);
      SendIfDue(together.get(), packets[i - 1].arrival_us);
    }
  }
}

TEST_CASE("a packet's facts say what remb_poll would") {
  const std::string trace = GENERATE(from_range(kReferenceTraces));
  const int32_t clock = GENERATE(from_range(kClocks));
  CAPTURE(trace, clock);
  const Handle handle = Create(ConfigWith(clock));
  for (const remb_packet& packet : ReadTraceFor(clock, trace)) {
    const int32_t facts = remb_on_packet(handle.get(), &packet);
    REQUIRE(remb_poll(handle.get(), packet.arrival_us, nullptr) == (facts & REMB_DUE));
    if (facts & REMB_DUE) SendIfDue(handle.get(), packet.arrival_us);
  }
}

TEST_CASE("a packet up to a second late is taken at the newest time") {
  const int64_t late = GENERATE(1, 500'000, kSecond);
  const Handle handle = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  const Handle expected = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  int64_t newest = kSecond;
  for (int i = 0; i < 2000; ++i) {
    newest += 5'000;
    remb_packet packet = MakePacket(1, newest);
    REQUIRE(remb_on_packet(expected.get(), &packet) == remb_on_packet(handle.get(), &packet));
    if (i % 7 != 0) continue;
    remb_packet second = packet;
    REQUIRE(remb_on_packet(expected.get(), &second) >= 0);
    second.arrival_us -= late;
    REQUIRE(remb_on_packet(handle.get(), &second) >= 0);
  }
  CHECK(StatsOf(handle.get()).estimate_bps > 0);
  CHECK(ViewOf(handle) == ViewOf(expected));
}

TEST_CASE("a packet more than a second back starts all afresh") {
  const int32_t clock = GENERATE(from_range(kClocks));
  const std::vector<remb_packet> packets = ReadTraceFor(clock, "rfc52");
  const Handle handle = Create(ConfigWith(clock));
  for (remb_packet packet : packets) {  // the same, one hour later
    packet.arrival_us += 3600 * kSecond;
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  const remb_stats before = StatsOf(handle.get());
  const Handle fresh = Create(ConfigWith(clock));
  for (const remb_packet& packet : packets) {
    REQUIRE(remb_on_packet(handle.get(), &packet) == remb_on_packet(fresh.get(), &packet));
    REQUIRE(remb_estimate(handle.get()) == remb_estimate(fresh.get()));
    REQUIRE(remb_next_poll_us(handle.get()) == remb_next_poll_us(fresh.get()));
  }
  View view = ViewOf(handle);
  CHECK(view.stats.packets == 2 * before.packets);  // since creation
  view.stats.packets = before.packets;
  view.stats.bytes = before.bytes;
  CHECK(view == ViewOf(fresh));
}

TEST_CASE("what was added and set stays when the clock is set back") {
  const Handle handle = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  remb_stream audio = StreamOf(2);
  audio.kind = REMB_KIND_AUDIO;
  REQUIRE(remb_add_stream(handle.get(), &audio) == REMB_OK);
  REQUIRE(remb_set_max_bitrate(handle.get(), 50'000) == REMB_OK);
  for (int64_t us = 100 * kSecond; us < 110 * kSecond; us += 10'000) {
    const remb_packet packet = MakePacket(1, us);
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  CHECK(remb_estimate(handle.get()) == 50'000);
  const remb_packet video = MakePacket(1, kSecond);
  CHECK(remb_on_packet(handle.get(), &video) == REMB_OK);
  CHECK(remb_estimate(handle.get()) == 0);
  CHECK(StatsOf(handle.get()).estimate_bps == 0);
  const int64_t packets = StatsOf(handle.get()).packets;
  const remb_packet sound = MakePacket(2, kSecond);
  CHECK(remb_on_packet(handle.get(), &sound) == REMB_OK);
  CHECK(StatsOf(handle.get()).packets == packets);
  for (int64_t us = kSecond; us < 10 * kSecond; us += 10'000) {
    const remb_packet packet = MakePacket(1, us);
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  CHECK(remb_estimate(handle.get()) == 50'000);
}

TEST_CASE("audio is left out unless it is asked for") {
  remb_config config = ConfigWith(REMB_CLOCK_ABS_SEND_TIME);
  config.count_audio = GENERATE(0, 1);
  config.initial_bitrate_bps = 300'000;
  const Handle handle = Create(config);
  remb_stream audio = StreamOf(2);
  audio.kind = REMB_KIND_AUDIO;
  REQUIRE(remb_add_stream(handle.get(), &audio) == REMB_OK);
  const remb_packet sound = MakePacket(2, kSecond, 160);
  CHECK((remb_on_packet(handle.get(), &sound) & REMB_DUE) == (config.count_audio ? REMB_DUE : 0));
  CHECK(StatsOf(handle.get()).packets == config.count_audio);
  CHECK(StatsOf(handle.get()).bytes == 160 * config.count_audio);
  CHECK(SsrcsOf(handle.get()).size() == static_cast<size_t>(config.count_audio));
  // One that was not added counts as video; one that is no longer audio counts too.
  const remb_packet unknown = MakePacket(3, kSecond);
  CHECK(remb_on_packet(handle.get(), &unknown) >= 0);
  CHECK(StatsOf(handle.get()).packets == config.count_audio + 1);
  audio.kind = REMB_KIND_VIDEO;
  REQUIRE(remb_add_stream(handle.get(), &audio) == REMB_OK);
  CHECK(remb_on_packet(handle.get(), &sound) >= 0);
  CHECK(StatsOf(handle.get()).packets == config.count_audio + 2);
  CHECK(SsrcsOf(handle.get()) == std::vector<uint32_t>{2, 3});
}

// The packet groups that form in a second of 100 packets 10 ms apart, of which two streams take
// turns.
int64_t Groups(const Handle& handle, int64_t start_us) {
  const int64_t before = StatsOf(handle.get()).groups;
  for (int64_t us = start_us; us < start_us + kSecond; us += 10'000) {
    OnRtpPacket(handle, MakePacket(us / 10'000 % 2 ? 1 : 2, us));
  }
  return StatsOf(handle.get()).groups - before;
}

TEST_CASE("extension ids are a stream's own, and may change") {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.clock = REMB_CLOCK_ABS_SEND_TIME;
  config.abs_send_time_id = GENERATE(0, REMB_ID_NONE);
  const Handle handle = Create(config);
  CHECK(Groups(handle, 1 * kSecond) == 0);  // nobody knows where the stamps are
  remb_stream stream = StreamOf(1);
  stream.abs_send_time_id = kAbsSendTimeId;
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 2 * kSecond) == 48);  // of every other packet; the first needs two more
  stream.ssrc = 2;
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 3 * kSecond) == 100);
  stream.abs_send_time_id = 9;  // renegotiated: what the packets have under 3 is something else now
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 4 * kSecond) == 50);
  stream.abs_send_time_id = kAbsSendTimeId;
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 5 * kSecond) == 100);
  REQUIRE(remb_remove_stream(handle.get(), 1) == REMB_OK);
  REQUIRE(remb_remove_stream(handle.get(), 2) == REMB_OK);
  CHECK(Groups(handle, 6 * kSecond) == 0);
}

TEST_CASE("an added stream can lack the extension that the others have") {
  const Handle handle = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  CHECK(Groups(handle, 1 * kSecond) == 98);
  remb_stream stream = StreamOf(1);
  stream.abs_send_time_id = REMB_ID_NONE;
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 2 * kSecond) == 50);
  stream.abs_send_time_id = 0;  // the config's
  REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  CHECK(Groups(handle, 3 * kSecond) == 100);
}

TEST_CASE("beyond max_streams packets count, but their SSRCs are not listed") {
  remb_config config = ConfigWith(REMB_CLOCK_ABS_SEND_TIME);
  config.max_streams = 3;
  const Handle handle = Create(config);
  for (uint32_t ssrc = 1; ssrc <= 4; ++ssrc) {
    const remb_packet packet = MakePacket(ssrc, kSecond + ssrc);
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  CHECK(SsrcsOf(handle.get()) == std::vector<uint32_t>{1, 2, 3});  // 4 had no place
  CHECK(StatsOf(handle.get()).packets == 4);                       // but counts
  const remb_stream added = StreamOf(4);
  REQUIRE(remb_add_stream(handle.get(), &added) == REMB_OK);
  const remb_packet packet = MakePacket(4, kSecond + 5);
  REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  CHECK(SsrcsOf(handle.get()) == std::vector<uint32_t>{1, 2, 3, 4});
}

TEST_CASE("added streams that stay silent keep the others' estimate alive") {
  remb_config config = ConfigWith(REMB_CLOCK_ABS_SEND_TIME);
  config.max_streams = 2;
  const Handle handle = Create(config);
  for (uint32_t ssrc : {1u, 2u}) {
    const remb_stream silent = StreamOf(ssrc);
    REQUIRE(remb_add_stream(handle.get(), &silent) == REMB_OK);
  }
  for (int i = 0; i < 2000; ++i) {
    const remb_packet packet = MakePacket(3, kSecond + i * 10'000);
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  CHECK(remb_estimate(handle.get()) > 0);
  CHECK(SsrcsOf(handle.get()) == std::vector<uint32_t>{3});
}

TEST_CASE("after remb_reset all is as if just created") {
  const int32_t clock = GENERATE(from_range(kClocks));
  const std::vector<remb_packet> packets = ReadReferenceTrace("chromium-bottleneck");
  const Handle fresh = Create(ConfigWith(clock));
  const Handle handle = Create(ConfigWith(clock));
  Play(handle, packets);
  REQUIRE(remb_reset(handle.get()) == REMB_OK);
  CHECK(ViewOf(handle) == ViewOf(fresh));
  Play(handle, packets);
  Play(fresh, packets);
  CHECK(ViewOf(handle) == ViewOf(fresh));
}

TEST_CASE("remb_reset keeps streams, limits and RTT") {
  const std::vector<remb_packet> packets = ReadReferenceTrace("rfc52");
  const auto prepare = [&](const Handle& handle) {
    remb_stream audio = StreamOf(packets.back().ssrc + 1);
    audio.kind = REMB_KIND_AUDIO;
    REQUIRE(remb_add_stream(handle.get(), &audio) == REMB_OK);
    REQUIRE(remb_set_max_bitrate(handle.get(), 700'000) == REMB_OK);
    REQUIRE(remb_set_min_bitrate(handle.get(), 600'000) == REMB_OK);
    REQUIRE(remb_set_rtt(handle.get(), 20'000) == REMB_OK);
  };
  const Handle fresh = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  const Handle handle = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  const Handle other_rtt = Create(ConfigWith(REMB_CLOCK_ABS_SEND_TIME));
  prepare(fresh);
  prepare(handle);
  Play(handle, packets);
  REQUIRE(remb_reset(handle.get()) == REMB_OK);
  remb_packet sound = packets.front();
  sound.ssrc = packets.back().ssrc + 1;
  CHECK(remb_on_packet(handle.get(), &sound) == REMB_OK);
  CHECK(StatsOf(handle.get()).packets == 0);
  Play(handle, packets);
  Play(fresh, packets);
  Play(other_rtt, packets);
  CHECK(ViewOf(handle) == ViewOf(fresh));
  CHECK(StatsOf(other_rtt.get()).estimate_bps != StatsOf(fresh.get()).estimate_bps);
}

}  // namespace
}  // namespace remb::testing
