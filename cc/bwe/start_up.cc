#include "cc/bwe/start_up.h"

#include <algorithm>

#include "cc/bwe/adaptive_parts.h"
#include "cc/bwe/growth.h"

namespace remb::core {
namespace {

// Chrome takes jumps within 2.6 s of its first packet, as measured in Chromium 156.
constexpr TimeDelta kLength = TimeDelta::Millis(2'500);
constexpr int kMinGaps = 4;             // of a train that is believed at once
constexpr double kTrainPart = 0.95;     // of what trains show, so that no queue stands
constexpr double kUnlimitedPart = 0.9;  // of the rate they are sent at, where the path keeps up
constexpr double kReceiveFactor = 2;    // more than that has to be shown first

}  // namespace

void StartUp::OnTrain(const PacketTrains::Train& train) {
  if (train.gaps < kMinGaps) return;
  best_ =
      std::max(best_, std::min(train.send_rate.value_or(train.arrival_rate), train.arrival_rate));
}

bool StartUp::IsOn(Timestamp now) {
  if (!begin_) begin_ = now;
  if (!With(AdaptivePart::kStartUp) || now - *begin_ >= kLength) over_ = true;
  return !over_;
}

double StartUp::Rate(double receive_rate, std::optional<double> capacity,
                     std::optional<double> send_rate) const {
  double rate = std::min(kTrainPart * best_, kMostTimesReceived * receive_rate);
  if (capacity) {
    // Without a send rate, what arrives is all there is to go by.
    const bool limited = !send_rate || *capacity < PacketTrains::kLimited * *send_rate;
    const double shown = limited ? kTrainPart * *capacity : kUnlimitedPart * *send_rate;
    rate = std::max(rate, std::min(kReceiveFactor * receive_rate, shown));
  }
  return rate;
}

}  // namespace remb::core
