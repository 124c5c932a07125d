#include "cc/bwe/growth.h"

#include <algorithm>
#include <cmath>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

// docs/adaptive.md#growth has the reason for each of these, and what they are worth.

// The same for all, whatever their rates: those who have less catch up. Small ones are spared.
constexpr double kSteadyGrowth = 120'000;
constexpr double kMaxSteadyGrowth = 0.25;  // of the rate

// After an episode: back to what there was before, but to no more than the path still carries. The
// longer it was, the less that tells.
constexpr double kRecoveryTime = 2;
constexpr double kRecoveryPart = 0.98;
constexpr double kRecoveryMemory = 0.7;
constexpr double kRecoverySpeed = 0.3;

// Nothing in the way for long: faster and faster.
constexpr double kIdle = 1.5;
constexpr double kIdleGrowth = 0.15;  // of the rate, more with each second
constexpr double kMaxIdleGrowth = 0.5;

// Trains show room; the last of it is left to the steady growth.
constexpr double kRoom = 1.05;
constexpr double kFullRoom = 0.3;
constexpr double kRoomGrowth = 1.5;  // of the rate
// The less of what trains show is ours, the more others grow into the same room.
// All of that growth from 0.87 on, as trains are noisy.
constexpr double kSharedRoom = 1.5;     // times the cube of our part
constexpr double kLeastRoomPart = 0.3;  // of that growth

constexpr double kAfterEpisode = 1;
// Senders send a little more than they are asked for: headers, retransmissions, an encoder's error.
// All of what was delivered would leave nothing to empty the rest of the queue.
constexpr double kShareAfterEpisode = 0.95;

// libwebrtc lets the rate grow to 1.5 times the throughput and 10 kbit/s as well
// (aimd_rate_control.cc).
constexpr double kLimitFactor = 1.5;
constexpr double kLimitOffset = 10'000;
constexpr double kLeastLimit = 300'000;  // Chrome's first rate

}  // namespace

double GrowthPerSecond(const GrowthState& state) {
  const double rate = state.rate;
  double growth = std::min(kSteadyGrowth, kMaxSteadyGrowth * rate);
  if (state.episode && state.share && state.episode->since < kRecoveryTime) {
    const double memory = std::exp(-state.episode->length / kRecoveryMemory);
    double target = *state.share + (state.episode->rate_before - *state.share) * memory;
    if (state.capacity) target = std::min(target, std::max(*state.share, *state.capacity));
    growth = std::max(growth, (kRecoveryPart * target - rate) / kRecoverySpeed);
  }
  if (state.idle > kIdle) {
    growth = std::max(growth, rate * std::min(kMaxIdleGrowth, kIdleGrowth * (state.idle - kIdle)));
  }
  if (With(AdaptivePart::kRoomGrowth) && state.trains) {
    const double room = *state.trains / rate - kRoom;
    const double ours = *state.trains / state.capacity.value_or(*state.trains);
    const double speed =
        kRoomGrowth * std::clamp(kSharedRoom * ours * ours * ours, kLeastRoomPart, 1.0);
    if (room > 0) growth = std::max(growth, speed * rate * std::min(1.0, room / kFullRoom));
  }
  return growth;
}

double RateAfterEpisode(const GrowthState& state) {
  if (!state.episode || !state.share || state.episode->since >= kAfterEpisode) return 0;
  return kShareAfterEpisode * *state.share;
}

double GrowthLimit(double receive_peak, std::optional<double> trains) {
  const double shown = std::min(trains.value_or(0) / kRoom, kMostTimesReceived * receive_peak);
  return std::max({kLimitFactor * receive_peak + kLimitOffset, kLeastLimit, shown});
}

}  // namespace remb::core
