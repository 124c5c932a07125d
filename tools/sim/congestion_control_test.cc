#include "tools/sim/congestion_control.h"

#include <catch2/catch_test_macros.hpp>

#include "tools/sim/new_reno.h"
#include "tools/sim/rtt_estimator.h"

namespace remb::sim {
namespace {

TEST_CASE("CongestionControl.StartsWithTheWindowOfRfc6928") {
  CHECK(NewReno(1000).window() == 10);
  CHECK(NewReno(1460).window() == 10);
  CHECK(NewReno(2920).window() == 5);
  CHECK(NewReno(9000).window() == 2);
}

TEST_CASE("NewReno.AddsASegmentInARoundTripAndHalves") {
  NewReno reno(1000);
  for (int i = 0; i < 30; ++i) reno.OnAck(1, 0, 0);
  CHECK(reno.window() == 40);
  reno.OnLoss(40);
  CHECK(reno.window() == 20);
  for (int i = 0; i < 20; ++i) reno.OnAck(1, 0, 0);
  CHECK(reno.window() > 20.9);
  CHECK(reno.window() < 21);
  reno.OnLoss(3);
  CHECK(reno.window() == 2);
}

TEST_CASE("CongestionControl.KeepsTheThresholdWhileTimeoutsFollowEachOther") {
  NewReno reno(1000);
  reno.OnTimeout(10, /*again=*/false);
  CHECK(reno.window() == 1);
  CHECK(reno.slow_start_threshold() == 5);
  reno.OnTimeout(1, /*again=*/true);
  CHECK(reno.slow_start_threshold() == 5);
  // Slow start to the threshold: four segments more for as many acknowledgements.
  for (int i = 0; i < 4; ++i) reno.OnAck(1, 0, 0);
  CHECK(reno.window() == 5);
  reno.OnAck(1, 0, 0);
  CHECK(reno.window() == 5.2);
}

TEST_CASE("RttEstimator.FollowsRfc6298") {
  RttEstimator rtt;
  CHECK(rtt.Timeout(0) == kSecond);
  rtt.Add(400 * kMillisecond);
  CHECK(rtt.smoothed() == 400 * kMillisecond);
  CHECK(rtt.Timeout(0) == 1200 * kMillisecond);  // 400 + 4 * 200
  rtt.Add(800 * kMillisecond);
  CHECK(rtt.smoothed() == 450 * kMillisecond);
  CHECK(rtt.Timeout(0) == 1450 * kMillisecond);  // the variation is 200 + (400 - 200) / 4
  CHECK(rtt.Timeout(1) == 2900 * kMillisecond);
  CHECK(rtt.Timeout(2) == 5800 * kMillisecond);
  CHECK(rtt.Timeout(20) == 60 * kSecond);
  for (int i = 0; i < 100; ++i) rtt.Add(2 * kSecond);
  CHECK(rtt.Timeout(0) >= 2090 * kMillisecond);  // a margin stays
  for (int i = 0; i < 100; ++i) rtt.Add(10 * kMillisecond);
  CHECK(rtt.Timeout(0) == kSecond);
}

}  // namespace
}  // namespace remb::sim
