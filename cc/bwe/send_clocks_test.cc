#include "cc/bwe/send_clocks.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>

namespace remb::core {
namespace {

constexpr int64_t kOtherUs = 10'000'000;

// Packets of 1000 bytes, by the clock that counts or by others.
class Clocks {
 public:
  void On(int64_t ms) {
    bytes_ += 1'000;
    last_on_ms_ = ms;
  }
  bool Off(int64_t ms, int64_t delay_us = kOtherUs, double interval = 0.033) {
    bytes_ += 1'000;
    return clocks_.OnPacketOff({.delay_us = delay_us,
                                .bytes = 1'000,
                                .bytes_before = bytes_ - 1'000,
                                .now = Timestamp::Millis(ms),
                                .silence = TimeDelta::Millis(ms - last_on_ms_),
                                .interval = interval});
  }

 private:
  SendClocks clocks_;
  int64_t bytes_ = 0;
  int64_t last_on_ms_ = 0;
};

TEST_CASE("SendClocks: a clock that was set is taken with its second packet after 133 ms") {
  Clocks clocks;
  clocks.On(1'000);
  for (int64_t ms : {1'010, 1'040, 1'070, 1'100, 1'130}) CHECK_FALSE(clocks.Off(ms));
  CHECK(clocks.Off(1'140));
}

TEST_CASE("SendClocks: after a pause, at once with the second packet") {
  Clocks clocks;
  clocks.On(1'000);
  CHECK_FALSE(clocks.Off(9'000));
  CHECK(clocks.Off(9'001));
}

TEST_CASE("SendClocks: frames further apart have to be missing for longer") {
  Clocks clocks;
  clocks.On(1'000);
  CHECK_FALSE(clocks.Off(1'500, kOtherUs, 0.2));
  CHECK_FALSE(clocks.Off(1'700, kOtherUs, 0.2));
  CHECK(clocks.Off(1'801, kOtherUs, 0.2));
}

TEST_CASE("SendClocks: lone packets are wrong") {
  Clocks clocks;
  for (int64_t ms = 1'000; ms < 20'000; ms += 10) {
    if (ms % 500 == 0) {
      CHECK_FALSE(clocks.Off(ms, ms % 1'000 == 0 ? kOtherUs : 3 * kOtherUs));
    } else {
      clocks.On(ms);
    }
  }
}

TEST_CASE("SendClocks: a wrong one does not keep a clock that was set out for long") {
  Clocks clocks;
  clocks.On(1'000);
  CHECK_FALSE(clocks.Off(1'010, 3 * kOtherUs));
  bool taken = false;
  for (int64_t ms = 1'020; ms <= 1'200; ms += 10) taken = taken || clocks.Off(ms);
  CHECK(taken);
}

TEST_CASE("SendClocks: of two that stay, the one by which clearly more arrives") {
  for (int off : {1, 2}) {
    Clocks clocks;
    bool taken = false;
    int64_t ms = 1'000;
    for (; ms < 4'000 && !taken; ms += 10) {
      clocks.On(ms);
      for (int i = 0; i < off; ++i) taken = taken || clocks.Off(ms + 1);
    }
    CHECK(taken == (off == 2));
    if (taken) CHECK(ms <= 2'030);
  }
}

TEST_CASE("SendClocks: packets by a third clock count for none of the two") {
  Clocks clocks;
  bool taken = false;
  for (int64_t ms = 1'000; ms < 4'000; ms += 10) {
    clocks.On(ms);
    taken = taken || clocks.Off(ms + 1) || clocks.Off(ms + 2, 3 * kOtherUs);
  }
  CHECK_FALSE(taken);
  Clocks three;
  for (int64_t ms = 1'000; ms < 4'000 && !taken; ms += 10) {
    three.On(ms);
    taken = three.Off(ms + 1) || three.Off(ms + 2);
    three.Off(ms + 3, 3 * kOtherUs);
  }
  CHECK(taken);
}

TEST_CASE("SendClocks: a slow stream's clock that was set") {
  Clocks clocks;
  clocks.On(1'000);
  CHECK_FALSE(clocks.Off(3'000));
  CHECK(clocks.Off(5'000));
}

TEST_CASE("SendClocks: 100 ms without a packet are silence, however close frames are") {
  Clocks clocks;
  clocks.On(1'000);
  CHECK_FALSE(clocks.Off(1'060, kOtherUs, 0.01));
  CHECK_FALSE(clocks.Off(1'100, kOtherUs, 0.01));
  CHECK(clocks.Off(1'101, kOtherUs, 0.01));
}

TEST_CASE("SendClocks: delays up to 0.5 s apart are by one clock") {
  for (const auto& [apart_us, taken] : {std::pair(500'000, true), std::pair(500'001, false)}) {
    for (const int sign : {-1, 1}) {
      Clocks clocks;
      clocks.On(1'000);
      CHECK_FALSE(clocks.Off(1'500));
      CHECK(clocks.Off(1'510, kOtherUs + sign * apart_us) == taken);
    }
  }
}

TEST_CASE("SendClocks: clearly more is more than 1.5 times as much") {
  for (const int off : {3, 4}) {
    Clocks clocks;
    clocks.On(1'000);
    CHECK_FALSE(clocks.Off(1'001));
    clocks.On(1'300);
    for (int i = 2; i < off; ++i) CHECK_FALSE(clocks.Off(1'350));
    clocks.On(1'950);
    CHECK(clocks.Off(2'001) == (off == 4));
  }
}

}  // namespace
}  // namespace remb::core
