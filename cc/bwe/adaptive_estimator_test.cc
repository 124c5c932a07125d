#include "cc/bwe/adaptive_estimator.h"

#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/adaptive_estimator_test_path.h"

namespace remb::core {
namespace {

using Mode = AdaptiveSignals::Mode;

TEST_CASE("AdaptiveEstimator: no estimate before the first trains") {
  Path path(2'000'000);
  CHECK_FALSE(path.estimator().estimate());
  path.Run(TimeDelta::Millis(40));
  CHECK_FALSE(path.estimator().estimate());
  path.Run(TimeDelta::Millis(200));
  REQUIRE(path.estimator().estimate());
  CHECK(path.estimator().estimate()->kbps() >= 300);
}

TEST_CASE("AdaptiveEstimator: a start bitrate is an estimate, of 50 kbit/s at least") {
  AdaptiveEstimator estimator;
  estimator.SetStartBitrate(DataRate::KilobitsPerSec(1'234));
  CHECK(estimator.estimate() == DataRate::KilobitsPerSec(1'234));
  estimator.SetStartBitrate(DataRate::BitsPerSec(1));
  CHECK(estimator.estimate() == DataRate::KilobitsPerSec(50));
}

TEST_CASE("AdaptiveEstimator: nothing is to be seen before the first packet") {
  const AdaptiveEstimator estimator;
  const AdaptiveSignals signals = estimator.signals();
  CHECK(signals.mode == Mode::kStart);
  CHECK(signals.trains == 0);
  CHECK(signals.base_delay_ms == 0);
  CHECK(signals.queue_ms == 0);
  CHECK(signals.jitter_ms == 0);
  CHECK(signals.train_capacity_bps == 0);
  CHECK(signals.capacity_share_bps == 0);
  CHECK(signals.train_share == 1);
  CHECK_FALSE(estimator.link_capacity());
}

TEST_CASE("AdaptiveEstimator: uses what there is, with a short queue") {
  for (int64_t kbps : {300, 1'000, 2'000, 5'000, 40'000}) {
    CAPTURE(kbps);
    Path path(kbps * 1'000);
    path.Run(kSettle);
    CheckSteady(path, 8.0 * 1'200 / static_cast<double>(kbps));
  }
}

TEST_CASE("AdaptiveEstimator: with the times of frames alone") {
  Path path(2'000'000);
  path.set_frame_times_only(true);
  path.Run(kSettle);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: transmission offsets make RTP timestamps the packets' own times") {
  const auto rate = [](bool sent, bool used) {
    Path path(2'000'000);
    path.set_frame_times_only(true);
    path.set_transmission_offsets(sent, used);
    path.Run(kSettle);
    if (sent && used) CheckSteady(path);
    return path.rate();
  };
  const double without = rate(false, false);
  CHECK(rate(true, false) == without);
  CHECK(rate(false, true) == without);
  CHECK(rate(true, true) != without);
}

TEST_CASE("AdaptiveEstimator: another source of times begins with a base of 0") {
  Path path(2'000'000);
  path.set_frame_times_only(true);
  path.Run(kSettle);
  path.set_base_us(110'000);
  path.Run(TimeDelta::Seconds(6));
  REQUIRE(path.estimator().signals().base_delay_ms > 40);
  path.RestartClock();
  path.Run(TimeDelta::Millis(200));
  CHECK(path.estimator().signals().base_delay_ms < 20);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: half the capacity") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_capacity(1'000'000);
  path.Run(TimeDelta::Millis(500));
  CHECK(path.rate() < 1e6);
  CHECK(path.estimator().state() == BandwidthUsage::kOverusing);
  path.Run(TimeDelta::Millis(700));
  CHECK(path.Wait(0.01) < 50);
  path.Run(TimeDelta::Seconds(5));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: twice the capacity") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_capacity(4'000'000);
  path.Run(TimeDelta::Seconds(2));
  CHECK(path.rate() > 3.4e6);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: a jump of the receiver's clock costs nothing") {
  Path path(2'000'000);
  path.Run(kSettle);
  for (int64_t seconds : {1, 10, 40, 3'600}) {
    CAPTURE(seconds);
    path.JumpReceiverClock(seconds * 1'000'000);
    path.Run(TimeDelta::Millis(200));
    CHECK(path.rate() > 1.6e6);
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: one packet with a wrong send time costs nothing") {
  for (int64_t error_us :
       {40'000, 400'000, 2'000'000, 31'000'000, -40'000, -400'000, -2'000'000, -31'000'000}) {
    CAPTURE(error_us);
    Path path(2'000'000);
    path.Run(kSettle);
    const double base_ms = path.estimator().signals().base_delay_ms;
    path.set_send_time_error(error_us);
    path.Run(TimeDelta::Seconds(1));
    CHECK(std::abs(path.estimator().signals().base_delay_ms - base_ms) < 5);
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: two packets with alike send times far earlier are believed") {
  Path path(2'000'000);
  path.Run(kSettle);
  const double base_ms = path.estimator().signals().base_delay_ms;
  path.set_base_us(10'000);
  path.Run(TimeDelta::Seconds(1));
  CHECK(std::abs(path.estimator().signals().base_delay_ms - base_ms + 40) < 5);
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: two senders' clocks") {
  for (int64_t clock_us : {2'000'000, 31'990'000, -20'000'000}) {
    for (int one_in : {2, 5}) {
      CAPTURE(clock_us, one_in);
      Path path(2'000'000);
      path.Run(kSettle);
      path.AddSender(clock_us, one_in);
      path.Run(TimeDelta::Seconds(5));
      CheckSteady(path);
      path.set_capacity(1'000'000);
      path.Run(TimeDelta::Seconds(2));
      CHECK(path.rate() < 1e6);
      path.Run(TimeDelta::Seconds(5));
      CHECK(path.Run(TimeDelta::Seconds(10)) > 0.9);
      CHECK(path.Wait(0.95) < 60);  // by a part of the packets it is seen later
    }
  }
}

TEST_CASE("AdaptiveEstimator: a sender that uses little is not told to use any rate") {
  Path path(1'000'000'000);
  path.set_source_max(2'000'000);
  path.Run(TimeDelta::Seconds(30));
  CHECK(path.rate() > 3e6);
  CHECK(path.rate() < 10 * 2.2e6);  // received: what frames vary by included
}

TEST_CASE("AdaptiveEstimator: goes on after a pause") {
  for (int64_t seconds : {1, 30, 64, 600}) {
    CAPTURE(seconds);
    Path path(2'000'000);
    path.Run(kSettle);
    path.Pause(TimeDelta::Seconds(seconds));
    path.Run(TimeDelta::Millis(500));
    CHECK(path.rate() > 1.3e6);
    path.Run(TimeDelta::Seconds(1));
    CheckSteady(path);
  }
}

TEST_CASE("AdaptiveEstimator: what was kept while the receiver stood still shows no capacity") {
  constexpr int kSocketBuffer = 90;  // packets of 1200 bytes that Linux keeps by default
  for (bool frame_times_only : {false, true}) {
    for (int64_t kbps : {300, 1'000, 5'000}) {
      for (int buffer : {1'000'000, kSocketBuffer}) {
        for (int64_t ms : {700, 2'000, 3'000, 9'000}) {
          if (frame_times_only && ms > 2'000) continue;
          CAPTURE(frame_times_only, kbps, buffer, ms);
          Path path(kbps * 1'000);
          path.set_frame_times_only(frame_times_only);
          path.Run(kSettle);
          path.StallReceiver(TimeDelta::Millis(ms), buffer);
          for (int i = 0; i < 30; ++i) {
            path.Run(TimeDelta::Millis(100));
            CHECK(path.rate() < 1.4e3 * static_cast<double>(kbps));
          }
          CHECK(path.Run(TimeDelta::Seconds(10)) > 0.93);
          CHECK(path.Wait(0.95) < (kbps == 300 ? 90 : 50));
        }
      }
    }
  }
}

TEST_CASE("AdaptiveEstimator: no queue stands for the time that the receiver stood still") {
  for (int64_t kbps : {300, 1'000, 5'000}) {
    CAPTURE(kbps);
    Path path(2'000 * kbps);
    path.Run(kSettle);
    path.set_capacity(1'000 * kbps);
    path.Run(TimeDelta::Millis(400));
    REQUIRE(path.estimator().signals().mode == Mode::kBackOff);
    path.StallReceiver(TimeDelta::Seconds(4));
    for (int i = 0; i < 50; ++i) {
      path.Run(TimeDelta::Millis(100));
      CHECK(path.estimator().signals().mode != Mode::kCompetition);
    }
  }
}

TEST_CASE("AdaptiveEstimator: a sender that uses a quarter is not cut, and finds the rest") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_source_max(500'000);
  path.Run(TimeDelta::Seconds(30));
  CHECK(path.rate() > 1.8e6);
  path.set_source_max(10'000'000);
  path.Run(TimeDelta::Seconds(3));
  CheckSteady(path);
}

TEST_CASE("AdaptiveEstimator: leaves others what they send") {
  Path path(2'000'000);
  path.Run(kSettle);
  path.set_cross(1'000'000);
  path.Run(TimeDelta::Seconds(5));
  const double part = path.Run(TimeDelta::Seconds(20));
  CHECK(part > 0.45);
  CHECK(part < 0.55);
  CHECK(path.Wait(0.95) < 45);
  CHECK(path.estimator().signals().mode != Mode::kCompetition);
}

TEST_CASE("AdaptiveEstimator: holds its own against a flow that fills the queue") {
  Path path(4'000'000);
  path.Run(kSettle);
  path.set_cross(500'000);
  path.set_cross_fills_queue(true);
  bool competes = false;
  for (int i = 0; i < 600; ++i) {
    path.Run(TimeDelta::Millis(100));
    competes |= path.estimator().signals().mode == Mode::kCompetition;
  }
  CHECK(competes);
  CHECK(path.Run(TimeDelta::Seconds(60)) > 0.2);
}

}  // namespace
}  // namespace remb::core
