// The scenarios of libwebrtc's remote_bitrate_estimator unit tests that both estimators go through.
#ifndef CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_SCENARIOS_H_
#define CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_SCENARIOS_H_

#include <cstdint>

#include "cc/bwe/remote_bitrate_estimator_test_helper.h"

namespace remb::core::test {

// Packets of 1200 bytes at 50 a second for 5 s.
void TestInitialBehavior(NewEstimator& estimator, int64_t expected_bps);
// The same, then pairs of packets in the wrong order.
void TestRateIncreaseReordering(NewEstimator& estimator, int64_t expected_bps);
// A stream that starts at 30 kbit/s reaches 500 after so many frames.
void TestRateIncreaseRtpTimestamps(NewEstimator& estimator, int expected_frames);

struct CapacityDrop {
  int streams = 1;
  bool wrap = false;            // of the first stream's RTP timestamps, when the capacity drops
  int64_t expected_ms = 0;      // until the estimate is below the new capacity
  int64_t arrival_jump_ms = 0;  // at the drop
};
// Steady on 1 Mbit/s, which becomes 0.5.
void TestCapacityDrop(NewEstimator& estimator, const CapacityDrop& drop);

// Packets sent within a millisecond are one group; a growing queue shows.
void TestTimestampGrouping(NewEstimator& estimator);
// After so long a silence a queue that grows still shows.
void TestWrapping(NewEstimator& estimator, int64_t silence_s);

}  // namespace remb::core::test

#endif  // CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_SCENARIOS_H_
