// One peer connection's estimator: picks the estimator that suits what the packets carry.
#ifndef CC_BWE_BANDWIDTH_ESTIMATOR_H_
#define CC_BWE_BANDWIDTH_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <variant>

#include "absl/base/attributes.h"
#include "cc/bwe/abs_send_time_estimator.h"
#include "cc/bwe/single_stream_estimator.h"
#include "cc/bwe/stream_table.h"
#include "cc/bwe/units.h"

namespace remb::core {

class BandwidthEstimator {
 public:
  enum class Clock { kAuto, kAbsSendTime, kTransmissionOffset, kRtpTimestamp };

  struct Config {
    Clock clock = Clock::kAuto;
    int max_streams = 16'384;
    StreamConfig default_stream;              // of SSRCs that were not added
    std::optional<DataRate> initial_bitrate;  // a valid first estimate
  };

  explicit BandwidthEstimator(const Config& config);

  // Allocates what a packet will need; gives its stream, nullptr if the table is full. Throws
  // std::bad_alloc, and then nothing has changed. Unprepare takes it back where the packet is not
  // to come after all.
  ABSL_ATTRIBUTE_ALWAYS_INLINE Stream* Prepare(const ReceivedPacket& packet) {
    if (packet.has_abs_send_time() && active() == kAbsSendTime) {
      if (Stream* stream = streams_.Find(packet.ssrc)) return stream;
    }
    return Allocate(packet);
  }
  void Unprepare(const ReceivedPacket& packet);
  // The two ways time goes on. Each runs the periodic updates due by then and gives true if a
  // report was made. A packet is handled at `now`, and `stream` is what Prepare gave.
  bool AdvanceTo(Timestamp now) { return active() == kSingleStream && RunPeriodicUpdates(now); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnPacket(const ReceivedPacket& packet, Timestamp now,
                                             Stream* stream) {
    auto* abs_send_time = std::get_if<AbsSendTimeEstimator>(&estimator_);
    if (!abs_send_time || !packet.has_abs_send_time()) return OnOtherPacket(packet, now);
    packets_without_abs_send_time_ = 0;
    const bool reported =
        abs_send_time->OnPacket(packet, now, stream, config_.default_stream, streams_);
    if (reported) OnReport(now);
    return reported;
  }

  // Forgets all that was measured; added streams and the RTT stay.
  void Reset();
  void SetRtt(TimeDelta rtt);

  // The rate before any limit; none before the first estimate.
  std::optional<DataRate> estimate() const;
  // None if no update is to come without a packet.
  std::optional<Timestamp> next_update() const;
  int64_t reports() const { return reports_; }
  std::optional<Timestamp> last_report() const { return last_report_; }

  Clock clock_in_use() const;
  BandwidthUsage state() const;
  DelaySignals signals() const;
  // At the newest packet.
  std::optional<DataRate> incoming_bitrate() const;
  std::optional<DataRate> link_capacity() const;
  StreamTable& streams() { return streams_; }
  const StreamTable& streams() const { return streams_; }

 private:
  enum Active { kAbsSendTime = 0, kSingleStream = 1 };

  Stream* Allocate(const ReceivedPacket& packet);
  bool OnOtherPacket(const ReceivedPacket& packet, Timestamp now);
  bool RunPeriodicUpdates(Timestamp now);
  void OnReport(Timestamp now) {
    ++reports_;
    last_report_ = now;
  }
  Active Pick(const ReceivedPacket& packet) const;
  Active active() const { return static_cast<Active>(estimator_.index()); }
  void Start(Active active);
  AimdRateControl& rate_control();
  const AimdRateControl& rate_control() const;

  Config config_;
  TimeDelta rtt_ = TimeDelta::Millis(200);
  StreamTable streams_;
  std::variant<AbsSendTimeEstimator, SingleStreamEstimator> estimator_;
  int packets_without_abs_send_time_ = 0;  // in a row
  int64_t reports_ = 0;
  std::optional<Timestamp> last_report_;
};

}  // namespace remb::core

#endif  // CC_BWE_BANDWIDTH_ESTIMATOR_H_
