#include "cc/bwe/standing_queue.h"

#include <algorithm>
#include <array>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

// The short window: some packet of three frames finds the queue empty if it ever is.
constexpr double kMinWindow = 0.1;
constexpr double kMaxWindow = 0.4;
constexpr double kFrames = 3;
// The others are twice and four times as long.
constexpr double kLongest = 0.48;

constexpr double kMinThreshold = 0.004;
// A packet's own transmission counts in its delay, while the base may be that of a small packet, or
// come from a time when the path was faster. Besides, one of other traffic may always be there.
constexpr double kPacketBits = 8 * 1200;
// Jitter lifts the minimum of few packets, that of more by less.
constexpr double kJitterFactor = 1.7;

}  // namespace

void StandingQueue::Update(const RecentPackets& packets, const Path& path) {
  const double window = std::clamp(kFrames * path.frame_interval, kMinWindow, kMaxWindow);
  const double packet =
      With(AdaptivePart::kPacketThreshold) ? kPacketBits / std::max(path.rate, 1.0) : 0;
  const double least_threshold = std::max(kMinThreshold, packet);
  constexpr double kIntervalsPerSecond = 1 / RecentPackets::kInterval.seconds();
  constexpr auto kMost = static_cast<int>(kLongest * kIntervalsPerSecond);
  const auto intervals = static_cast<int>(window * kIntervalsPerSecond);
  const std::array<int64_t, 3> least_us = packets.LeastDelays(
      {std::min(intervals, kMost), std::min(2 * intervals, kMost), std::min(4 * intervals, kMost)});
  least_delay_us_ = least_us.front();
  long_least_delay_us_ = least_us.back();
  double for_jitter = kJitterFactor * std::max(0.0, path.jitter - kFreeJitter);
  for (size_t i = 0; i < least_us.size(); ++i, for_jitter /= 2) {
    const double queue = static_cast<double>(least_us[i] - path.base_us) * 1e-6;
    const double threshold = least_threshold + for_jitter;
    if (i == 0) queue_ = queue;
    if (i == 0 || queue - threshold > excess_) {
      excess_ = queue - threshold;
      threshold_ = threshold;
    }
  }
}

}  // namespace remb::core
