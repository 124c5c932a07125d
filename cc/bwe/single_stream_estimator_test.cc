// libwebrtc remote_bitrate_estimator_single_stream_unittest.cc: its scenarios and numbers.
#include "cc/bwe/single_stream_estimator.h"

#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/remote_bitrate_estimator_test_scenarios.h"

namespace remb::core::test {
namespace {

TEST_CASE("RemoteBitrateEstimatorSingle.InitialBehavior") {
  TestInitialBehavior(NewSingleStream, 508'017);
}

TEST_CASE("RemoteBitrateEstimatorSingle.RateIncreaseReordering") {
  TestRateIncreaseReordering(NewSingleStream, 506'422);
}

TEST_CASE("RemoteBitrateEstimatorSingle.RateIncreaseRtpTimestamps") {
  TestRateIncreaseRtpTimestamps(NewSingleStream, 1267);
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropOneStream") {
  TestCapacityDrop(NewSingleStream, {.expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropOneStreamWrap") {
  TestCapacityDrop(NewSingleStream, {.wrap = true, .expected_ms = 633});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropTwoStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 2, .wrap = true, .expected_ms = 567});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThreeStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 3, .wrap = true, .expected_ms = 567});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThirteenStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 13, .wrap = true, .expected_ms = 767});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropNineteenStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 19, .wrap = true, .expected_ms = 767});
}

TEST_CASE("RemoteBitrateEstimatorSingle.CapacityDropThirtyStreamsWrap") {
  TestCapacityDrop(NewSingleStream, {.streams = 30, .wrap = true, .expected_ms = 733});
}

TEST_CASE("RemoteBitrateEstimatorSingle.TestTimestampGrouping") {
  TestTimestampGrouping(NewSingleStream);
}

}  // namespace
}  // namespace remb::core::test
