#include "cc/bwe/loss_response.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <limits>

namespace remb::core {
namespace {

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

}  // namespace
}  // namespace remb::core
