#include "cc/bwe/send_time_line.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>

namespace remb::core {
namespace {

uint32_t AbsSendTime(int64_t us) {
  return static_cast<uint32_t>((us << 18) / 1'000'000) & 0xFF'FFFF;
}

constexpr int64_t kTickUs = 4;

// Packets that take any time, of which the first is known to take 40 ms.
class Line {
 public:
  // By how much the packet's delay is wrong.
  int64_t Error(int64_t sent_us, int64_t arrival_us) {
    const int64_t delay_us =
        AbsSendTimeDelay(AbsSendTime(sent_us), Timestamp::Micros(arrival_us), last_us_);
    last_us_ = delay_us;
    return std::abs(delay_us - (arrival_us - sent_us));
  }

 private:
  int64_t last_us_ = 40'000;
};

TEST_CASE("AbsSendTimeDelay: goes on over wraps") {
  Line line;
  for (int64_t sent_us = 63'000'000; sent_us < 400'000'000; sent_us += 1'234'567) {
    CHECK(line.Error(sent_us, sent_us + 50'000) <= kTickUs);
  }
}

TEST_CASE("AbsSendTimeDelay: takes packets in any order, at a wrap too") {
  Line line;
  for (int64_t sent_us : {64'010'000, 63'995'000, 64'020'000, 64'005'000, 64'030'000}) {
    CHECK(line.Error(sent_us, 64'100'000) <= kTickUs);
  }
}

TEST_CASE("AbsSendTimeDelay: no pause is too long") {
  for (int64_t pause_s : {21, 31, 33, 63, 64, 65, 100, 640, 3'600, 1'000'000}) {
    Line line;
    const int64_t sent_us = 10'000'000 + pause_s * 1'000'000;
    CHECK(line.Error(sent_us, sent_us + 150'000) <= kTickUs);
    CHECK(line.Error(sent_us + 20'000, sent_us + 170'000) <= kTickUs);
  }
}

TEST_CASE("AbsSendTimeDelay: gives the delay near the one asked for") {
  constexpr int64_t kHourUs = 3'600'000'000;
  for (int64_t near_us :
       {int64_t{0}, int64_t{-31'000'000}, int64_t{25'000'000}, int64_t{-25'000'000}, 100 * kHourUs,
        -100 * kHourUs, 100'000 * kHourUs, -100'000 * kHourUs}) {
    for (int64_t arrival_us : {int64_t{0}, kHourUs, int64_t{1} << 61}) {
      const int64_t delay_us = AbsSendTimeDelay(5, Timestamp::Micros(arrival_us), near_us);
      CHECK(std::abs(delay_us - near_us) <= 32'000'000);
      CHECK((arrival_us - 19 - delay_us) % 64'000'000 == 0);
    }
  }
}

TEST_CASE("RtpSendClock: gives what the delay varies by") {
  RtpSendClock clock;
  int64_t arrival_us = 1'000'000;
  uint32_t timestamp = 0xFFFF'F000;  // wraps soon
  for (int i = 0; i < 1000; ++i) {
    const int64_t wait_us = i == 0 ? 0 : i % 7 * 1'000;
    const int64_t delay_us =
        clock.Delay(timestamp, 90'000, Timestamp::Micros(arrival_us + wait_us), 0, 0);
    CHECK(std::abs(delay_us - wait_us) <= 20);  // a tick is 11 us
    timestamp += 3'000;
    arrival_us += 33'333 + (i % 3 == 2);
  }
}

TEST_CASE("RtpSendClock: begins with the delay of the line") {
  RtpSendClock clock;
  CHECK(clock.Delay(5, 48'000, Timestamp::Millis(70), 30'000, 10'000) == 30'000);
  CHECK(clock.Delay(5 + 480, 48'000, Timestamp::Millis(90), 30'000, 10'000) == 40'000);
}

TEST_CASE("RtpSendClock: who is ahead of the base was calibrated in a queue") {
  RtpSendClock clock;
  CHECK(clock.Delay(0, 90'000, Timestamp::Millis(100), 0, 0) == 0);
  CHECK(clock.Delay(9'000, 90'000, Timestamp::Millis(150), 0, 0) == 0);  // 50 ms less
  CHECK(clock.Delay(18'000, 90'000, Timestamp::Millis(260), 0, 0) == 10'000);
}

TEST_CASE("RtpSendClock: older frames lie where they belong") {
  RtpSendClock clock;
  clock.Delay(90'000, 90'000, Timestamp::Millis(100), 0, 0);
  CHECK(clock.Delay(81'000, 90'000, Timestamp::Millis(120), 0, 0) == 120'000);
  CHECK(clock.Delay(99'000, 90'000, Timestamp::Millis(205), 0, 0) == 5'000);
}

TEST_CASE("RtpSendClock: who is ahead of the base has it") {
  RtpSendClock clock;
  CHECK(clock.Delay(0, 90'000, Timestamp::Millis(100), 30'000, 10'000) == 30'000);
  CHECK(clock.Delay(9'000, 90'000, Timestamp::Millis(150), 30'000, 10'000) == 10'000);
  CHECK(clock.Delay(18'000, 90'000, Timestamp::Millis(260), 30'000, 10'000) == 20'000);
}

TEST_CASE("RtpSendClock: timestamps that leap by half their range, for as long as they like") {
  RtpSendClock clock;
  const int32_t leap = GENERATE(INT32_MAX, INT32_MIN + 1);
  uint32_t timestamp = 0;
  for (int i = 0; i < 5'000'000; ++i) {
    clock.Delay(timestamp, 1'000, Timestamp::Millis(i), 7, 0);
    timestamp += static_cast<uint32_t>(leap);
  }
  // The next that is true says what it always does.
  const int64_t first_us = clock.Delay(timestamp, 1'000, Timestamp::Millis(5'000'000), 7, 0);
  const int64_t next_us = clock.Delay(timestamp + 20, 1'000, Timestamp::Millis(5'000'025), 7, 0);
  CHECK(next_us - first_us == 5'000);
}

TEST_CASE("RtpSendClock: begins anew where timestamps have gone on by more than 2^50 ticks") {
  const int32_t leap = GENERATE(1 << 30, -(1 << 30));
  constexpr int64_t kLineUs = 7;
  RtpSendClock clock;
  uint32_t timestamp = 0;
  int64_t beginnings = 0;
  for (int i = 0; i <= (1 << 20) + 1; ++i) {
    const int64_t delay_us =
        clock.Delay(timestamp, 1'000, Timestamp::Millis(1), kLineUs, /*base_us=*/0);
    beginnings += delay_us == kLineUs;
    if (i == 1 << 20) CHECK(beginnings == 1);  // the first packet, and 2^50 ticks since
    timestamp += static_cast<uint32_t>(leap);
  }
  CHECK(beginnings == 2);
}

}  // namespace
}  // namespace remb::core
