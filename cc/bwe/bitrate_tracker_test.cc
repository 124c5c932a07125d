#include "cc/bwe/bitrate_tracker.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

constexpr int64_t kWindowMs = 1000;

TimestampMs Ms(int64_t ms) { return TimestampMs::Millis(ms); }
DataSize Bytes(int64_t bytes) { return DataSize::Bytes(bytes); }

// The tracker in the plain way: every sample kept, summed up when asked.
class PlainTracker {
 public:
  void Update(int64_t bytes, int64_t at_ms) {
    // libwebrtc's estimators ask before they add, and reset the tracker when a rate that was known
    // has become unknown.
    const bool known = Rate(at_ms).has_value();
    if (known_at_newest_ && !known) Reset();
    if (samples_.empty() || at_ms >= samples_.back().at_ms) known_at_newest_ = known;
    if (samples_.empty()) {
      first_ms_ = at_ms;
    } else {
      at_ms = std::max(at_ms, samples_.back().at_ms);
    }
    samples_.push_back({at_ms, bytes});
  }
  std::optional<DataRate> Rate(int64_t now_ms) {
    Drop(now_ms);
    const int64_t window_ms = std::min(now_ms - first_ms_ + 1, kWindowMs);
    const size_t needed = window_ms == kWindowMs && now_ms - first_ms_ >= kWindowMs ? 1 : 2;
    if (samples_.size() < needed || window_ms <= 1) return std::nullopt;
    int64_t bytes = 0;
    for (const Sample& sample : samples_) bytes += sample.bytes;
    const float rate = static_cast<float>(bytes) * (8000.0f / static_cast<float>(window_ms));
    return DataRate::BitsPerSec(static_cast<int64_t>(rate + 0.5f));
  }
  void Reset() { samples_.clear(); }

 private:
  struct Sample {
    int64_t at_ms;
    int64_t bytes;
  };
  void Drop(int64_t now_ms) {
    while (!samples_.empty() && samples_.front().at_ms <= now_ms - kWindowMs) samples_.pop_front();
  }

  int64_t first_ms_ = 0;
  bool known_at_newest_ = false;
  std::deque<Sample> samples_;
};

// Times of packets: steady, bursts, gaps within and beyond the window, and now and then back.
class RandomTimes {
 public:
  explicit RandomTimes(uint64_t seed) : random_(seed) {}

  int64_t Next() {
    if (burst_ > 0) {
      --burst_;
      return now_ms_;
    }
    switch (random_.Uniform(0, 99)) {
      case 0:
        burst_ = random_.Uniform(1, 300);  // up to 20 MB in a millisecond
        break;
      case 1:
        now_ms_ += random_.Uniform(900, 1100);
        break;
      case 2:
        now_ms_ += random_.Uniform(1, 5000);
        break;
      case 3:
        return std::max<int64_t>(0, now_ms_ - random_.Uniform(1, 1500));
      default:
        now_ms_ += random_.Uniform(0, mean_gap_ms_);
    }
    if (random_.OneIn(1000)) mean_gap_ms_ = random_.Uniform(1, 100);
    return now_ms_;
  }
  int64_t Size() { return random_.Uniform(0, 65'535); }
  testing::Random& random() { return random_; }

 private:
  testing::Random random_;
  int64_t now_ms_ = 100'000;
  int64_t burst_ = 0;
  int64_t mean_gap_ms_ = 5;
};

TEST_CASE("BitrateTracker does what the plain tracker does") {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RandomTimes times(seed);
    BitrateTracker tracker;
    PlainTracker plain;
    for (int i = 0; i < 20'000; ++i) {
      const int64_t at_ms = times.Next();
      if (times.random().OneIn(2)) REQUIRE(tracker.Rate(Ms(at_ms)) == plain.Rate(at_ms));
      const int64_t bytes = times.Size();
      tracker.Update(Bytes(bytes), Ms(at_ms));
      plain.Update(bytes, at_ms);
      if (times.random().OneIn(2)) REQUIRE(tracker.Rate(Ms(at_ms)) == plain.Rate(at_ms));
      if (times.random().OneIn(5000)) {
        tracker.Reset();
        plain.Reset();
      }
    }
  }
}

TEST_CASE("BitrateTracker: no rate from one sample, or within a millisecond") {
  BitrateTracker tracker;
  CHECK_FALSE(tracker.Rate(Ms(1)));
  tracker.Update(Bytes(1000), Ms(1));
  CHECK_FALSE(tracker.Rate(Ms(1)));
  CHECK_FALSE(tracker.Rate(Ms(2)));
  CHECK_FALSE(tracker.Rate(Ms(1000)));
  tracker.Update(Bytes(1000), Ms(1));
  CHECK_FALSE(tracker.Rate(Ms(1)));
  CHECK(tracker.Rate(Ms(2)) == DataRate::BitsPerSec(2000 * 8 * 1000 / 2));
}

TEST_CASE("BitrateTracker: a window that is not yet full counts from the first sample") {
  BitrateTracker tracker;
  for (int i = 0; i < 10; ++i) tracker.Update(Bytes(100), Ms(1000 + 10 * i));
  CHECK(tracker.Rate(Ms(1099)) == DataRate::BitsPerSec(80'000));
  CHECK(tracker.Rate(Ms(1199)) == DataRate::BitsPerSec(40'000));
}

TEST_CASE("BitrateTracker: a full window is a second long") {
  BitrateTracker tracker;
  for (int i = 0; i < 300; ++i) tracker.Update(Bytes(1250), Ms(10 * i));
  CHECK(tracker.Rate(Ms(2990)) == DataRate::KilobitsPerSec(1000));
  // One sample is enough then, until it is a second old.
  CHECK(tracker.Rate(Ms(3989)) == DataRate::BitsPerSec(1250 * 8));
  CHECK_FALSE(tracker.Rate(Ms(3990)));
}

TEST_CASE("BitrateTracker: all of a burst counts") {
  constexpr int64_t kPacket = 65'535;
  constexpr int64_t kPackets = 1000;  // 65 MB, in a window of which every millisecond is in use
  BitrateTracker tracker;
  for (int i = 0; i < 1000; ++i) tracker.Update(Bytes(1), Ms(i));
  for (int i = 0; i < kPackets; ++i) tracker.Update(Bytes(kPacket), Ms(999));
  const auto expected = static_cast<float>(8 * (1000 + kPackets * kPacket));
  CHECK(tracker.Rate(Ms(999)) == DataRate::BitsPerSec(static_cast<int64_t>(expected + 0.5f)));
  CHECK_FALSE(tracker.Rate(Ms(1999)));
}

TEST_CASE("BitrateTracker: with every millisecond in use, one has 24 further buckets of 4 MB") {
  BitrateTracker tracker;
  for (int i = 0; i < 1000; ++i) tracker.Update(Bytes(1), Ms(i));
  for (int i = 0; i < 30; ++i) tracker.Update(Bytes(4'000'000), Ms(999));
  CHECK(tracker.Rate(Ms(999)) == DataRate::BitsPerSec(8 * (1'000 + int64_t{25} * 4'000'000)));
}

TEST_CASE("BitrateTracker: what does not count leaves no trace") {
  BitrateTracker tracker;
  // 8 GB a second: more in each millisecond than a bucket holds.
  for (int64_t ms = 0; ms < 2000; ++ms) {
    for (int i = 0; i < 128; ++i) tracker.Update(Bytes(62'500), Ms(ms));
  }
  const std::optional<DataRate> flood = tracker.Rate(Ms(1999));
  REQUIRE(flood);
  CHECK(flood->bps() > 33'000'000'000);  // one bucket for each millisecond
  CHECK(flood->bps() < 64'000'000'000);
  for (int64_t ms = 2000; ms < 4000; ++ms) tracker.Update(Bytes(125), Ms(ms));
  CHECK(tracker.Rate(Ms(3999)) == DataRate::KilobitsPerSec(1000));
  CHECK_FALSE(tracker.Rate(Ms(4999)));
}

TEST_CASE("BitrateTracker: an older sample counts at the newest time") {
  BitrateTracker tracker;
  tracker.Update(Bytes(100), Ms(5000));
  tracker.Update(Bytes(100), Ms(10));
  CHECK_FALSE(tracker.Rate(Ms(10)));
  CHECK(tracker.Rate(Ms(5099)) == DataRate::BitsPerSec(200 * 80));
}

}  // namespace
}  // namespace remb::core
