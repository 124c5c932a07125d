// From the detector's state and the throughput to a rate: additive or multiplicative increase,
// multiplicative decrease (draft-ietf-rmcat-gcc, section 5.5).
#ifndef CC_BWE_AIMD_RATE_CONTROL_H_
#define CC_BWE_AIMD_RATE_CONTROL_H_

#include <optional>

#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/link_capacity_estimator.h"
#include "cc/bwe/units.h"

namespace remb::core {

class AimdRateControl {
 public:
  // libwebrtc modules/remote_bitrate_estimator/include/bwe_defines.h:
  // kCongestionControllerMinBitrate.
  static constexpr DataRate kMinBitrate = DataRate::KilobitsPerSec(5);

  // Runs one update. `throughput`: the incoming bitrate, if it is known.
  void Update(BandwidthUsage usage, std::optional<DataRate> throughput, Timestamp now);

  // True once there is a first estimate: five seconds of throughput, an over-use, a probe or a
  // start bitrate.
  bool ValidEstimate() const { return valid_; }
  // 30 Mbit/s before the first valid estimate.
  DataRate LatestEstimate() const { return current_; }
  const LinkCapacityEstimator& link_capacity() const { return link_capacity_; }

  void SetRtt(TimeDelta rtt) { rtt_ = rtt; }
  void SetStartBitrate(DataRate bitrate);
  // Takes a measured rate, a probe's, as the estimate.
  void SetEstimate(DataRate bitrate, Timestamp now);

  // Whether an over-use may cut the rate again, so soon after the last change.
  bool TimeToReduceFurther(Timestamp now, DataRate throughput) const;
  // How far apart reports are, so that their RTCP takes 5 % of the rate.
  TimeDelta FeedbackInterval() const;

  // Bits per second gained each second near capacity.
  DataRate NearMaxIncreaseRatePerSecond() const;
  // How long the rate takes to recover what the last over-use cost: the period of its sawtooth.
  TimeDelta ExpectedBandwidthPeriod() const;

 private:
  enum class State { kHold, kIncrease, kDecrease };

  void ChangeState(BandwidthUsage usage, Timestamp now);
  void Increase(DataRate throughput, Timestamp now);
  void Decrease(DataRate throughput, Timestamp now);
  DataRate AdditiveIncrease(TimeDelta elapsed) const;
  DataRate MultiplicativeIncrease(TimeDelta elapsed) const;

  State state_ = State::kHold;
  bool valid_ = false;
  DataRate current_ = DataRate::KilobitsPerSec(30'000);
  DataRate latest_throughput_ = DataRate::KilobitsPerSec(30'000);
  TimeDelta rtt_ = TimeDelta::Millis(200);
  LinkCapacityEstimator link_capacity_;
  std::optional<Timestamp> first_throughput_time_;
  std::optional<Timestamp> last_change_;
  std::optional<DataRate> last_decrease_;
};

}  // namespace remb::core

#endif  // CC_BWE_AIMD_RATE_CONTROL_H_
