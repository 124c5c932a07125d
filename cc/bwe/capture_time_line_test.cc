#include "cc/bwe/capture_time_line.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>
#include <limits>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Place = CaptureTimeLine::Place;

// A stream whose packets arrive at once; its clock is ahead of ours by `ahead_ms`.
struct TestStream {
  uint32_t ssrc;
  int64_t ahead_ms = 0;
  uint32_t jumps = 0;
  CaptureTimeLine::Member member = {};

  Place Send(CaptureTimeLine& line, int64_t now_ms, int64_t delay_ms = 0) {
    const int64_t sent_ms = now_ms - delay_ms + ahead_ms;
    const auto sent = static_cast<NtpTime>(sent_ms * (int64_t{1} << 32) / 1000);
    return line.OnPacket(ssrc, jumps, sent, Timestamp::Millis(now_ms), member);
  }
};

constexpr int64_t kStart = 1'000'000;

TEST_CASE("CaptureTimeLine: streams by one clock share it") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2, .ahead_ms = -60};  // it takes longer to encode
  CHECK_FALSE(line.Has(a.member));
  CHECK(a.Send(line, kStart) == Place::kNewLine);
  CHECK(line.Has(a.member));
  CHECK(b.Send(line, kStart + 5) == Place::kOn);
  for (int64_t ms = 10; ms < 5000; ms += 10) {
    REQUIRE(a.Send(line, kStart + ms) == Place::kOn);
    REQUIRE(b.Send(line, kStart + ms + 5) == Place::kOn);
  }
}

TEST_CASE("CaptureTimeLine: another clock is off") {
  const int64_t ahead_ms = GENERATE(-3'600'000, -40'000, -300, 300, 40'000, 2'000'000'000);
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream odd{.ssrc = 2, .ahead_ms = ahead_ms};
  a.Send(line, kStart);
  for (int64_t ms = 10; ms < 5000; ms += 10) {
    REQUIRE(a.Send(line, kStart + ms) == Place::kOn);
    REQUIRE(odd.Send(line, kStart + ms + 5) == Place::kOff);
  }
  CHECK_FALSE(line.Has(odd.member));
}

TEST_CASE("CaptureTimeLine: the odd one out does not keep the line because it was first") {
  CaptureTimeLine line;
  TestStream odd{.ssrc = 1, .ahead_ms = 40'000};
  TestStream a{.ssrc = 2};
  TestStream b{.ssrc = 3};
  CHECK(odd.Send(line, kStart) == Place::kNewLine);
  int new_lines = 0;
  for (int64_t ms = 10; ms < 10'000; ms += 10) {
    const bool settled = ms > 2000;
    for (TestStream* stream : {&odd, &a, &b}) {
      const Place place = stream->Send(line, kStart + ms);
      new_lines += place == Place::kNewLine;
      if (settled) REQUIRE((place == Place::kOn) == (stream != &odd));
    }
  }
  CHECK(new_lines == 1);
}

TEST_CASE("CaptureTimeLine: clocks that all differ leave the line to the first") {
  CaptureTimeLine line;
  TestStream streams[] = {
      {.ssrc = 1}, {.ssrc = 2, .ahead_ms = 5'000}, {.ssrc = 3, .ahead_ms = -7'000}};
  int on[3] = {};
  int new_lines = 0;
  for (int64_t ms = 0; ms < 20'000; ms += 10) {
    for (int i = 0; i < 3; ++i) {
      const Place place = streams[i].Send(line, kStart + ms);
      on[i] += place != Place::kOff;
      new_lines += place == Place::kNewLine;
    }
  }
  CHECK(new_lines == 1);
  CHECK(on[0] == 2000);
  CHECK(on[1] + on[2] == 0);
}

TEST_CASE("CaptureTimeLine: a clock that is set carries the line along if nobody else is on it") {
  const int64_t jump_ms = GENERATE(-3'600'000, -150, 150, 10'000);
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream before{.ssrc = 2};
  before.Send(line, kStart);
  for (int64_t ms = 0; ms < 2000; ms += 10) a.Send(line, kStart + ms);
  a.ahead_ms += jump_ms;
  ++a.jumps;
  CHECK(a.Send(line, kStart + 2000) == Place::kNewLine);
  CHECK(a.Send(line, kStart + 2010) == Place::kOn);
}

TEST_CASE("CaptureTimeLine: streams whose clock is set meet again") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2};
  int new_lines = 0;
  int last_off = 0;
  for (int ms = 0; ms < 10'000; ms += 10) {
    for (TestStream* stream : {&a, &b}) {
      // Each learns of it by its own next stamp.
      if (ms == (stream == &a ? 3000 : 3600)) {
        stream->ahead_ms += 8'000;
        ++stream->jumps;
      }
      const Place place = stream->Send(line, kStart + ms);
      new_lines += place == Place::kNewLine;
      if (place == Place::kOff) last_off = ms;
    }
  }
  CHECK(new_lines <= 3);
  CHECK(last_off < 6000);
}

TEST_CASE("CaptureTimeLine: a queue delays packets of the line by seconds") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2};
  a.Send(line, kStart);
  b.Send(line, kStart);
  int64_t now = kStart;
  for (int64_t delay = 0; delay < 5000; delay += 10) {  // it grows
    now += 20;
    REQUIRE(a.Send(line, now, delay) == Place::kOn);
    REQUIRE(b.Send(line, now, delay) == Place::kOn);
  }
  for (int64_t delay = 5000; delay > 0; delay -= 100) {  // it drains
    now += 10;
    REQUIRE(a.Send(line, now, delay) == Place::kOn);
    REQUIRE(b.Send(line, now, delay) == Place::kOn);
  }
}

TEST_CASE("CaptureTimeLine: after a silence there is a new line") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  a.Send(line, kStart);
  CHECK(a.Send(line, kStart + 2000) == Place::kOn);
  CHECK(a.Send(line, kStart + 4001) == Place::kNewLine);
  line.Reset();
  CHECK_FALSE(line.Has(a.member));
  CHECK(a.Send(line, kStart + 4002) == Place::kNewLine);
}

TEST_CASE("CaptureTimeLine: a line that leaps without a jump of the clock is found again") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  int off = 0;
  for (int64_t ms = 0; ms < 10'000; ms += 10) {
    if (ms == 5000) a.ahead_ms = 1000;  // frames a second apart that a queue let go at once
    off += a.Send(line, kStart + ms) == Place::kOff;
  }
  CHECK(off > 0);
  CHECK(off <= 201);  // for two votes
}

TEST_CASE("CaptureTimeLine: any numbers are harmless") {
  testing::Random random(3);
  CaptureTimeLine line;
  CaptureTimeLine::Member members[4];
  int64_t now_us = 0;
  for (int i = 0; i < 100'000; ++i) {
    now_us += random.Uniform(0, 100'000);
    if (i == 50'000) now_us = std::numeric_limits<int64_t>::max() / 4 - 10'000'000'000;
    const auto ssrc = static_cast<uint32_t>(random.Uniform(0, 3));
    const auto sent = static_cast<NtpTime>(random.Uniform(0, 0xFFFF'FFFF)) << 32;
    const Place place = line.OnPacket(ssrc, 0, sent, Timestamp::Micros(now_us), members[ssrc]);
    if (place != Place::kOff) REQUIRE(line.Has(members[ssrc]));
  }
}

TEST_CASE("CaptureTimeLine: a stream that joins may differ by 100 ms") {
  for (const int64_t ahead_ms : {-110, -90, 90, 110}) {
    CAPTURE(ahead_ms);
    CaptureTimeLine line;
    TestStream a{.ssrc = 1};
    TestStream b{.ssrc = 2, .ahead_ms = ahead_ms};
    a.Send(line, kStart);
    CHECK((b.Send(line, kStart) == Place::kOn) == (std::abs(ahead_ms) < 100));
  }
}

TEST_CASE("CaptureTimeLine: on the line packets may be up to 10 s later, and 200 ms earlier") {
  struct Step {
    int64_t delay_ms;
    int64_t next_delay_ms;
    bool on;
  };
  for (const Step& step :
       {Step{0, 9'900, true}, {0, 10'100, false}, {300, 150, true}, {300, 50, false}}) {
    CAPTURE(step.delay_ms, step.next_delay_ms);
    CaptureTimeLine line;
    TestStream a{.ssrc = 1};
    a.Send(line, kStart, step.delay_ms);
    CHECK((a.Send(line, kStart + 100, step.next_delay_ms) == Place::kOn) == step.on);
  }
}

TEST_CASE("CaptureTimeLine: goes by the newest packet, whatever comes late") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  a.Send(line, kStart);
  CHECK(a.Send(line, kStart + 5, 5'000) == Place::kOn);
  CHECK(a.Send(line, kStart + 10) == Place::kOn);
}

TEST_CASE("CaptureTimeLine: a clock may drift away from ours") {
  for (const int64_t drift : {-1, 1}) {
    CaptureTimeLine line;
    TestStream a{.ssrc = 1};
    a.Send(line, kStart);
    for (int64_t ms = 10; ms < 20'000; ms += 10) {
      a.ahead_ms += drift;
      REQUIRE(a.Send(line, kStart + ms) == Place::kOn);
    }
  }
}

TEST_CASE("CaptureTimeLine: who is set alone does not carry others' line along") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2};
  for (int64_t ms = 0; ms < 2000; ms += 10) {
    a.Send(line, kStart + ms);
    b.Send(line, kStart + ms);
  }
  a.ahead_ms += 8'000;
  ++a.jumps;
  CHECK(a.Send(line, kStart + 2000) == Place::kOff);
  CHECK(b.Send(line, kStart + 2000) == Place::kOn);
}

TEST_CASE("CaptureTimeLine: the first packet begins a line at any time, and none is on it before") {
  CaptureTimeLine line;
  CHECK_FALSE(line.Has({}));
  line.Reset();
  CHECK_FALSE(line.Has({}));
  CaptureTimeLine early;
  TestStream a{.ssrc = 1, .ahead_ms = 40'000};
  CHECK(a.Send(early, 1'000) == Place::kNewLine);
}

// When so many packets of another clock each 100 ms take the line over from so many on it, in ms;
// 0: not within 5 s.
int64_t TakenOver(int on_line, int rival) {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2, .ahead_ms = 40'000};
  for (int64_t ms = 0; ms < 5'000; ms += 100) {
    for (int i = 0; i < on_line; ++i) a.Send(line, kStart + ms);
    for (int i = 0; i < rival; ++i) {
      if (b.Send(line, kStart + ms) == Place::kNewLine) return ms;
    }
  }
  return 0;
}

TEST_CASE("CaptureTimeLine: each second three against two take the line over") {
  CHECK(TakenOver(5, 8) == 1'000);
  CHECK(TakenOver(2, 3) == 0);
  CHECK(TakenOver(3, 4) == 0);
}

TEST_CASE("CaptureTimeLine: the first packets of each count") {
  for (const int rival : {1, 2}) {
    CaptureTimeLine line;
    TestStream a{.ssrc = 1};
    TestStream b{.ssrc = 2, .ahead_ms = 40'000};
    a.Send(line, kStart);
    for (int i = 0; i < rival; ++i) b.Send(line, kStart + 500);
    CHECK((b.Send(line, kStart + 1'000) == Place::kNewLine) == (rival == 2));
    // And so in the next second.
    CaptureTimeLine next;
    TestStream c{.ssrc = 3};
    c.Send(next, kStart);
    c.Send(next, kStart + 1'000);
    for (int i = 0; i < rival; ++i) b.Send(next, kStart + 1'500);
    CHECK((b.Send(next, kStart + 2'000) == Place::kNewLine) == (rival == 2));
  }
}

TEST_CASE("CaptureTimeLine: who takes the line over is who won the vote") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2, .ahead_ms = 40'000};
  TestStream odd{.ssrc = 3, .ahead_ms = -40'000};
  for (int64_t ms = 0; ms < 1'000; ms += 100) {
    a.Send(line, kStart + ms);
    for (int i = 0; i < 3; ++i) b.Send(line, kStart + ms);
  }
  CHECK(odd.Send(line, kStart + 1'000) == Place::kOff);
  CHECK(b.Send(line, kStart + 1'000) == Place::kNewLine);
}

TEST_CASE("CaptureTimeLine: a lone packet by a third clock keeps nobody out for long") {
  CaptureTimeLine line;
  TestStream a{.ssrc = 1};
  TestStream b{.ssrc = 2, .ahead_ms = 40'000};
  TestStream odd{.ssrc = 3, .ahead_ms = -40'000};
  int64_t taken_ms = 0;
  for (int64_t ms = 0; ms < 5'000 && taken_ms == 0; ms += 100) {
    a.Send(line, kStart + ms);
    if (ms == 0) odd.Send(line, kStart);
    for (int i = 0; i < 3; ++i) {
      if (b.Send(line, kStart + ms) == Place::kNewLine) taken_ms = ms;
    }
  }
  CHECK(taken_ms == 2'000);
}

}  // namespace
}  // namespace remb::core
