#include "cc/bwe/capture_clock.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

constexpr double kNtpSecond = 4294967296.0;

// A sender whose RTP clock runs by `rate`, with the stamps that a test asks for.
class Fixture {
 public:
  explicit Fixture(uint32_t first_rtp = 0xFFFF'0000, double first_ntp = 4294967290.5,
                   int clock_rate_hz = 90'000)
      : first_rtp_(first_rtp), first_ntp_(first_ntp), clock_rate_hz_(clock_rate_hz) {}

  // A packet of a frame captured at `ms`; with a stamp that is wrong by `error_ms`.
  std::optional<double> Plain(double ms) { return Give(ms, ReceivedPacket::kRtpTimestamp); }
  std::optional<double> Stamped(double ms, double error_ms = 0) {
    return Give(ms, ReceivedPacket::kRtpTimestamp | ReceivedPacket::kAbsCaptureTime, error_ms);
  }
  std::optional<double> WithOffset(double ms, double offset_ms, uint32_t stamps = 0,
                                   double error_ms = 0) {
    offset_ = static_cast<int32_t>(std::lround(offset_ms * clock_rate_hz_ / 1000));
    return Give(ms, stamps | ReceivedPacket::kRtpTimestamp | ReceivedPacket::kTransmissionOffset,
                error_ms);
  }
  // The same without saying that the RTP timestamp is one.
  std::optional<double> Untimed(double ms) { return Give(ms, 0); }
  // Sets the sender's NTP clock, or its RTP clock.
  void SetNtp(double by_ms) { ntp_ahead_ms_ += by_ms; }
  void SetRtp(uint32_t by_ticks) { first_rtp_ += by_ticks; }
  CaptureClock& clock() { return clock_; }

 private:
  // The answer in ms after the first capture.
  std::optional<double> Give(double ms, uint32_t stamps, double error_ms = 0) {
    const ReceivedPacket packet = {
        .ssrc = 1,
        .stamps = stamps,
        .abs_send_time = 0,
        .rtp_timestamp =
            first_rtp_ + static_cast<uint32_t>(std::llround(ms * clock_rate_hz_ / 1000)),
        .transmission_offset = offset_,
        .size = DataSize::Bytes(1000),
        .arrival = Timestamp::Millis(0),
        .capture_time = Ntp(ms + ntp_ahead_ms_ + error_ms)};
    const std::optional<NtpTime> time = clock_.OnPacket(packet, clock_rate_hz_);
    if (!time) return std::nullopt;
    return static_cast<double>(static_cast<int64_t>(*time - Ntp(0))) / kNtpSecond * 1000;
  }
  NtpTime Ntp(double ms) const {
    return static_cast<NtpTime>(std::llround(first_ntp_)) * (uint64_t{1} << 32) +
           static_cast<NtpTime>(std::llround(ms / 1000 * kNtpSecond));
  }

  CaptureClock clock_;
  uint32_t first_rtp_;
  double first_ntp_;
  int clock_rate_hz_;
  int32_t offset_ = 0;
  double ntp_ahead_ms_ = 0;
};

bool Near(std::optional<double> a, double b, double within = 0.02) {
  return a && std::abs(*a - b) <= within;
}

TEST_CASE("CaptureClock: nothing is known before the first stamp") {
  Fixture fixture;
  CHECK_FALSE(fixture.Plain(0));
  CHECK_FALSE(fixture.WithOffset(33, 5));
  CHECK_FALSE(fixture.clock().mapped());
  CHECK(Near(fixture.Stamped(66), 66));
  CHECK(fixture.clock().mapped());
  CHECK(Near(fixture.Plain(33), 33));  // also what was captured before it
}

TEST_CASE("CaptureClock: the RTP clock goes on from a stamp, past the wrap of both clocks") {
  const int clock_rate_hz = GENERATE(8'000, 48'000, 90'000);
  Fixture fixture(0xFFFF'F000, 4294967295.0, clock_rate_hz);
  CHECK(Near(fixture.Stamped(0), 0));
  for (int i = 1; i < 3000; ++i) {
    const double ms = 20.0 * i;
    const auto time = i % 50 == 0 ? fixture.Stamped(ms) : fixture.Plain(ms);
    REQUIRE(Near(time, ms));
  }
  CHECK(fixture.clock().jumps() == 0);
}

TEST_CASE("CaptureClock: the transmission offset is added") {
  Fixture fixture;
  CHECK(Near(fixture.WithOffset(0, 7, ReceivedPacket::kAbsCaptureTime), 7));
  CHECK(Near(fixture.WithOffset(40, 25), 65));
  CHECK(Near(fixture.WithOffset(80, -10), 70));
}

TEST_CASE("CaptureClock: without an RTP timestamp there is nothing to map") {
  CaptureClock clock;
  const ReceivedPacket packet = {.ssrc = 1,
                                 .stamps = ReceivedPacket::kAbsCaptureTime,
                                 .abs_send_time = 0,
                                 .rtp_timestamp = 0,
                                 .transmission_offset = 0,
                                 .size = DataSize::Bytes(1000),
                                 .arrival = Timestamp::Millis(0),
                                 .capture_time = 1};
  CHECK_FALSE(clock.OnPacket(packet, 90'000));
  CHECK_FALSE(clock.mapped());
}

// Of a stamp a second, as most senders send.
TEST_CASE("CaptureClock: jitter of stamps hardly shows, and never as a step") {
  testing::Random random(1);
  Fixture fixture;
  fixture.Stamped(0);
  double worst = 0;
  double worst_step = 0;
  double before = 0;
  for (int i = 1; i < 6000; ++i) {
    const double ms = 10.0 * i;
    const double jitter = static_cast<double>(random.Uniform(-20'000, 20'000)) / 1000;
    const auto time = i % 100 == 0 ? fixture.Stamped(ms, jitter) : fixture.Plain(ms);
    REQUIRE(time);
    const double error = *time - ms;
    worst = std::max(worst, std::abs(error));
    worst_step = std::max(worst_step, std::abs(error - before));
    before = error;
  }
  CHECK(worst < 10);
  CHECK(worst_step < 0.06);  // 40 ms in 8 s, for 10 ms
  CHECK(fixture.clock().jumps() == 0);
}

TEST_CASE("CaptureClock: the drift between the RTP and the NTP clock is followed") {
  Fixture fixture;
  // 100 us a second; after a while the mapping lags by what it takes 8 s to correct.
  for (int i = 0; i < 6000; ++i) {
    const double ms = 10.0 * i;
    const double drift = ms / 1000 * 0.1;
    const auto time = i % 100 == 0 ? fixture.Stamped(ms, drift) : fixture.Plain(ms);
    if (i > 3000) REQUIRE(Near(time, ms + drift, 1.1));
  }
}

TEST_CASE("CaptureClock: a jump of the NTP clock starts afresh at once") {
  const double jump_ms = GENERATE(-3'600'000.0, -150.0, 150.0, 10'000.0);
  Fixture fixture;
  fixture.Stamped(0);
  fixture.Stamped(1000);
  fixture.SetNtp(jump_ms);
  CHECK(Near(fixture.Plain(1900), 1900));  // nothing has told it yet
  CHECK(Near(fixture.Stamped(2000), 2000 + jump_ms));
  CHECK(Near(fixture.Plain(2033), 2033 + jump_ms));
  CHECK(fixture.clock().jumps() == 1);
  CHECK(Near(fixture.Stamped(3000), 3000 + jump_ms));
  CHECK(fixture.clock().jumps() == 1);
}

TEST_CASE("CaptureClock: so does a jump of the RTP clock") {
  Fixture fixture;
  fixture.Stamped(0);
  fixture.SetRtp(0x8765'4321);
  CHECK(Near(fixture.Stamped(1000), 1000));
  CHECK(Near(fixture.Plain(1033), 1033));
  CHECK(fixture.clock().jumps() == 1);
}

TEST_CASE("CaptureClock: stamps that keep jumping are not believed until they cease to") {
  Fixture fixture;
  fixture.Stamped(0);
  CHECK(fixture.Stamped(1000, 300));
  CHECK_FALSE(fixture.Stamped(2000, -300));
  CHECK_FALSE(fixture.Plain(2033));
  CHECK_FALSE(fixture.Stamped(3000, 0));
  CHECK(Near(fixture.Stamped(4000, 0), 4000));
  CHECK(Near(fixture.Plain(4033), 4033));
}

TEST_CASE("CaptureClock: a stamp that comes late changes nothing") {
  Fixture fixture;
  fixture.Stamped(0);
  fixture.Plain(33);
  fixture.Plain(66);
  fixture.Stamped(1000);
  fixture.Plain(1033);
  fixture.Stamped(900, 50);
  CHECK(Near(fixture.Plain(1066), 1066));
}

// Send times in place of capture times: frames are spread out, and nothing but the stamp says so.
TEST_CASE("CaptureClock: where all packets have a stamp each is taken at its word") {
  Fixture fixture;
  for (int frame = 0; frame < 100; ++frame) {
    for (int i = 0; i < 4; ++i) {
      const double delay = 9.0 * i + frame % 3;
      REQUIRE(Near(fixture.Stamped(33.0 * frame, delay), 33.0 * frame + delay));
    }
  }
}

TEST_CASE("CaptureClock: the first packet of each frame may have it for all") {
  Fixture fixture;
  for (int frame = 0; frame < 100; ++frame) {
    const double error = frame % 5;
    REQUIRE(Near(fixture.Stamped(33.0 * frame, error), 33.0 * frame + error));
    REQUIRE(Near(fixture.Plain(33.0 * frame), 33.0 * frame + error));
    if (frame % 20 == 19) fixture.Plain(33.0 * frame + 16);  // one was lost
  }
}

TEST_CASE("CaptureClock: a packet without an RTP timestamp is no frame") {
  Fixture fixture;
  for (int frame = 0; frame < 10; ++frame) fixture.Stamped(33.0 * frame);
  for (int i = 1; i <= 20; ++i) CHECK_FALSE(fixture.Untimed(300.0 + i));
  CHECK(Near(fixture.Stamped(330, 5), 335));  // each frame still has a stamp, at its word
}

TEST_CASE("CaptureClock: with the transmission offset the RTP clock rules all the same") {
  Fixture fixture;
  double before = 0;
  for (int frame = 0; frame < 300; ++frame) {
    const double jitter = frame % 2 == 0 ? 8 : 0;
    const auto time = fixture.WithOffset(33.0 * frame, 3, ReceivedPacket::kAbsCaptureTime, jitter);
    REQUIRE(time);
    const double error = *time - 33.0 * frame;
    if (frame > 0) REQUIRE(std::abs(error - before) < 0.1);
    before = error;
  }
}

TEST_CASE("CaptureClock: any numbers are harmless") {
  testing::Random random(2);
  const auto any64 = [&] {
    return static_cast<uint64_t>(random.Uniform(0, 0xFFFF'FFFF)) << 32 |
           static_cast<uint64_t>(random.Uniform(0, 0xFFFF'FFFF));
  };
  CaptureClock clock;
  for (int i = 0; i < 100'000; ++i) {
    const int clock_rate_hz = i % 2 ? 1'000 : 1'000'000;
    const ReceivedPacket packet = {
        .ssrc = 1,
        .stamps = static_cast<uint32_t>(random.Uniform(0, 15)),
        .abs_send_time = 0,
        .rtp_timestamp = static_cast<uint32_t>(any64()),
        .transmission_offset = static_cast<int32_t>(random.Uniform(-(1 << 23), (1 << 23) - 1)),
        .size = DataSize::Bytes(1000),
        .arrival = Timestamp::Millis(0),
        .capture_time = any64()};
    clock.OnPacket(packet, clock_rate_hz);
  }
  CHECK(clock.mapped());
}

TEST_CASE("CaptureClock: a stamp that is off by 100 ms or more is a jump") {
  for (const double error_ms : {-105.0, -95.0, 95.0, 105.0}) {
    CAPTURE(error_ms);
    Fixture fixture;
    fixture.Stamped(0);
    fixture.Stamped(1000, error_ms);
    CHECK(fixture.clock().jumps() == (std::abs(error_ms) > 100 ? 1 : 0));
  }
}

TEST_CASE("CaptureClock: a stamp's deviation enters by an eighth in a second, and no more") {
  Fixture fixture;
  fixture.Stamped(0);
  fixture.Plain(10);
  fixture.Plain(20);
  fixture.Stamped(1000, 80);
  CHECK(Near(fixture.Plain(1100), 1101));
  CHECK(Near(fixture.Plain(2000), 2010));
  CHECK(Near(fixture.Plain(4000), 4010));
  CHECK(Near(fixture.Plain(900), 900));
}

TEST_CASE(
    "CaptureClock: stamps are taken at their word after eight more frames with than without") {
  Fixture fixture;
  fixture.Stamped(0);
  fixture.Plain(33);
  fixture.Plain(66);
  double ms = 99;
  for (int frame = 0; frame <= 8; ++frame, ms += 33) {
    CHECK(Near(fixture.Stamped(ms, 5), ms + 5) == (frame == 8));
  }
  for (int frame = 0; frame <= 8; ++frame, ms += 33) {
    CHECK(Near(fixture.Plain(ms), ms + 5) == (frame < 8));
  }
}

TEST_CASE("CaptureClock: of two stamps on a frame the second counts") {
  Fixture fixture;
  fixture.Stamped(0);
  fixture.Stamped(33);
  fixture.Stamped(33, 9);
  CHECK(Near(fixture.Plain(33), 42));
}

TEST_CASE("CaptureClock: a stamp twice on a frame does not end a row of jumps") {
  Fixture fixture;
  fixture.Stamped(0);
  CHECK(fixture.Stamped(1000, 300));
  CHECK(fixture.Stamped(1000, 300));
  CHECK_FALSE(fixture.Stamped(2000, -300));
}

TEST_CASE("CaptureClock: what comes before the first stamp changes nothing") {
  Fixture fresh;
  Fixture heard;
  for (int i = 0; i < 20; ++i) CHECK_FALSE(heard.Plain(i * 33 - 1000));
  for (int i = 0; i < 20; ++i) {
    const double error_ms = i % 3;
    CHECK(heard.Stamped(i * 33, error_ms) == fresh.Stamped(i * 33, error_ms));
    CHECK(heard.Plain(i * 33) == fresh.Plain(i * 33));
  }
}

}  // namespace
}  // namespace remb::core
