// What can be seen of each stream: which are known, what was counted, and where its send times come
// from as the clocks change over.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "cc/testing/capture_times.h"
#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/random.h"

namespace remb::testing {
namespace {

constexpr int64_t kStepUs = 20'000;
constexpr uint32_t kRtp = REMB_STAMP_RTP_TIMESTAMP;
constexpr uint32_t kAbsSendTime = REMB_STAMP_ABS_SEND_TIME;
constexpr uint32_t kOffset = REMB_STAMP_TRANSMISSION_OFFSET;
constexpr uint32_t kCapture = REMB_STAMP_ABS_CAPTURE_TIME;
constexpr double kFirstNtp = 3'900'000'000;

// An estimator and the senders in front of it, whose packets are sent as they arrive.
class Fixture {
 public:
  explicit Fixture(int32_t clock = REMB_CLOCK_AUTO) : config_(ConfigOf(REMB_PROFILE_LIBWEBRTC)) {
    config_.clock = clock;
    handle_ = Create(config_);
  }

  remb_estimator* get() { return handle_.get(); }
  int64_t now_us() const { return us_; }
  void Wait(int64_t us) { us_ += us; }
  int32_t Send(uint32_t ssrc, uint32_t stamps, double ntp_ahead = 0) {
    us_ += kStepUs;
    remb_packet packet = MakePacket(ssrc, us_);
    packet.stamps = stamps;
    packet.abs_capture_time = NtpTime(kFirstNtp + static_cast<double>(us_) / 1e6 + ntp_ahead);
    return remb_on_packet(get(), &packet);
  }
  void SendMany(int count, uint32_t ssrc, uint32_t stamps) {
    for (int i = 0; i < count; ++i) REQUIRE(Send(ssrc, stamps) >= 0);
  }
  void Add(uint32_t ssrc, int32_t kind = REMB_KIND_VIDEO) {
    remb_stream stream = {};
    stream.struct_size = sizeof stream;
    stream.ssrc = ssrc;
    stream.kind = kind;
    REQUIRE(remb_add_stream(get(), &stream) == REMB_OK);
  }
  remb_stream_stats Stats(uint32_t ssrc) {
    remb_stream_stats stats = {};
    stats.struct_size = sizeof stats;
    REQUIRE(remb_get_stream_stats(get(), ssrc, &stats) == REMB_OK);
    return stats;
  }
  bool Knows(uint32_t ssrc) {
    remb_stream_stats stats = {};
    stats.struct_size = sizeof stats;
    return remb_get_stream_stats(get(), ssrc, &stats) == REMB_OK;
  }
  std::vector<uint32_t> Streams() {
    std::vector<uint32_t> ssrcs(100);
    ssrcs.resize(static_cast<size_t>(remb_streams(get(), ssrcs.data(), 100)));
    return ssrcs;
  }
  int32_t clock() { return StatsOf(get()).clock; }
  void CheckSource(uint32_t ssrc, int32_t clock, int32_t reason) {
    CAPTURE(ssrc);
    const remb_stream_stats stats = Stats(ssrc);
    CHECK(stats.clock == clock);
    CHECK(stats.clock_reason == reason);
  }

 private:
  remb_config config_;
  Handle handle_;
  int64_t us_ = 1'000'000;
};

TEST_CASE("streams are known while they are added or alive") {
  Fixture fixture;
  CHECK(fixture.Streams().empty());
  fixture.Add(7);
  fixture.Send(9, kRtp);
  fixture.Send(0, kRtp);
  fixture.Send(3, kRtp);
  CHECK(fixture.Streams() == std::vector<uint32_t>{0, 3, 7, 9});
  CHECK_FALSE(fixture.Knows(8));
  // A part of them, in order, and nothing behind it.
  uint32_t two[3] = {99, 99, 99};
  CHECK(remb_streams(fixture.get(), two, 2) == 4);
  CHECK(two[0] < two[1]);
  CHECK(two[2] == 99);
  CHECK(remb_streams(fixture.get(), nullptr, 0) == 4);

  fixture.Wait(1'990'000);
  fixture.Send(3, kRtp);
  fixture.Wait(100'000);
  fixture.Send(3, kRtp);  // the others have been silent for too long
  CHECK(fixture.Streams() == std::vector<uint32_t>{3, 7});
  CHECK_FALSE(fixture.Knows(9));
  CHECK(remb_remove_stream(fixture.get(), 7) == REMB_OK);
  CHECK(fixture.Streams() == std::vector<uint32_t>{3});
}

TEST_CASE("a stream ceases to be alive by time alone") {
  Fixture fixture(GENERATE(REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP));
  fixture.Add(1);
  fixture.Send(1, kRtp | kAbsSendTime);
  fixture.Send(2, kRtp | kAbsSendTime);
  const int64_t last_us = fixture.now_us();
  remb_poll(fixture.get(), last_us + 2'000'000, nullptr);
  CHECK(fixture.Knows(2));
  remb_poll(fixture.get(), last_us + 2'000'001, nullptr);
  CHECK_FALSE(fixture.Knows(2));
  CHECK(fixture.Stats(1).alive == 0);
  CHECK(fixture.Stats(1).added == 1);
  CHECK(fixture.Stats(1).packets == 1);  // stay
}

TEST_CASE("packets and bytes add up, over switches and silence") {
  Fixture fixture;
  fixture.Add(0);
  fixture.Add(1);
  const uint32_t stamps[] = {kRtp, kRtp | kAbsSendTime, kRtp | kCapture, kRtp,
                             0,    kRtp | kAbsSendTime};
  int64_t packets[3] = {};
  for (int i = 0; i < 2000; ++i) {
    const uint32_t ssrc = i % 3 == 0;
    if (i == 1000) fixture.Wait(5'000'000);
    fixture.Send(ssrc, stamps[i / 37 % 6]);
    ++packets[ssrc];
    REQUIRE(fixture.Stats(ssrc).packets == packets[ssrc]);
    REQUIRE(fixture.Stats(ssrc).bytes == 1000 * packets[ssrc]);
    REQUIRE(fixture.Stats(ssrc).last_packet_us == fixture.now_us());
    REQUIRE(fixture.Stats(ssrc).stamps == stamps[i / 37 % 6]);
  }
  CHECK(remb_reset(fixture.get()) == REMB_OK);
  CHECK(fixture.Streams() == std::vector<uint32_t>{0, 1});
  CHECK(fixture.Stats(1).packets == 0);
  CHECK(fixture.Stats(1).stamps == 0);
  fixture.CheckSource(1, REMB_CLOCK_NONE, REMB_REASON_UNHEARD);
}

TEST_CASE("a clock that is set back: times are forgotten, counts are not") {
  Fixture fixture;
  fixture.Wait(10'000'000);
  fixture.Add(1);
  fixture.SendMany(10, 1, kRtp);
  fixture.SendMany(10, 2, kRtp);
  fixture.Wait(-5'000'000);
  REQUIRE(fixture.Send(2, kRtp) >= 0);
  CHECK(fixture.Stats(1).last_packet_us == -1);
  CHECK(fixture.Stats(1).packets == 10);
  CHECK(fixture.Stats(2).last_packet_us == fixture.now_us());
  CHECK(fixture.Stats(2).packets == 11);
}

TEST_CASE("audio that is left out is seen and not counted") {
  Fixture fixture;
  fixture.Add(1, REMB_KIND_AUDIO);
  fixture.CheckSource(1, REMB_CLOCK_NONE, REMB_REASON_AUDIO);
  fixture.SendMany(5, 1, kRtp | kAbsSendTime);
  const remb_stream_stats stats = fixture.Stats(1);
  CHECK(stats.kind == REMB_KIND_AUDIO);
  CHECK(stats.packets == 0);
  CHECK(stats.alive == 0);
  CHECK(stats.last_packet_us == fixture.now_us());
  CHECK(stats.stamps == (kRtp | kAbsSendTime));
  CHECK(stats.clock_reason == REMB_REASON_AUDIO);
}

TEST_CASE("what was counted and then is audio that is left out is dead, and seen") {
  Fixture fixture;
  fixture.SendMany(5, 1, kRtp | kAbsSendTime);
  fixture.SendMany(5, 2, kRtp | kAbsSendTime);
  fixture.Add(2, REMB_KIND_AUDIO);
  CHECK(fixture.Stats(2).alive == 0);
  CHECK(fixture.Stats(2).last_packet_us == fixture.now_us());
  CHECK(SsrcsOf(fixture.get()) == std::vector<uint32_t>{1});
  fixture.Send(2, kRtp);
  CHECK(fixture.Stats(2).last_packet_us == fixture.now_us());
  CHECK(fixture.Stats(2).stamps == kRtp);
  CHECK(fixture.Stats(2).packets == 5);
  CHECK(fixture.Stats(1).alive == 1);
  // The last one alive: nobody is left whom a REMB could be for.
  fixture.Add(1, REMB_KIND_AUDIO);
  CHECK(StatsOf(fixture.get()).stream_count == 0);
  CHECK(remb_estimate(fixture.get()) == 0);
  fixture.Add(1);
  fixture.Send(1, kRtp | kAbsSendTime);
  CHECK(fixture.Stats(1).alive == 1);
  CHECK(fixture.Stats(1).packets == 6);
}

TEST_CASE("the automatic clock: each stream says what it has and why") {
  Fixture fixture;
  fixture.Add(9);
  fixture.CheckSource(9, REMB_CLOCK_NONE, REMB_REASON_UNHEARD);
  fixture.Send(1, kRtp);
  fixture.Send(2, kRtp | kOffset);
  fixture.Send(3, 0);
  fixture.CheckSource(1, REMB_CLOCK_RTP_TIMESTAMP, REMB_REASON_NO_ABS_SEND_TIME);
  fixture.CheckSource(2, REMB_CLOCK_TRANSMISSION_OFFSET, REMB_REASON_NO_ABS_SEND_TIME);
  fixture.CheckSource(3, REMB_CLOCK_NONE, REMB_REASON_NO_STAMP);

  fixture.Send(1, kRtp | kCapture);
  fixture.Send(2, kRtp | kOffset);
  fixture.Send(3, 0);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_CAPTURE_TIME);
  fixture.CheckSource(1, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_MAPPED);
  fixture.CheckSource(2, REMB_CLOCK_NONE, REMB_REASON_NO_MAPPING);
  fixture.CheckSource(3, REMB_CLOCK_NONE, REMB_REASON_NO_STAMP);
  fixture.Send(1, kRtp);
  fixture.CheckSource(1, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_MAPPED);
  fixture.Send(2, kRtp | kCapture, 1000);
  fixture.CheckSource(2, REMB_CLOCK_NONE, REMB_REASON_OTHER_CLOCK);

  fixture.Send(1, kRtp | kAbsSendTime);
  fixture.Send(2, kRtp | kCapture);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_SEND_TIME);
  fixture.CheckSource(1, REMB_CLOCK_ABS_SEND_TIME, REMB_REASON_CARRIED);
  fixture.CheckSource(2, REMB_CLOCK_NONE, REMB_REASON_NO_STAMP);
}

TEST_CASE("a fixed clock: a stream has it or none") {
  using Fixed = std::pair<int32_t, uint32_t>;
  const auto [clock, stamps] = GENERATE(Fixed(REMB_CLOCK_ABS_SEND_TIME, kAbsSendTime),
                                        Fixed(REMB_CLOCK_TRANSMISSION_OFFSET, kRtp | kOffset),
                                        Fixed(REMB_CLOCK_RTP_TIMESTAMP, kRtp),
                                        Fixed(REMB_CLOCK_ABS_CAPTURE_TIME, kRtp | kCapture));
  Fixture fixture(clock);
  fixture.Send(1, stamps);
  fixture.Send(2, kOffset);
  CHECK(fixture.clock() == clock);
  fixture.CheckSource(1, clock, REMB_REASON_CONFIG);
  fixture.CheckSource(2, REMB_CLOCK_NONE, REMB_REASON_NO_STAMP);
  fixture.SendMany(100, 1, kRtp);
  CHECK(fixture.clock() == clock);
}

TEST_CASE("from abs-send-time to capture times, and back at once") {
  Fixture fixture;
  fixture.SendMany(100, 1, kRtp | kAbsSendTime | kCapture);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_SEND_TIME);
  fixture.SendMany(29, 1, kRtp);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_SEND_TIME);
  fixture.Send(1, kRtp);  // mapped by stamps from before
  CHECK(fixture.clock() == REMB_CLOCK_ABS_CAPTURE_TIME);
  CHECK(StatsOf(fixture.get()).estimate_bps == 0);  // a fresh estimator
  fixture.Send(1, kRtp | kAbsSendTime);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_SEND_TIME);
}

TEST_CASE("from capture times to RTP timestamps, and what is known stays") {
  Fixture fixture;
  fixture.SendMany(500, 1, kRtp | kCapture);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_CAPTURE_TIME);
  const int64_t estimate = remb_estimate(fixture.get());
  REQUIRE(estimate > 0);
  for (int i = 0; i < 60; ++i) {  // a burst of RTX
    fixture.Wait(2'000 - kStepUs);
    fixture.Send(2, kRtp);
  }
  CHECK(fixture.clock() == REMB_CLOCK_ABS_CAPTURE_TIME);
  fixture.SendMany(190, 2, kRtp);
  CHECK(fixture.clock() == REMB_CLOCK_TRANSMISSION_OFFSET);
  CHECK(remb_estimate(fixture.get()) >= estimate);
  CHECK(SsrcsOf(fixture.get()) == std::vector<uint32_t>{2});

  // The hold-off: it is not the next packet that returns.
  fixture.SendMany(500, 1, kRtp | kCapture);
  CHECK(fixture.clock() == REMB_CLOCK_TRANSMISSION_OFFSET);
  fixture.SendMany(1500, 1, kRtp | kCapture);
  CHECK(fixture.clock() == REMB_CLOCK_ABS_CAPTURE_TIME);
}

TEST_CASE("renegotiation without the extension, or to another clock rate, ends the mapping") {
  Fixture fixture;
  remb_stream stream = {};
  stream.struct_size = sizeof stream;
  stream.ssrc = 1;
  stream.abs_capture_time_id = kAbsCaptureTimeId;
  REQUIRE(remb_add_stream(fixture.get(), &stream) == REMB_OK);
  fixture.SendMany(10, 1, kRtp | kCapture);
  REQUIRE(remb_add_stream(fixture.get(), &stream) == REMB_OK);  // no change
  fixture.Send(1, kRtp);
  fixture.CheckSource(1, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_MAPPED);
  if (GENERATE(false, true)) {
    stream.abs_capture_time_id = REMB_ID_NONE;
  } else {
    stream.clock_rate_hz = 48'000;
  }
  REQUIRE(remb_add_stream(fixture.get(), &stream) == REMB_OK);
  fixture.Send(1, kRtp);
  fixture.CheckSource(1, REMB_CLOCK_NONE, REMB_REASON_NO_MAPPING);
  fixture.SendMany(500, 1, kRtp);  // not before there is an estimate
  fixture.CheckSource(1, REMB_CLOCK_RTP_TIMESTAMP, REMB_REASON_NO_ABS_SEND_TIME);
}

TEST_CASE("streams whose ids do not name the extension are not looked at for it") {
  const bool by_config = GENERATE(false, true);
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  if (by_config) config.abs_capture_time_id = kAbsCaptureTimeId;
  const Handle handle = Create(config);
  for (int i = 1; i < 50; ++i) {
    remb_packet packet = MakePacket(1, i * kStepUs);
    packet.stamps = kRtp | kCapture | REMB_STAMP_CAPTURE_CLOCK_OFFSET;
    packet.abs_capture_time = NtpTime(kFirstNtp + i * 0.02);
    const std::vector<uint8_t> rtp = RtpBytes(packet);
    REQUIRE(remb_on_rtp_packet(handle.get(), packet.arrival_us, rtp.data(),
                               static_cast<int32_t>(rtp.size())) >= 0);
  }
  CHECK(StatsOf(handle.get()).clock ==
        (by_config ? REMB_CLOCK_ABS_CAPTURE_TIME : REMB_CLOCK_TRANSMISSION_OFFSET));
}

TEST_CASE("the sender's NTP clock is set: no over-use, and the rate stays") {
  const double jump = GENERATE(-3600.0, -0.15, 0.15, 10.0);
  CAPTURE(jump);
  Fixture fixture(REMB_CLOCK_ABS_CAPTURE_TIME);
  fixture.SendMany(1000, 1, kRtp | kCapture);
  const int64_t before = remb_estimate(fixture.get());
  REQUIRE(before > 0);
  int64_t lowest = before;
  for (int i = 0; i < 1000; ++i) {
    fixture.Send(1, i % 50 == 0 ? kRtp | kCapture : kRtp, jump);
    REQUIRE(StatsOf(fixture.get()).state != REMB_STATE_OVERUSING);
    lowest = std::min(lowest, remb_estimate(fixture.get()));
  }
  CHECK(lowest >= before);
  fixture.CheckSource(1, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_CONFIG);
}

TEST_CASE("an SSRC on another clock changes nothing for the others") {
  const double ahead = GENERATE(-30.0, -0.5, 0.5, 3000.0);
  CAPTURE(ahead);
  Fixture fixture(REMB_CLOCK_ABS_CAPTURE_TIME);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t stamps = i % 50 == 0 ? kRtp | kCapture : kRtp;
    fixture.Send(1, stamps);
    fixture.Wait(-kStepUs);
    fixture.Send(2, stamps);
    fixture.Wait(-kStepUs);
    fixture.Send(3, stamps, ahead);
    REQUIRE(StatsOf(fixture.get()).state == REMB_STATE_NORMAL);
  }
  fixture.CheckSource(1, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_CONFIG);
  fixture.CheckSource(2, REMB_CLOCK_ABS_CAPTURE_TIME, REMB_REASON_CONFIG);
  fixture.CheckSource(3, REMB_CLOCK_NONE, REMB_REASON_OTHER_CLOCK);
  CHECK(fixture.Stats(3).packets == 1000);
  CHECK(StatsOf(fixture.get()).incoming_bitrate_bps > 1'100'000);
}

// Programs that were built with the first version have shorter structs.
TEST_CASE("structs of the first version do what they did") {
  const Handle now = Create(ConfigOf(REMB_PROFILE_LIBWEBRTC));
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.struct_size = offsetof(remb_config, abs_capture_time_id);
  config.abs_capture_time_id = 99'999;  // not read
  const Handle then = Create(config);
  remb_stream stream = {};
  stream.ssrc = 65'536;
  stream.struct_size = sizeof stream;
  REQUIRE(remb_add_stream(now.get(), &stream) == REMB_OK);
  stream.struct_size = offsetof(remb_stream, abs_capture_time_id);
  stream.abs_capture_time_id = 99'999;
  REQUIRE(remb_add_stream(then.get(), &stream) == REMB_OK);

  constexpr size_t kSize = offsetof(remb_packet, abs_capture_time);
  std::vector<remb_packet> packets = ReadReferenceTrace("rfc52");
  std::vector<unsigned char> older;  // the same, packed as they were
  for (remb_packet packet : packets) {
    packet.struct_size = kSize;
    const auto* bytes = reinterpret_cast<const unsigned char*>(&packet);
    older.insert(older.end(), bytes, bytes + kSize);
  }
  for (size_t i = 0; i < packets.size(); i += 50) {
    const auto count = static_cast<int32_t>(std::min<size_t>(50, packets.size() - i));
    const auto* first = reinterpret_cast<const remb_packet*>(older.data() + i * kSize);
    int32_t facts;
    if (i % 100 == 0) {
      facts = remb_on_packets(then.get(), first, count);
    } else {
      facts = 0;
      for (int32_t k = 0; k < count; ++k) {
        const auto* packet = reinterpret_cast<const remb_packet*>(
            older.data() + (i + static_cast<size_t>(k)) * kSize);
        facts = (facts & REMB_ESTIMATE_UPDATED) | remb_on_packet(then.get(), packet);
      }
    }
    REQUIRE(remb_on_packets(now.get(), &packets[i], count) == facts);
    REQUIRE(ViewOf(then) == ViewOf(now));
  }
}

TEST_CASE("adaptive: a flood of SSRCs does not choose the clock") {
  const Handle estimator = Create(ConfigOf(REMB_PROFILE_ADAPTIVE));
  int64_t us = 0;
  const auto send = [&](uint32_t ssrc, uint32_t stamps) {
    remb_packet packet = MakePacket(ssrc, us += 1'000);
    packet.stamps = stamps;
    REQUIRE(remb_on_packet(estimator.get(), &packet) >= 0);
  };
  for (int i = 0; i < 20; ++i) send(1, kRtp | kAbsSendTime);
  // Each is known, but not by as many packets as would prove that it is no flood's: five.
  constexpr uint32_t kFlood = 64;
  for (uint32_t i = 0; i < 2 * kFlood; ++i) send(100 + i % kFlood, kRtp | kAbsSendTime);
  for (uint32_t i = 0; i < kFlood; ++i) {
    send(1, kRtp);
    send(100 + i, kRtp | kAbsSendTime);
  }
  CHECK(StatsOf(estimator.get()).clock == REMB_CLOCK_TRANSMISSION_OFFSET);
}

void AddSsrc(const Handle& estimator, uint32_t ssrc) {
  remb_stream stream = {};
  stream.struct_size = sizeof stream;
  stream.ssrc = ssrc;
  REQUIRE(remb_add_stream(estimator.get(), &stream) == REMB_OK);
}

Handle CreateThatKnowsSsrc1(remb_config config) {
  config.known_streams_only = 1;
  Handle estimator = Create(config);
  AddSsrc(estimator, 1);
  return estimator;
}

TEST_CASE("with known_streams_only others change nothing") {
  remb_config config = ConfigOf(GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  config.clock = GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_RTP_TIMESTAMP);
  const Handle estimator = CreateThatKnowsSsrc1(config);
  const Handle alone = CreateThatKnowsSsrc1(config);
  for (int64_t us = 0; us < 8'000'000; us += 5'000) {
    const remb_packet packet = MakePacket(1, us);
    REQUIRE(remb_on_packet(estimator.get(), &packet) == remb_on_packet(alone.get(), &packet));
    remb_packet forged[2] = {MakePacket(2, us + 1'000), MakePacket(3, us + 1'000)};
    forged[0].abs_send_time = static_cast<uint32_t>(us * 7'919) & 0xFFFFFF;
    forged[1].stamps = REMB_STAMP_RTP_TIMESTAMP;
    REQUIRE(remb_on_packet(estimator.get(), &forged[0]) >= 0);
    REQUIRE(remb_on_packets(estimator.get(), forged, 2) >= 0);
    SendIfDue(estimator.get(), us + 1'000);
    SendIfDue(alone.get(), us + 1'000);
    REQUIRE(ViewOf(estimator) == ViewOf(alone));
  }
  CHECK(remb_estimate(estimator.get()) > 0);
  CHECK(remb_streams(estimator.get(), nullptr, 0) == 1);
  AddSsrc(estimator, 2);
  const remb_packet packet = MakePacket(2, 8'000'000);
  remb_on_packet(estimator.get(), &packet);
  CHECK(SsrcsOf(estimator.get()) == std::vector<uint32_t>{1, 2});
}

TEST_CASE("with known_streams_only a packet of another tells the time as remb_poll does") {
  remb_config config = ConfigOf(GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  config.clock = GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_RTP_TIMESTAMP);
  const Handle told = CreateThatKnowsSsrc1(config);
  const Handle polled = CreateThatKnowsSsrc1(config);
  Random random(1);
  int64_t us = 0;
  int due = 0;
  for (int i = 0; i < 20'000; ++i) {
    us += random.OneIn(500) ? 3'000'000 : random.Uniform(0, 5'000);
    if (random.OneIn(4)) {
      const remb_packet packet = MakePacket(1, us);
      REQUIRE(remb_on_packet(told.get(), &packet) == remb_on_packet(polled.get(), &packet));
    }
    if (random.OneIn(200)) {
      REQUIRE(remb_sent(told.get(), us, 300'000) == remb_sent(polled.get(), us, 300'000));
    }
    us += random.Uniform(0, 5'000);
    const int64_t late_us = std::max<int64_t>(us - random.Uniform(0, 10'000), 0);
    const std::vector<uint8_t> rtp = RtpBytes(MakePacket(2, late_us));
    const int32_t facts = remb_poll(polled.get(), late_us, nullptr);
    REQUIRE(remb_on_rtp_packet(told.get(), late_us, rtp.data(), static_cast<int32_t>(rtp.size())) ==
            facts);
    REQUIRE(ViewOf(told) == ViewOf(polled));
    due += (facts & REMB_DUE) != 0;
  }
  CHECK(due > 100);
  CHECK(due < 19'900);
}

}  // namespace
}  // namespace remb::testing
