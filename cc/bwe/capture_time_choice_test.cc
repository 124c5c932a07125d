#include "cc/bwe/capture_time_choice.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>

namespace remb::core {
namespace {

// A call whose packets come 10 ms apart.
class Fixture {
 public:
  // Of `of` packets in turn the first `on_line` lie on the line. Gives the last answer.
  bool Send(TimeDelta duration, int on_line, int of, bool has_estimate = true) {
    const Timestamp end = now_ + duration;
    for (int i = 0; now_ < end; ++i) {
      now_ = now_ + TimeDelta::Millis(10);
      chosen_ = choice_.OnPacket(i % of < on_line, has_estimate, now_);
    }
    return chosen_;
  }
  CaptureTimeChoice& choice() { return choice_; }

 private:
  CaptureTimeChoice choice_;
  Timestamp now_ = Timestamp::Millis(1000);
  bool chosen_ = false;
};

constexpr TimeDelta kPacket = TimeDelta::Millis(10);

TEST_CASE("CaptureTimeChoice: the first packet on the line is enough within the first window") {
  Fixture fixture;
  CHECK_FALSE(fixture.Send(TimeDelta::Millis(1900), 0, 1, false));
  CHECK(fixture.Send(kPacket, 1, 1, false));
}

TEST_CASE("CaptureTimeChoice: after that it takes an estimate and half of a window's packets") {
  Fixture fixture;
  CHECK_FALSE(fixture.Send(TimeDelta::Millis(2500), 0, 1, false));
  CHECK_FALSE(fixture.Send(TimeDelta::Seconds(10), 1, 1, false));
  fixture.Send(TimeDelta::Seconds(3), 0, 1);
  CHECK_FALSE(fixture.Send(TimeDelta::Seconds(10), 4, 10));
  CHECK(fixture.Send(TimeDelta::Seconds(5), 6, 10));
}

TEST_CASE("CaptureTimeChoice: less than a third leaves, but not before there is an estimate") {
  Fixture fixture;
  CHECK(fixture.Send(TimeDelta::Seconds(10), 4, 10));
  CHECK(fixture.Send(TimeDelta::Seconds(10), 3, 10, false));
  CHECK_FALSE(fixture.Send(TimeDelta::Seconds(5), 3, 10));
}

TEST_CASE("CaptureTimeChoice: to return takes 30 s, then 60, then 120 at most") {
  Fixture fixture;
  fixture.Send(kPacket, 1, 1);
  for (int hold_off_s : {30, 60, 120, 120}) {
    CHECK_FALSE(fixture.Send(TimeDelta::Seconds(5), 0, 1));  // it is left after up to 4 s
    CHECK_FALSE(fixture.Send(TimeDelta::Seconds(hold_off_s - 6), 1, 1));
    CHECK(fixture.Send(TimeDelta::Seconds(6), 1, 1));
  }
}

TEST_CASE("CaptureTimeChoice: a window has 30 packets at least") {
  CaptureTimeChoice choice;
  Timestamp now = Timestamp::Millis(1000);
  CHECK(choice.OnPacket(true, true, now));
  for (int i = 1; i < 30; ++i) {
    now = now + TimeDelta::Seconds(1);
    CHECK(choice.OnPacket(false, true, now));
  }
  CHECK_FALSE(choice.OnPacket(false, true, now + TimeDelta::Seconds(1)));
}

TEST_CASE("CaptureTimeChoice: to begin anew does not end the hold-off") {
  Fixture fixture;
  fixture.Send(kPacket, 1, 1);
  CHECK_FALSE(fixture.Send(TimeDelta::Seconds(5), 0, 1));
  fixture.choice().Begin();
  CHECK_FALSE(fixture.Send(TimeDelta::Seconds(20), 1, 1));
  CHECK(fixture.Send(TimeDelta::Seconds(12), 1, 1));
  fixture.choice().Begin();
  CHECK(fixture.Send(kPacket, 1, 1));  // it is over
}

TEST_CASE("CaptureTimeChoice: the first window is 2 s long") {
  for (const auto& [us, chosen] : {std::pair(1'999'999, true), std::pair(2'000'000, false)}) {
    CaptureTimeChoice choice;
    CHECK_FALSE(choice.OnPacket(false, false, Timestamp::Millis(0)));
    CHECK(choice.OnPacket(true, false, Timestamp::Micros(us)) == chosen);
  }
}

TEST_CASE("CaptureTimeChoice: a half is enough, and a third to stay") {
  // The first packet of all begins the first window, and the 30 after it end it.
  CaptureTimeChoice choice;
  Timestamp now = Timestamp::Millis(0);
  const auto window = [&](int on_line) {
    bool chosen = false;
    for (int i = 0; i < 40; ++i) {
      now = now + TimeDelta::Millis(50);
      chosen = choice.OnPacket(i < on_line, true, now);
    }
    return chosen;
  };
  CHECK_FALSE(choice.OnPacket(false, true, now));
  CHECK_FALSE(window(0));
  CHECK_FALSE(window(19));
  CHECK(window(20));
  CHECK(window(14));
  const Timestamp left = now + TimeDelta::Seconds(2);
  CHECK_FALSE(window(13));
  // Held off for 30 s to the microsecond.
  while (!window(40)) REQUIRE(now - left < TimeDelta::Seconds(60));
  CHECK(now - left == TimeDelta::Seconds(30));
}

TEST_CASE("CaptureTimeChoice: a third of a window's packets is enough to stay") {
  CaptureTimeChoice choice;
  Timestamp now = Timestamp::Millis(0);
  CHECK(choice.OnPacket(true, true, now));
  for (const int on_line : {20, 19}) {
    bool chosen = false;
    for (int i = 0; i < 60; ++i) {
      now = now + TimeDelta::Micros(33'334);
      chosen = choice.OnPacket(i < on_line, true, now);
    }
    CHECK(chosen == (on_line == 20));
  }
}

}  // namespace
}  // namespace remb::core
