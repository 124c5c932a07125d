#include "tools/replay/capture/guesses.h"

#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

constexpr int64_t kIntervalUs = 10'000;

uint32_t AbsSendTime(int64_t time_us) {
  return static_cast<uint32_t>((time_us << 18) / 1'000'000) & 0xffffff;
}

// A packet each 10 ms, captured at up to 6 ms late, with the extensions and timestamp that
// `extension` and `timestamp` make of its send time.
RtpFlow MakeFlow(int packets, const std::function<Bytes(int64_t)>& extension,
                 const std::function<uint32_t(int64_t)>& timestamp) {
  RtpFinder finder({});
  for (int i = 0; i < packets; ++i) {
    const int64_t sent_us = 1'000'000'000 + i * kIntervalUs;
    const int64_t late_us = i % 4 * 2'000;
    finder.OnDatagram(Received(sent_us + late_us, Rtp(7, static_cast<uint16_t>(i),
                                                      timestamp(sent_us), extension(sent_us))));
  }
  return finder.TakeLargest().value();
}

uint32_t Video(int64_t sent_us) {
  return static_cast<uint32_t>(sent_us / 33'333 * 3'000);  // 30 frames a second
}

TEST_CASE("abs-send-time is what runs with the clock, beyond a wrap at 64 s") {
  const RtpFlow flow = MakeFlow(
      8000,
      [](int64_t sent_us) {
        return OneByteExtension({{1, 0},
                                 {2, 0x123456},
                                 {4, AbsSendTime(sent_us)},
                                 {5, AbsSendTime(sent_us) * 2 & 0xffffff}});
      },
      Video);
  const std::optional<AbsSendTimeGuess> guess = GuessAbsSendTime(flow);
  REQUIRE(guess);
  CHECK(guess->id == 4);
  CHECK(guess->share == 1);
  CHECK(guess->values > 7000);
}

TEST_CASE("none: random values, constants, and too little to tell") {
  const auto random = [](int64_t sent_us) {
    return OneByteExtension({{4, static_cast<uint32_t>(sent_us * 2654435761u) & 0xffffff}, {5, 9}});
  };
  CHECK_FALSE(GuessAbsSendTime(MakeFlow(2000, random, Video)));
  const auto real = [](int64_t sent_us) { return OneByteExtension({{4, AbsSendTime(sent_us)}}); };
  CHECK_FALSE(GuessAbsSendTime(MakeFlow(20, real, Video)));
  CHECK(GuessAbsSendTime(MakeFlow(100, real, Video)));
}

TEST_CASE("RTP clock rates by SSRC") {
  for (int32_t rate : {8'000, 16'000, 32'000, 44'100, 48'000, 90'000}) {
    const RtpFlow flow = MakeFlow(
        300, [](int64_t) { return Bytes(); },
        [rate](int64_t sent_us) {
          return static_cast<uint32_t>(0xffffff00 + sent_us * rate / 1'000'000);
        });
    const ClockRateGuess guess = GuessClockRates(flow).at(7);
    CHECK(guess.rate_hz == rate);
    CHECK(guess.sure);
    CHECK(guess.measured_hz > 0.99 * rate);
    CHECK(guess.measured_hz < 1.01 * rate);
  }
  const auto none = [](int64_t) { return Bytes(); };
  const ClockRateGuess odd = GuessClockRates(MakeFlow(300, none, [](int64_t us) {
                               return static_cast<uint32_t>(us);
                             })).at(7);
  CHECK(odd.rate_hz == 90'000);
  CHECK_FALSE(odd.sure);
  CHECK(odd.measured_hz > 900'000);
  const ClockRateGuess short_one = GuessClockRates(MakeFlow(50, none, Video)).at(7);
  CHECK(short_one.rate_hz == 90'000);
  CHECK_FALSE(short_one.measured_hz);
}

TEST_CASE("transmission offset is what makes RTP timestamps agree with arrival") {
  const auto offset = [](int64_t sent_us) {
    const int64_t ticks = sent_us * 9 / 100 - Video(sent_us);  // of 90 kHz
    return OneByteExtension({{2, static_cast<uint32_t>(ticks & 0xffffff)},
                             {3, AbsSendTime(sent_us)},
                             {6, static_cast<uint32_t>(-ticks & 0xffffff)}});
  };
  const RtpFlow flow = MakeFlow(500, offset, Video);
  const auto rates = GuessClockRates(flow);
  const std::optional<TransmissionOffsetGuess> guess = GuessTransmissionOffset(flow, rates, 3);
  REQUIRE(guess);
  CHECK(guess->id == 2);
  CHECK(guess->with_ms < 0.9 * guess->without_ms);

  const auto constant = [](int64_t) { return OneByteExtension({{2, 0}, {4, 7}}); };
  const RtpFlow none = MakeFlow(500, constant, Video);
  CHECK_FALSE(GuessTransmissionOffset(none, GuessClockRates(none), 3));
}

TEST_CASE("24 bits with a sign") {
  CHECK(Signed24(0) == 0);
  CHECK(Signed24(0x7fffff) == 8388607);
  CHECK(Signed24(0x800000) == -8388608);
  CHECK(Signed24(0xffffff) == -1);
}

}  // namespace
}  // namespace remb::replay
