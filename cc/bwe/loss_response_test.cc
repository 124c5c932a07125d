#include "cc/bwe/loss_response.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace remb::core {
namespace {

using Catch::Approx;

constexpr double kUpdate = 0.025;  // seconds
constexpr int kPacketBits = 8 * 1200;

// A path that loses packets, and a sender that follows the rate after 100 ms.
class Path {
 public:
  double limit = std::numeric_limits<double>::infinity();  // bits per second that a policer passes
  int lost_of_hundred = 0;                                 // one after the other, whatever the rate
  bool explained = false;
  bool numbered = true;

  // Wants `rate` for so long.
  void Run(double seconds, double rate) {
    least_ = std::numeric_limits<double>::infinity();
    sent_ = lost_ = 0;
    for (double time = 0; time < seconds; time += kUpdate) Step(rate);
  }
  // In the newest run.
  double least() const { return least_; }
  double loss() const { return static_cast<double>(lost_) / sent_; }
  double rate() const { return rates_[0]; }

 private:
  void Step(double wanted) {
    now_ = now_ + TimeDelta::Millis(25);
    const double sends = rates_[3];
    to_send_ += kUpdate * sends / kPacketBits;
    tokens_ = std::min(tokens_ + kUpdate * limit / kPacketBits, 40.0);
    int packets = 0;
    int missing = 0;
    for (; to_send_ >= 1; to_send_ -= 1) {
      const bool passes = tokens_ >= 1 && spread_ >= lost_of_hundred;
      spread_ = (spread_ + 37) % 100;
      if (passes) tokens_ -= 1;
      ++(passes ? packets : missing);
    }
    sent_ += packets + missing;
    lost_ += missing;
    bytes_ += packets * kPacketBits / 8;
    std::copy_backward(rates_, rates_ + 3, rates_ + 4);
    rates_[0] = response_.Update({.now = now_,
                                  .packets = numbered ? packets : 0,
                                  .missing = numbered ? missing : 0,
                                  .bytes = bytes_,
                                  .explained = explained},
                                 wanted);
    least_ = std::min(least_, rates_[0]);
  }

  LossResponse response_;
  Timestamp now_ = Timestamp::Millis(1'000);
  double rates_[4] = {1e6, 1e6, 1e6, 1e6};  // newest first
  double to_send_ = 0;
  double tokens_ = 40;
  int spread_ = 0;
  int64_t bytes_ = 0;
  double least_ = 0;
  int sent_ = 0;
  int lost_ = 0;
};

TEST_CASE("LossResponse: stays below a limit that no queue tells of") {
  Path path;
  path.limit = 2e6;
  path.Run(10, 3e6);
  CHECK(path.rate() < 2.3e6);
  path.Run(90, 3e6);
  CHECK(path.loss() < 0.02);
  CHECK(path.least() > 0.85 * 2e6);
}

TEST_CASE("LossResponse: a limit far below the rate") {
  Path path;
  path.limit = 0.5e6;
  path.Run(20, 5e6);
  CHECK(path.rate() > 0.45e6);
  CHECK(path.rate() < 0.65e6);
}

TEST_CASE("LossResponse: forgets a limit that is gone") {
  Path path;
  path.limit = 2e6;
  path.Run(6, 3e6);
  REQUIRE(path.rate() < 2.3e6);
  path.limit = 1e9;
  path.Run(30, 3e6);  // 50 % more takes 15 s, or 21 s if the limit was found twice
  CHECK(path.rate() == 3e6);
}

TEST_CASE("LossResponse: goes no lower than packets come often enough to tell") {
  for (const double limit : {20e3, 152e3}) {  // below the attempt's rate, below the ceiling's alone
    CAPTURE(limit);
    Path path;
    path.limit = limit;
    path.Run(60, 1e6);
    CHECK(path.least() == 150e3);
  }
}

TEST_CASE("LossResponse: loss of most packets is never the usual one") {
  Path path;
  path.lost_of_hundred = 60;
  path.Run(20, 2e6);
  path.lost_of_hundred = 0;
  path.limit = 1e6;
  path.Run(30, 10e6);
  CHECK(path.rate() < 1.3e6);
}

TEST_CASE("LossResponse: loss that does not answer is tried once") {
  for (const int lost : {5, 10, 20}) {
    Path path;
    path.lost_of_hundred = lost;
    path.Run(10, 2e6);
    CHECK(path.least() < 1.9e6);
    CHECK(path.rate() == 2e6);
    path.Run(60, 2e6);
    CHECK(path.least() == 2e6);
  }
}

TEST_CASE("LossResponse: more loss than the usual is tried again") {
  Path path;
  path.lost_of_hundred = 5;
  path.Run(10, 2e6);
  path.limit = 1e6;
  path.Run(20, 2e6);
  CHECK(path.rate() < 1.2e6);
}

TEST_CASE("LossResponse: little loss is free") {
  Path path;
  path.lost_of_hundred = 1;
  path.Run(100, 2e6);
  CHECK(path.least() == 2e6);
}

TEST_CASE("LossResponse: a burst of loss is no evidence") {
  Path path;
  for (int i = 0; i < 20; ++i) {
    path.Run(1, 2e6);
    CHECK(path.least() == 2e6);
    path.lost_of_hundred = 50;
    path.Run(0.1, 2e6);
    path.lost_of_hundred = 0;
  }
}

TEST_CASE("LossResponse: leaves loss alone that a queue explains") {
  Path path;
  path.limit = 1e6;
  path.explained = true;
  path.Run(20, 2e6);
  CHECK(path.least() == 2e6);
}

TEST_CASE("LossResponse: does nothing without sequence numbers") {
  Path path;
  path.limit = 1e6;
  path.numbered = false;
  path.Run(20, 2e6);
  CHECK(path.least() == 2e6);
}

// Feeds slots of 100 ms and 100 packets, while 9 Mbit/s are wanted.
class Slots {
 public:
  static constexpr double kWanted = 9e6;

  double received = 1e6;  // bits per second

  // The first update only begins, whatever came before it.
  Slots() { Update(0, 100, 10); }

  double rate() const { return rate_; }
  void Give(int slots, int lost) {
    for (int i = 0; i < slots; ++i) Update(100, 100, lost);
  }
  // How many slots with such loss it takes until the rate changes.
  int UntilChange(int lost) {
    const double before = rate_;
    for (int i = 1; i <= 3'000; ++i) {
      Give(1, lost);
      if (rate_ != before) return i;
    }
    return 0;
  }
  void Update(int64_t ms, int packets, int lost) {
    now_ = now_ + TimeDelta::Millis(ms);
    bytes_ += std::llround(received * 1e-3 / 8 * static_cast<double>(ms));
    rate_ = response_.Update({.now = now_,
                              .packets = packets - lost,
                              .missing = lost,
                              .bytes = bytes_,
                              .explained = false},
                             kWanted);
  }
  // A trial that shows a limit.
  void FindLimit() {
    Give(1, 0);
    Give(7, 10);
    REQUIRE(rate_ == Approx(0.9 * received));
    Give(6, 0);
  }

 private:
  LossResponse response_;
  Timestamp now_ = Timestamp::Millis(1'000'000);
  int64_t bytes_ = 0;
  double rate_ = kWanted;
};

TEST_CASE("LossResponse: seven lossy slots more than half of all are evidence") {
  Slots slots;
  CHECK(slots.UntilChange(4) == 7);
  CHECK(slots.rate() == Approx(0.9e6));  // of what is received
  Slots after_none;
  after_none.Give(30, 0);
  CHECK(after_none.UntilChange(4) == 7);
  Slots every_other;
  for (int i = 0; i < 200; ++i) every_other.Give(1, i % 2 ? 0 : 50);
  CHECK(every_other.rate() == Slots::kWanted);
}

TEST_CASE("LossResponse: a slot has 20 packets and 100 ms at least") {
  for (const auto& [ms, packets] : {std::pair(50, 50), std::pair(100, 10)}) {
    CAPTURE(ms);
    Slots slots;
    int updates = 0;
    for (; slots.rate() == Slots::kWanted; ++updates) slots.Update(ms, packets, packets / 5);
    CHECK(updates == 14);
  }
}

TEST_CASE("LossResponse: up to 3 % of a slot is free") {
  Slots slots;
  slots.Give(1'000, 3);
  CHECK(slots.rate() == Slots::kWanted);
}

TEST_CASE("LossResponse: a trial ends when six slots would have been lossy") {
  Slots slots;
  REQUIRE(slots.UntilChange(10) == 7);
  CHECK(slots.UntilChange(0) == 6);
  CHECK(slots.rate() == Approx(0.97e6));
  Slots fewer;  // eight of nine
  fewer.Give(1, 0);
  fewer.Give(6, 10);
  fewer.Give(1, 0);
  REQUIRE(fewer.UntilChange(10) == 2);
  CHECK(fewer.UntilChange(0) == 7);
}

TEST_CASE("LossResponse: one slot with loss does not spoil a trial") {
  Slots slots;
  REQUIRE(slots.UntilChange(10) == 7);
  slots.Give(3, 0);
  slots.Give(1, 4);
  CHECK(slots.UntilChange(0) == 2);
  CHECK(slots.rate() == Approx(0.97e6));
}

TEST_CASE("LossResponse: while there is loss what is received is the limit") {
  Slots slots;
  REQUIRE(slots.UntilChange(10) == 7);
  slots.received = 0.5e6;
  slots.Give(2, 10);
  CHECK(slots.rate() == Approx(0.9 * 1e6 * (7 + 2 * 0.5) / 9));
  Slots much_in_one;  // of six slots
  REQUIRE(much_in_one.UntilChange(10) == 7);
  much_in_one.received = 0.5e6;
  much_in_one.Give(5, 0);
  much_in_one.Give(1, 20);
  CHECK(much_in_one.rate() == Approx(0.9e6));
}

TEST_CASE("LossResponse: a trial waits 0.8 s for the sender, then believes loss that stays") {
  for (const int lost : {20, 8}) {  // two fifths of it may be chance
    Slots slots;
    REQUIRE(slots.UntilChange(20) == 7);
    slots.received = 1.1e6;  // no lower limit
    CHECK(slots.UntilChange(lost) == 10);
    CHECK(slots.rate() == Slots::kWanted);
  }
}

TEST_CASE("LossResponse: loss that is less than a quarter asks again, lower") {
  Slots slots;
  REQUIRE(slots.UntilChange(20) == 7);
  slots.received = 0.7e6;
  slots.Give(10, 4);
  CHECK(slots.rate() == Approx(0.9 * 0.7e6));
  CHECK(slots.UntilChange(0) == 6);
  CHECK(slots.rate() == Approx(0.97 * 0.7e6));
}

// Loss that stays, and more of it while it is tried; gives slots that make it the usual one.
Slots WithUsual(int lost, int lost_in_trial) {
  Slots slots;
  REQUIRE(slots.UntilChange(lost) == 7);
  slots.received = 1.1e6;
  REQUIRE(slots.UntilChange(lost_in_trial) == 10);
  REQUIRE(slots.rate() == Slots::kWanted);
  return slots;
}

TEST_CASE("LossResponse: twice the usual loss and 3 % is as usual, up to half of a slot") {
  struct Usual {
    int lost;
    int lost_in_trial;
    int most;
  };
  for (const Usual& usual : {Usual{10, 10, 23}, {10, 20, 43}, {20, 10, 43}, {30, 30, 50}}) {
    CAPTURE(usual.lost, usual.lost_in_trial);
    Slots slots = WithUsual(usual.lost, usual.lost_in_trial);
    slots.Give(50, usual.most - 1);
    CHECK(slots.rate() == Slots::kWanted);
    CHECK(slots.UntilChange(usual.most + 1) == 7);
  }
}

TEST_CASE("LossResponse: usual loss is forgotten after two minutes") {
  for (const int seconds : {119, 121}) {
    Slots slots = WithUsual(10, 10);
    slots.Give(10 * seconds, 0);
    slots.Give(8, 10);
    CHECK((slots.rate() == Slots::kWanted) == (seconds < 120));
  }
}

TEST_CASE("LossResponse: a ceiling rises by 13 % in 8 s, half as fast each time that it is found") {
  Slots slots;
  for (const double rise : {0.004, 0.002, 0.001, 0.0005, 0.0005}) {
    slots.FindLimit();
    CHECK(slots.rate() == Approx(0.97e6));
    slots.Give(80, 0);
    CHECK(slots.rate() == Approx(0.97e6 * std::exp(0.5 * rise * 8 * 8)));
  }
}

TEST_CASE("LossResponse: another ceiling rises as the first one did") {
  for (const double factor : {1.1, 0.9, 1.2, 0.8}) {
    CAPTURE(factor);
    Slots slots;
    slots.FindLimit();
    slots.received = factor * 1e6;
    slots.Give(10, 0);
    slots.FindLimit();
    const double begin = slots.rate();
    slots.Give(80, 0);
    const bool again = std::abs(std::log(factor)) < 0.15;
    CHECK(slots.rate() == Approx(begin * std::exp(0.5 * (again ? 0.002 : 0.004) * 8 * 8)));
  }
}

TEST_CASE("LossResponse: a ceiling is none any more at four times the first") {
  Slots slots;
  slots.FindLimit();
  slots.Give(263, 0);  // exp(0.002 * 26.3^2) is 3.99
  CHECK(slots.rate() < 4 * 0.97e6);
  slots.Give(2, 0);
  CHECK(slots.rate() == Slots::kWanted);
}

TEST_CASE("LossResponse: after a trial evidence is gathered anew") {
  Slots slots = WithUsual(10, 10);
  CHECK(slots.UntilChange(40) == 7);
}

}  // namespace
}  // namespace remb::core
