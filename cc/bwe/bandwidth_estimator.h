// One peer connection's estimator: picks the estimator that suits what the packets carry.
#ifndef CC_BWE_BANDWIDTH_ESTIMATOR_H_
#define CC_BWE_BANDWIDTH_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <variant>

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

  // A packet as received, before it is known which stamps are to be used.
  struct Packet {
    ReceivedPacket received;  // rtp_timestamp without the offset
    int32_t transmission_offset = 0;
  };

  explicit BandwidthEstimator(const Config& config);

  // Allocates what a packet will need. Throws std::bad_alloc, and then nothing has changed. Unprepare
  // takes it back where the packet is not to come after all.
  void Prepare(const ReceivedPacket& packet);
  void Unprepare(const ReceivedPacket& packet);
  // The two ways time goes on. Each runs the periodic updates due by then and gives true if a report was
  // made. A packet must have been prepared.
  bool AdvanceTo(Timestamp now);
  bool OnPacket(const Packet& packet);

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
  DataRate incoming_bitrate() const;            // zero: not known
  std::optional<DataRate> link_capacity() const;
  StreamTable& streams() { return streams_; }
  const StreamTable& streams() const { return streams_; }

 private:
  enum Active { kAbsSendTime = 0, kSingleStream = 1 };

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
