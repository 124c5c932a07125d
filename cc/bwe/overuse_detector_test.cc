// libwebrtc modules/remote_bitrate_estimator/overuse_detector_unittest.cc: its scenarios and
// numbers.
#include "cc/bwe/overuse_detector.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "cc/bwe/inter_arrival.h"
#include "cc/bwe/overuse_estimator.h"
#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Catch::Matchers::WithinAbs;

constexpr uint32_t kRtpTicksPerMs = 90;
constexpr uint32_t kGroupMs = 5;
constexpr uint32_t kSeed = 123'456'789;
constexpr DataSize kPacketSize = DataSize::Bytes(1200);

// Packets through groups, filter and detector.
class Path {
 public:
  void Packet(uint32_t rtp_timestamp, int64_t arrival_ms) {
    const TimestampMs arrival = TimestampMs::Millis(arrival_ms);
    if (!inter_arrival_.OnPacket(rtp_timestamp, arrival, arrival, kPacketSize)) return;
    const InterArrival::Deltas& deltas = inter_arrival_.deltas();
    const double send_delta_ms = static_cast<double>(deltas.send_ticks) / kRtpTicksPerMs;
    const FramePeriod frame_period = {.ticks = frame_periods_.Add(deltas.send_ticks),
                                      .ms_per_tick = 1.0 / kRtpTicksPerMs};
    estimator_.Update(static_cast<double>(deltas.arrival_ms), send_delta_ms,
                      static_cast<double>(deltas.size_bytes), frame_period, detector_.state());
    detector_.Detect(estimator_.offset(), send_delta_ms, estimator_.num_deltas(), arrival);
  }
  BandwidthUsage state() const { return detector_.state(); }

 private:
  InterArrival inter_arrival_{kGroupMs * kRtpTicksPerMs, 1.0 / kRtpTicksPerMs};
  FramePeriodWindow frame_periods_;
  OveruseEstimator estimator_;
  OveruseDetector detector_;
};

struct Video {
  int packets_per_frame;
  int frame_ms;
  int sigma_ms;
  int drift_ms;  // per frame, while there is a queue that grows
};

// Frames whose arrival is late by noise but never before the frame before.
class NoisyPath {
 public:
  NoisyPath(const Video& video, uint32_t seed) : video_(video), random_(seed) {}

  // True if the frame is over-use.
  bool Frame(int drift_ms) {
    for (int i = 0; i < video_.packets_per_frame; ++i) path_.Packet(rtp_timestamp_, arrival_ms_);
    rtp_timestamp_ += static_cast<uint32_t>(video_.frame_ms) * kRtpTicksPerMs;
    ideal_ms_ += video_.frame_ms + drift_ms;
    const auto noise_ms = static_cast<int64_t>(random_.Gaussian(0, video_.sigma_ms) + 0.5);
    arrival_ms_ = std::max(arrival_ms_, ideal_ms_ + noise_ms);
    return path_.state() == BandwidthUsage::kOverusing;
  }

 private:
  Video video_;
  testing::Random random_;
  Path path_;
  uint32_t rtp_timestamp_ = 10 * kRtpTicksPerMs;
  int64_t ideal_ms_ = 0;
  int64_t arrival_ms_ = 0;
};

struct Counts {
  int overuses_without_drift;  // in 100 000 frames
  int frames_until_overuse;
};

Counts Run(const Video& video, uint32_t seed) {
  constexpr int kSteadyFrames = 100'000;
  constexpr int kMaxFrames = 1000;
  NoisyPath path(video, seed);
  Counts counts = {.overuses_without_drift = 0, .frames_until_overuse = 1};
  for (int i = 0; i < kSteadyFrames; ++i) counts.overuses_without_drift += path.Frame(0);
  while (!path.Frame(video.drift_ms) && counts.frames_until_overuse < kMaxFrames) {
    ++counts.frames_until_overuse;
  }
  return counts;
}

// libwebrtc's counts with its seed, and by other seeds that these are no luck.
void CheckFrames(const Video& video, int expected) {
  constexpr int kSeeds = 10;
  const Counts counts = Run(video, kSeed);
  CHECK(counts.overuses_without_drift == 0);
  CHECK(counts.frames_until_overuse == expected);

  double frames = 0;
  int overuses = 0;
  for (uint32_t i = 0; i < kSeeds; ++i) {
    const Counts of_seed = Run(video, kSeed + i);
    frames += of_seed.frames_until_overuse;
    overuses += of_seed.overuses_without_drift;
  }
  CHECK(frames / kSeeds >= 0.8 * expected);
  CHECK(frames / kSeeds <= 1.2 * expected);
  // A million frames: at 3 frames a second noise alone has been taken for over-use in 3 of them.
  CHECK(overuses < kSeeds);
}

TEST_CASE("OveruseDetector.SimpleNonOveruse30fps") {
  Path path;
  for (int i = 0; i < 1000; ++i) {
    path.Packet(static_cast<uint32_t>(10 + i * 33) * kRtpTicksPerMs, i * 33);
    CHECK(path.state() == BandwidthUsage::kNormal);
  }
}

TEST_CASE("OveruseDetector.SimpleNonOveruseWithReceiveVariance") {
  Path path;
  int64_t arrival_ms = 0;
  for (int i = 0; i < 1000; ++i) {
    path.Packet(static_cast<uint32_t>(10 + i * 10) * kRtpTicksPerMs, arrival_ms);
    arrival_ms += i % 2 ? 5 : 15;
    CHECK(path.state() == BandwidthUsage::kNormal);
  }
}

TEST_CASE("OveruseDetector.SimpleNonOveruseWithRtpTimestampVariance") {
  Path path;
  uint32_t rtp_timestamp = 10 * kRtpTicksPerMs;
  for (int i = 0; i < 1000; ++i) {
    path.Packet(rtp_timestamp, i * 10);
    rtp_timestamp += (i % 2 ? 5 : 15) * kRtpTicksPerMs;
    CHECK(path.state() == BandwidthUsage::kNormal);
  }
}

TEST_CASE("OveruseDetector.SimpleOveruse2000Kbit30fps") { CheckFrames({6, 33, 0, 1}, 7); }

TEST_CASE("OveruseDetector.SimpleOveruse100kbit10fps") { CheckFrames({1, 100, 0, 1}, 7); }

TEST_CASE("OveruseDetector.OveruseWithLowVariance2000Kbit30fps") {
  constexpr int kPacketsPerFrame = 6;
  constexpr uint32_t kFrameMs = 33;
  for (uint32_t seed = 0; seed < 10; ++seed) {
    testing::Random random(kSeed + seed);
    Path path;
    uint32_t rtp_timestamp = kFrameMs * kRtpTicksPerMs;
    int64_t arrival_ms = 0;
    int64_t offset_ms = 0;
    for (int i = 0; i < 1000; ++i) {
      for (int j = 0; j < kPacketsPerFrame; ++j) path.Packet(rtp_timestamp, arrival_ms);
      rtp_timestamp += kFrameMs * kRtpTicksPerMs;
      if (i % 2) offset_ms = random.Uniform(0, 1);
      arrival_ms += kFrameMs + (i % 2 ? -offset_ms : offset_ms);
      CHECK(path.state() == BandwidthUsage::kNormal);
    }
    // The queue grows by 6 ms a frame.
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < kPacketsPerFrame; ++j) path.Packet(rtp_timestamp, arrival_ms);
      rtp_timestamp += kFrameMs * kRtpTicksPerMs;
      arrival_ms += kFrameMs + 6;
      CHECK(path.state() == BandwidthUsage::kNormal);
    }
    path.Packet(rtp_timestamp, arrival_ms);
    CHECK(path.state() == BandwidthUsage::kOverusing);
  }
}

// Packets a frame, milliseconds a frame, sigma and drift of libwebrtc's streams.
TEST_CASE("OveruseDetector.LowGaussianVariance30Kbit3fps") { CheckFrames({1, 333, 3, 1}, 20); }
TEST_CASE("OveruseDetector.LowGaussianVarianceFastDrift30Kbit3fps") {
  CheckFrames({1, 333, 3, 100}, 4);
}
TEST_CASE("OveruseDetector.HighGaussianVariance30Kbit3fps") { CheckFrames({1, 333, 10, 1}, 44); }
TEST_CASE("OveruseDetector.HighGaussianVarianceFastDrift30Kbit3fps") {
  CheckFrames({1, 333, 10, 100}, 4);
}
TEST_CASE("OveruseDetector.LowGaussianVariance100Kbit5fps") { CheckFrames({2, 200, 3, 1}, 20); }
TEST_CASE("OveruseDetector.HighGaussianVariance100Kbit5fps") { CheckFrames({2, 200, 10, 1}, 44); }
TEST_CASE("OveruseDetector.LowGaussianVariance100Kbit10fps") { CheckFrames({1, 100, 3, 1}, 20); }
TEST_CASE("OveruseDetector.HighGaussianVariance100Kbit10fps") { CheckFrames({1, 100, 10, 1}, 44); }
TEST_CASE("OveruseDetector.LowGaussianVariance300Kbit30fps") { CheckFrames({1, 33, 3, 1}, 19); }
TEST_CASE("OveruseDetector.LowGaussianVarianceFastDrift300Kbit30fps") {
  CheckFrames({1, 33, 3, 10}, 5);
}
TEST_CASE("OveruseDetector.HighGaussianVariance300Kbit30fps") { CheckFrames({1, 33, 10, 1}, 44); }
TEST_CASE("OveruseDetector.HighGaussianVarianceFastDrift300Kbit30fps") {
  CheckFrames({1, 33, 10, 10}, 10);
}
TEST_CASE("OveruseDetector.LowGaussianVariance1000Kbit30fps") { CheckFrames({3, 33, 3, 1}, 19); }
TEST_CASE("OveruseDetector.LowGaussianVarianceFastDrift1000Kbit30fps") {
  CheckFrames({3, 33, 3, 10}, 5);
}
TEST_CASE("OveruseDetector.HighGaussianVariance1000Kbit30fps") { CheckFrames({3, 33, 10, 1}, 44); }
TEST_CASE("OveruseDetector.HighGaussianVarianceFastDrift1000Kbit30fps") {
  CheckFrames({3, 33, 10, 10}, 10);
}
TEST_CASE("OveruseDetector.LowGaussianVariance2000Kbit30fps") { CheckFrames({6, 33, 3, 1}, 19); }
TEST_CASE("OveruseDetector.LowGaussianVarianceFastDrift2000Kbit30fps") {
  CheckFrames({6, 33, 3, 10}, 5);
}
TEST_CASE("OveruseDetector.HighGaussianVariance2000Kbit30fps") { CheckFrames({6, 33, 10, 1}, 44); }
TEST_CASE("OveruseDetector.HighGaussianVarianceFastDrift2000Kbit30fps") {
  CheckFrames({6, 33, 10, 10}, 10);
}

// Offsets straight into the detector, 5 ms apart, each with a send delta of 3 s.
class Detections {
 public:
  // Whether any of so many is over-use.
  bool Detect(double offset_ms, int count) {
    bool overuse = false;
    for (int i = 0; i < count; ++i) {
      detector_.Detect(offset_ms, 3000, num_deltas_++, TimestampMs::Millis(now_ms_));
      overuse |= detector_.state() == BandwidthUsage::kOverusing;
      now_ms_ += 5;
    }
    return overuse;
  }
  void AdvanceMs(int64_t ms) { now_ms_ += ms; }

 private:
  OveruseDetector detector_;
  int num_deltas_ = 60;
  int64_t now_ms_ = 0;
};

TEST_CASE("OveruseDetector.ThresholdAdapts") {
  constexpr double kOffset = 0.21;
  Detections detections;
  CHECK(detections.Detect(kOffset, 10));
  CHECK(detections.Detect(1.1 * kOffset, 10));
  // The threshold is above it by now; a low offset brings it down again.
  CHECK_FALSE(detections.Detect(kOffset, 10));
  CHECK_FALSE(detections.Detect(0.7 * kOffset, 150));
  CHECK(detections.Detect(kOffset, 10));
}

TEST_CASE("OveruseDetector.DoesntAdaptToSpikes") {
  Detections detections;
  detections.Detect(1.0, 10);
  detections.AdvanceMs(100);
  CHECK(detections.Detect(20.0, 3));
  CHECK(detections.Detect(1.0, 10));
}

TEST_CASE("OveruseDetector: the threshold comes to the modified offset at two speeds") {
  OveruseDetector detector;
  const auto detect = [&](double modified_offset_ms, int64_t now_ms) {
    detector.Detect(modified_offset_ms / 60, 20, 60, TimestampMs::Millis(now_ms));
    return detector.threshold();
  };
  CHECK_THAT(detect(0, 1000), WithinAbs(12.5, 1e-9));  // the first time it stays
  double expected = 12.5 * (1 - 0.039 * 5);
  CHECK_THAT(detect(0, 1005), WithinAbs(expected, 1e-9));
  expected += 0.0087 * (20 - expected) * 40;
  CHECK_THAT(detect(-20, 1045), WithinAbs(expected, 1e-9));
  expected += 0.0087 * (25 - expected) * 100;  // 100 ms at most count
  CHECK_THAT(detect(25, 5000), WithinAbs(expected, 1e-9));
  CHECK_THAT(detect(expected + 15.1, 5100), WithinAbs(expected, 1e-9));  // too far away
  CHECK(detect(0, 6000) == 6);
}

TEST_CASE("OveruseDetector: the threshold adapts from time 0 on, and up to 600 ms") {
  OveruseDetector detector;
  const auto detect = [&](double modified_offset_ms, int64_t now_ms) {
    detector.Detect(modified_offset_ms / 60, 20, 60, TimestampMs::Millis(now_ms));
    return detector.threshold();
  };
  CHECK_THAT(detect(0, 0), WithinAbs(12.5, 1e-9));
  CHECK_THAT(detect(0, 5), WithinAbs(12.5 * (1 - 0.039 * 5), 1e-9));
  for (int64_t ms = 100; ms < 10'000; ms += 100) detect(detector.threshold() + 14.9, ms);
  CHECK(detector.threshold() == 600);
}

TEST_CASE("OveruseDetector: over-use takes more than 10 ms, two groups and no falling offset") {
  struct Case {
    double send_delta_ms;
    int groups;
  };
  for (const Case& test : {Case{6.6, 3},     // 3.3 + 6.6 + 6.6
                           Case{7, 2},       // 3.5 + 7
                           Case{100, 2}}) {  // 50 alone is not enough
    OveruseDetector detector;
    for (int i = 1; i <= test.groups; ++i) {
      CHECK(detector.state() == BandwidthUsage::kNormal);
      detector.Detect(1, test.send_delta_ms, 60, TimestampMs::Millis(100 * i));
    }
    CHECK(detector.state() == BandwidthUsage::kOverusing);
  }
  OveruseDetector falling;
  for (int i = 0; i < 10; ++i) falling.Detect(1 - 0.01 * i, 100, 60, TimestampMs::Millis(i));
  CHECK(falling.state() == BandwidthUsage::kNormal);
}

TEST_CASE("OveruseDetector: one delta changes nothing, two do") {
  OveruseDetector two;
  two.Detect(1, 100, 2, TimestampMs::Millis(100));
  CHECK(two.modified_offset() == 2);
  OveruseDetector detector;
  for (int i = 0; i < 10; ++i) detector.Detect(100, 100, 1, TimestampMs::Millis(100 * i));
  CHECK(detector.state() == BandwidthUsage::kNormal);
  CHECK(detector.threshold() == 12.5);
}

}  // namespace
}  // namespace remb::core
