#include "tools/sim/loss_based_control.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

namespace remb::sim {
namespace {

// Reports of 100 packets a second, from the first second on.
class Reports {
 public:
  explicit Reports(LossBasedControl* control) : control_(control) {}

  // For so many seconds, with so many packets of 100 lost, and updates between.
  void Run(int seconds, int lost) {
    for (int i = 0; i < seconds; ++i) {
      for (int step = 1; step < 40; ++step) {
        control_->Update(now_ + step * LossBasedControl::kUpdateInterval);
      }
      now_ += kSecond;
      expected_ += 100;
      lost_ += lost;
      control_->OnReport(now_, expected_, lost_);
    }
  }

  Nanos now() const { return now_; }
  int64_t expected() const { return expected_; }

 private:
  LossBasedControl* control_;
  Nanos now_ = 0;
  int64_t expected_ = 0;
  int64_t lost_ = 0;
};

TEST_CASE("without loss the rate grows by 8 % and 1 kbit/s a second") {
  LossBasedControl control(300'000, false);
  control.Start(0);
  Reports reports(&control);
  reports.Run(1, 0);
  CHECK(control.bps() == 325'000);
  reports.Run(1, 0);
  CHECK(control.bps() == 352'000);
  reports.Run(28, 0);
  const double grown = 300'000 * std::pow(1.08, 30) + 1'000 * (std::pow(1.08, 30) - 1) / 0.08;
  CHECK(std::abs(static_cast<double>(control.bps()) - grown) < 30);
}

TEST_CASE("2 % of loss lets it grow, 3 to 10 % hold it") {
  LossBasedControl control(1'000'000, false);
  control.Start(0);
  Reports reports(&control);
  reports.Run(1, 2);
  CHECK(control.bps() == 1'081'000);
  reports.Run(5, 3);
  CHECK(control.bps() == 1'081'000);
  reports.Run(5, 10);
  CHECK(control.bps() == 1'081'000);
  reports.Run(1, 0);
  CHECK(control.bps() == 1'168'480);
}

TEST_CASE("above 10 % it is cut by half the loss, which reports tell in 1/256") {
  LossBasedControl control(1'000'000, false);
  control.Start(0);
  Reports reports(&control);
  reports.Run(1, 20);
  const double factor = 1 - 0.5 * 51 / 256;
  CHECK(control.bps() == static_cast<int64_t>(1'000'000 * factor));
  reports.Run(200, 90);
  CHECK(control.bps() == LossBasedControl::kMinBps);
}

TEST_CASE("it is cut at most each 300 ms and a round-trip time") {
  LossBasedControl control(1'000'000, false);
  control.Start(0);
  control.OnRtt(100 * kMillisecond);
  control.OnReport(kSecond, 100, 50);
  CHECK(control.bps() == 750'000);
  control.OnReport(kSecond + 399 * kMillisecond, 200, 100);
  CHECK(control.bps() == 750'000);
  control.OnReport(kSecond + 400 * kMillisecond, 300, 150);
  CHECK(control.bps() == 562'500);
}

TEST_CASE("a loss rate takes 20 packets, which may be of several reports") {
  LossBasedControl control(1'000'000, false);
  control.Start(0);
  control.OnReport(kSecond, 19, 10);
  CHECK(control.bps() == 1'000'000);
  control.OnReport(2 * kSecond, 40, 20);
  CHECK(control.bps() == 750'000);
}

TEST_CASE("six seconds without a report, and it no longer grows") {
  LossBasedControl control(1'000'000, false);
  control.Start(0);
  control.Update(5 * kSecond);
  CHECK(control.bps() == 1'000'000);  // none came yet
  control.OnReport(5 * kSecond, 100, 0);
  CHECK(control.bps() == 1'081'000);
  control.Update(11 * kSecond);
  CHECK(control.bps() == 1'168'480);
  control.Update(12 * kSecond);
  CHECK(control.bps() == 1'168'480);
}

TEST_CASE("the start phase jumps up to a REMB, never down") {
  LossBasedControl control(300'000, true);
  control.OnRemb(0, 200'000);
  CHECK(control.bps() == 300'000);
  control.OnRemb(0, 400'000);  // before the first packet
  CHECK(control.bps() == 400'000);
  control.Start(10 * kSecond);
  control.OnRemb(10 * kSecond + LossBasedControl::kStartPhase, 2'000'000);
  CHECK(control.bps() == 2'000'000);
  control.OnRemb(10 * kSecond + LossBasedControl::kStartPhase + 1, 3'000'000);
  CHECK(control.bps() == 2'000'000);
}

TEST_CASE("no jump once loss was reported, nor with the start phase off") {
  LossBasedControl lossy(300'000, true);
  lossy.Start(0);
  lossy.OnReport(kSecond, 100, 1);
  CHECK(lossy.bps() == 325'000);
  lossy.OnRemb(kSecond, 2'000'000);
  CHECK(lossy.bps() == 325'000);

  LossBasedControl off(300'000, false);
  off.Start(0);
  off.OnRemb(kSecond, 2'000'000);
  CHECK(off.bps() == 300'000);
}

}  // namespace
}  // namespace remb::sim
