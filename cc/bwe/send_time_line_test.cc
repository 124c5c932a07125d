#include "cc/bwe/send_time_line.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

namespace remb::core {
namespace {

uint32_t AbsSendTime(int64_t us) {
  return static_cast<uint32_t>((us << 18) / 1'000'000) & 0xFF'FFFF;
}

// The send time that the line gives, less the first one's.
class Line {
 public:
  explicit Line(int64_t first_us) : first_us_(first_us), origin_us_(Unwrap(first_us)) {}
  int64_t Unwrap(int64_t sent_us) { return UnwrapAt(sent_us, sent_us + 40'000); }
  int64_t UnwrapAt(int64_t sent_us, int64_t arrival_us) {
    return line_.Unwrap(AbsSendTime(sent_us), Timestamp::Micros(arrival_us));
  }
  // By how much the line is wrong.
  int64_t Error(int64_t sent_us, int64_t arrival_us) {
    return std::abs(UnwrapAt(sent_us, arrival_us) - origin_us_ - (sent_us - first_us_));
  }

 private:
  SendTimeLine line_;
  int64_t first_us_;
  int64_t origin_us_;
};

constexpr int64_t kTickUs = 4;

TEST_CASE("SendTimeLine: goes on over wraps") {
  Line line(63'000'000);
  for (int64_t sent_us = 63'000'000; sent_us < 400'000'000; sent_us += 1'234'567) {
    CHECK(line.Error(sent_us, sent_us + 50'000) <= kTickUs);
  }
}

TEST_CASE("SendTimeLine: takes packets in any order, at a wrap too") {
  Line line(63'990'000);
  for (int64_t sent_us : {64'010'000, 63'995'000, 64'020'000, 64'005'000, 64'030'000}) {
    CHECK(line.Error(sent_us, 64'100'000) <= kTickUs);
  }
}

TEST_CASE("SendTimeLine: makes up for wraps in a pause") {
  for (int64_t pause_s : {21, 31, 33, 63, 64, 65, 100, 640, 3'600}) {
    Line line(10'000'000);
    const int64_t sent_us = 10'000'000 + pause_s * 1'000'000;
    CHECK(line.Error(sent_us, sent_us + 150'000) <= kTickUs);
    CHECK(line.Error(sent_us + 20'000, sent_us + 170'000) <= kTickUs);
  }
}

TEST_CASE("SendTimeLine: a jump of the receiver's clock is no pause") {
  Line line(10'000'000);
  CHECK(line.Error(10'020'000, 40'060'000) <= kTickUs);
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

}  // namespace
}  // namespace remb::core
