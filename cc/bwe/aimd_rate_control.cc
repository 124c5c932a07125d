#include "cc/bwe/aimd_rate_control.h"

#include <algorithm>
#include <cmath>

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/aimd_rate_control.cc, as its receive side runs it.
constexpr double kBackoffFactor = 0.85;
constexpr double kIncreasePerSecond = 1.08;
constexpr DataRate kMinMultiplicativeIncrease = DataRate::KilobitsPerSec(1);
constexpr DataRate kMinAdditiveIncreasePerSecond = DataRate::KilobitsPerSec(4);
constexpr double kThroughputFactor = 1.5;  // the rate stays below this times the throughput
constexpr DataRate kThroughputMargin = DataRate::KilobitsPerSec(10);
constexpr DataRate kBackoffMargin = DataRate::KilobitsPerSec(5);
constexpr TimeDelta kInitializationTime = TimeDelta::Seconds(5);

constexpr TimeDelta kFrameInterval = TimeDelta::Micros(33333);  // 30 frames a second
constexpr DataSize kPacketSize = DataSize::Bytes(1200);
constexpr TimeDelta kResponseTime = TimeDelta::Millis(100);  // besides the RTT

constexpr TimeDelta kMinReduceInterval = TimeDelta::Millis(10);
constexpr TimeDelta kMaxReduceInterval = TimeDelta::Millis(200);

constexpr DataSize kRtcpSize = DataSize::Bytes(80);
constexpr double kRtcpFraction = 0.05;
constexpr TimeDelta kMinFeedbackInterval = TimeDelta::Millis(200);
constexpr TimeDelta kMaxFeedbackInterval = TimeDelta::Millis(1000);

constexpr TimeDelta kDefaultPeriod = TimeDelta::Seconds(3);
constexpr TimeDelta kMinPeriod = TimeDelta::Seconds(2);
constexpr TimeDelta kMaxPeriod = TimeDelta::Seconds(50);

}  // namespace

void AimdRateControl::Update(BandwidthUsage usage, std::optional<DataRate> throughput,
                             Timestamp now) {
  if (!valid_ && throughput) {
    if (!first_throughput_time_) {
      first_throughput_time_ = now;
    } else if (now - *first_throughput_time_ > kInitializationTime) {
      current_ = *throughput;
      valid_ = true;
    }
  }
  if (throughput) latest_throughput_ = *throughput;
  // An over-use lowers the rate even before the first estimate.
  if (!valid_ && usage != BandwidthUsage::kOverusing) return;

  ChangeState(usage, now);
  switch (state_) {
    case State::kHold:
      break;
    case State::kIncrease:
      Increase(latest_throughput_, now);
      break;
    case State::kDecrease:
      Decrease(latest_throughput_, now);
      break;
  }
  current_ = std::max(current_, kMinBitrate);
}

void AimdRateControl::SetStartBitrate(DataRate bitrate) {
  current_ = std::max(bitrate, kMinBitrate);
  latest_throughput_ = current_;
  valid_ = true;
}

void AimdRateControl::SetEstimate(DataRate bitrate, Timestamp now) {
  current_ = std::max(bitrate, kMinBitrate);
  valid_ = true;
  last_change_ = now;
}

bool AimdRateControl::TimeToReduceFurther(Timestamp now, DataRate throughput) const {
  if (!last_change_ ||
      now - *last_change_ >= std::clamp(rtt_, kMinReduceInterval, kMaxReduceInterval)) {
    return true;
  }
  return valid_ && throughput < 0.5 * current_;
}

TimeDelta AimdRateControl::FeedbackInterval() const {
  return std::clamp(kRtcpSize / (current_ * kRtcpFraction), kMinFeedbackInterval,
                    kMaxFeedbackInterval);
}

DataRate AimdRateControl::NearMaxIncreaseRatePerSecond() const {
  // At least 5 kbit/s, so neither is ever 0.
  const int64_t frame_bytes = (current_.bps() * kFrameInterval.us() + 4'000'000) / 8'000'000;
  const int64_t packets = (frame_bytes + kPacketSize.bytes() - 1) / kPacketSize.bytes();
  const int64_t packet_bytes =
      std::llround(static_cast<double>(frame_bytes) / static_cast<double>(packets));
  const TimeDelta response = rtt_ + kResponseTime;
  return std::max(DataSize::Bytes(packet_bytes) / (response + response),
                  kMinAdditiveIncreasePerSecond);
}

TimeDelta AimdRateControl::ExpectedBandwidthPeriod() const {
  if (!last_decrease_) return kDefaultPeriod;
  const double seconds = static_cast<double>(last_decrease_->bps()) /
                         static_cast<double>(NearMaxIncreaseRatePerSecond().bps());
  return std::clamp(TimeDelta::Micros(std::llround(seconds * 1e6)), kMinPeriod, kMaxPeriod);
}

void AimdRateControl::ChangeState(BandwidthUsage usage, Timestamp now) {
  switch (usage) {
    case BandwidthUsage::kNormal:
      if (state_ == State::kHold) {
        last_change_ = now;
        state_ = State::kIncrease;
      }
      break;
    case BandwidthUsage::kOverusing:
      state_ = State::kDecrease;
      break;
    case BandwidthUsage::kUnderusing:
      state_ = State::kHold;
      break;
  }
}

void AimdRateControl::Increase(DataRate throughput, Timestamp now) {
  if (link_capacity_.has_estimate() && throughput > link_capacity_.UpperBound()) {
    link_capacity_.Reset();
  }
  const DataRate limit = throughput * kThroughputFactor + kThroughputMargin;
  if (current_ < limit) {
    const TimeDelta elapsed = now - last_change_.value_or(now);
    const DataRate step =
        link_capacity_.has_estimate() ? AdditiveIncrease(elapsed) : MultiplicativeIncrease(elapsed);
    current_ = std::min(current_ + step, limit);
  }
  last_change_ = now;
}

void AimdRateControl::Decrease(DataRate throughput, Timestamp now) {
  // Somewhat below the throughput, so that the queue that built up can drain.
  DataRate decreased = throughput * kBackoffFactor;
  if (decreased > kBackoffMargin) decreased = decreased - kBackoffMargin;
  if (decreased > current_ && link_capacity_.has_estimate()) {
    decreased = link_capacity_.estimate() * kBackoffFactor;
  }
  if (valid_ && throughput < current_) {
    last_decrease_ = decreased < current_ ? current_ - decreased : DataRate::Zero();
  }
  current_ = std::min(current_, decreased);

  if (link_capacity_.has_estimate() && throughput < link_capacity_.LowerBound()) {
    link_capacity_.Reset();
  }
  link_capacity_.OnOveruseDetected(throughput);
  valid_ = true;
  state_ = State::kHold;  // until the queue has drained
  last_change_ = now;
}

DataRate AimdRateControl::AdditiveIncrease(TimeDelta elapsed) const {
  return DataRate::BitsPerSec(static_cast<int64_t>(
      static_cast<double>(NearMaxIncreaseRatePerSecond().bps()) * elapsed.seconds()));
}

DataRate AimdRateControl::MultiplicativeIncrease(TimeDelta elapsed) const {
  const double factor = std::pow(kIncreasePerSecond, std::min(elapsed.seconds(), 1.0));
  return std::max(current_ * (factor - 1.0), kMinMultiplicativeIncrease);
}

}  // namespace remb::core
