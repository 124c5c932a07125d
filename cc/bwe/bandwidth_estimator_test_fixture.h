// A sender in front of a BandwidthEstimator, for its tests.
#ifndef CC_BWE_BANDWIDTH_ESTIMATOR_TEST_FIXTURE_H_
#define CC_BWE_BANDWIDTH_ESTIMATOR_TEST_FIXTURE_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/bandwidth_estimator.h"

namespace remb::core::test {

using Clock = BandwidthEstimator::Clock;

inline constexpr uint32_t kAbsSendTime = ReceivedPacket::kAbsSendTime;
inline constexpr uint32_t kOffset = ReceivedPacket::kTransmissionOffset;
inline constexpr uint32_t kRtpTimestamp = ReceivedPacket::kRtpTimestamp;
inline constexpr uint32_t kCaptured = kRtpTimestamp | ReceivedPacket::kAbsCaptureTime;

// libwebrtc modules/congestion_controller/receive_side_congestion_controller.cc:
// kTimeOffsetSwitchThreshold.
inline constexpr int kSwitchThreshold = 30;
inline constexpr int64_t kIntervalMs = 20;
inline constexpr int64_t kBytes = 1000;  // 400 kbit/s

inline uint32_t AbsSendTime(int64_t ms) {
  return static_cast<uint32_t>((ms << 18) / 1000) & 0xFF'FFFF;
}

// 32.32 fixed point, rounded up: whole milliseconds stay whole.
inline NtpTime Ntp(int64_t ms) { return ((static_cast<NtpTime>(ms) << 32) + 999) / 1000; }

// An estimator and a steady sender in front of it.
class Fixture {
 public:
  using Profile = BandwidthEstimator::Profile;

  explicit Fixture(Clock clock, std::optional<DataRate> initial_bitrate = {}, int max_streams = 100,
                   Profile profile = Profile::kLibwebrtc)
      : estimator_({.profile = profile,
                    .clock = clock,
                    .max_streams = max_streams,
                    .default_stream = {},
                    .initial_bitrate = initial_bitrate}) {}

  BandwidthEstimator& estimator() { return estimator_; }
  const BandwidthEstimator& estimator() const { return estimator_; }
  Timestamp now() const { return Timestamp::Millis(now_ms_); }
  void AdvanceMs(int64_t ms) { now_ms_ += ms; }
  void set_interval_ms(int64_t ms) { interval_ms_ = ms; }
  // Packets take that much longer from now on than before.
  void Delay(int64_t ms) { delay_ms_ += ms; }
  // The sender's NTP clock, by which capture times are, is set.
  void SetNtp(int64_t by_ms) { ntp_ahead_ms_ += by_ms; }
  // The RTP timestamp lacks the transmission offset, as it would.
  bool Send(uint32_t stamps, uint32_t ssrc = 1, int32_t offset = 0) {
    now_ms_ += interval_ms_;
    const ReceivedPacket packet = PacketNow(stamps, ssrc, offset);
    Stream* stream = estimator_.Prepare(packet, estimator_.streams().Find(ssrc));
    return estimator_.OnPacket(packet, now(), stream);
  }
  // The same the short way, for packets that may take it.
  template <Profile kProfile>
  bool SendShort(uint32_t stamps, uint32_t ssrc) {
    now_ms_ += interval_ms_;
    const ReceivedPacket packet = PacketNow(stamps, ssrc, 0);
    Stream* stream = estimator_.streams().Find(ssrc);
    if (!stream || !estimator_.IsPrepared(stamps)) stream = estimator_.Prepare(packet, stream);
    if (!stream || !BandwidthEstimator::HasPlainStamps(stamps) ||
        !estimator_.IsPlainTime<kProfile>(now())) {
      return estimator_.OnPacket(packet, now(), stream);
    }
    ++short_;
    if (kProfile == Profile::kAdaptive) return estimator_.OnPlainAdaptivePacket(packet, stream);
    const TimestampMs now_ms(now());
    const bool must =
        !estimator_.CountPlain(stamps, packet.abs_send_time, packet.size, now(), now_ms, stream) &&
        estimator_.OnPlainGroup(packet.abs_send_time, packet.size, now_ms);
    return (must || now() >= estimator_.QuietUntil()) &&
           estimator_.UpdateAfterPlain(packet.abs_send_time, packet.size, now(), now_ms);
  }
  int short_ways() const { return short_; }
  void SendMany(int count, uint32_t stamps, uint32_t ssrc = 1) {
    for (int i = 0; i < count; ++i) Send(stamps, ssrc);
  }
  bool OnAbsSendTime() const { return estimator_.clock_in_use() == Clock::kAbsSendTime; }

 private:
  ReceivedPacket PacketNow(uint32_t stamps, uint32_t ssrc, int32_t offset) const {
    const int64_t sent_ms = now_ms_ - delay_ms_;
    return {.ssrc = ssrc,
            .stamps = stamps,
            .abs_send_time = AbsSendTime(sent_ms),
            .rtp_timestamp = static_cast<uint32_t>(90 * sent_ms) - static_cast<uint32_t>(offset),
            .transmission_offset = offset,
            .size = DataSize::Bytes(kBytes),
            .arrival = now(),
            .capture_time = Ntp(sent_ms + ntp_ahead_ms_)};
  }

  BandwidthEstimator estimator_;
  int64_t now_ms_ = 1000;
  int64_t interval_ms_ = kIntervalMs;
  int64_t delay_ms_ = 0;
  int64_t ntp_ahead_ms_ = 0;
  int short_ = 0;
};

}  // namespace remb::core::test

#endif  // CC_BWE_BANDWIDTH_ESTIMATOR_TEST_FIXTURE_H_
