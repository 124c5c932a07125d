// libremb's own estimator: by the queue that stands, by what frames show of the capacity, and by
// whom the path is shared with. docs/adaptive.md explains it.
#ifndef CC_BWE_ADAPTIVE_ESTIMATOR_H_
#define CC_BWE_ADAPTIVE_ESTIMATOR_H_

#include <cstdint>
#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/bwe/adaptive_signals.h"
#include "cc/bwe/back_off.h"
#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/base_delay.h"
#include "cc/bwe/capacity_share.h"
#include "cc/bwe/competition.h"
#include "cc/bwe/growth.h"
#include "cc/bwe/kept_packets.h"
#include "cc/bwe/loss_response.h"
#include "cc/bwe/packet_trains.h"
#include "cc/bwe/queue_drain.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/recent_packets.h"
#include "cc/bwe/send_clocks.h"
#include "cc/bwe/send_time_line.h"
#include "cc/bwe/standing_queue.h"
#include "cc/bwe/start_up.h"
#include "cc/bwe/stream_table.h"
#include "cc/bwe/units.h"

namespace remb::core {

class AdaptiveEstimator {
 public:
  // Each packet comes in two steps. The first one counts it, handled at `now`, which is not earlier
  // than before. `stream` is the packet's, nullptr if the table has none; `config` is for one that
  // it had no place for and may have now. False for a packet that may be a flood's: its stream
  // lives by it, and no second step comes of it.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Count(const ReceivedPacket& packet, Timestamp now,
                                          Stream*& stream, const StreamConfig& config,
                                          StreamTable& streams) {
    if (ABSL_PREDICT_FALSE(!stream || streams.OldestIsIdle(now))) {
      stream = streams.ExpireAndAdd(packet.ssrc, now, stream, config);
    }
    if (ABSL_PREDICT_TRUE(stream)) {
      streams.OnPacket(*stream, packet, now);
      if (ABSL_PREDICT_FALSE(!streams.IsProven(*stream))) return false;
      if (packet.has_sequence_number()) {
        ++numbered_;
        missing_ += stream->missing.OnPacket(packet.sequence_number);
      }
    } else if (streams.IsCrowded()) {
      return false;
    }
    packets_.OnPacket(packet.size, packet.arrival);
    return true;
  }
  // The second step takes the packet's send time, if it has one; true if the estimate changed.
  //
  // With `own_send_time` the send time is the packet's, else its frame's, which does not tell how
  // fast the frame was sent.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnAbsSendTime(const ReceivedPacket& packet, bool own_send_time,
                                                  Timestamp now) {
    return OnDelay(packet, AbsSendTimeDelay(packet.abs_send_time, packet.arrival, last_delay_us_),
                   own_send_time, now);
  }
  // The table must have room for the stream's clock.
  bool OnRtpTimestamp(const ReceivedPacket& packet, bool use_transmission_offset, Timestamp now,
                      const Stream* stream, StreamTable& streams);

  // The next packet's send time has nothing to do with those before it. The rate stays.
  void RestartClock();
  // A valid first estimate.
  void SetStartBitrate(DataRate rate);

  // None before the first trains.
  std::optional<DataRate> estimate() const;
  std::optional<DataRate> incoming_bitrate() const { return packets_.incoming_bitrate(); }
  // What the path carries of trains, if they show it.
  std::optional<DataRate> link_capacity() const;
  BandwidthUsage state() const;
  AdaptiveSignals signals() const;

 private:
  // What is more than a packet's time on a path of 0.25 Mbit/s is no queue that grew.
  static constexpr int64_t kDelayLeapUs = 50'000;
  // Jitter seldom lets the delay fall by that from packet to packet.
  static constexpr int64_t kDelayFallUs = 20'000;

  // `own_send_time`: see OnAbsSendTime.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnDelay(const ReceivedPacket& packet, int64_t delay_us,
                                            bool own_send_time, Timestamp now) {
    const int64_t step_us = delay_us - last_delay_us_;
    if (ABSL_PREDICT_FALSE(!has_delay_ || step_us > kDelayLeapUs || step_us < -kDelayFallUs) &&
        !OnDelayLeap(packet, delay_us, now)) {
      return false;
    }
    last_delay_us_ = delay_us;
    packets_.OnDelay(delay_us);
    base_.OnDelay(delay_us, now);
    const PacketTrains::Start start = trains_.OnPacket(packet.arrival.us() - delay_us,
                                                       packet.arrival, packet.size, own_send_time);
    if (start.is_start) OnTrainStart(packet, start);
    return now >= next_update_ && Update(now);
  }
  // What few packets need.

  // False if the packet's times are not to be believed, or by another clock.
  bool OnDelayLeap(const ReceivedPacket& packet, int64_t delay_us, Timestamp now);
  bool WasKept(const ReceivedPacket& packet, int64_t delay_us);
  bool IsConfirmed(uint32_t ssrc, int64_t delay_us, Timestamp now);
  void TakeClock(int64_t delay_us, Timestamp now);
  void OnTrainStart(const ReceivedPacket& packet, PacketTrains::Start start);
  bool Update(Timestamp now);
  // `capacity`: of trains.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Decide(Timestamp now, double elapsed,
                                           std::optional<double> capacity);
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Rebase(Timestamp now, double receive_rate,
                                           std::optional<double> capacity);

  // A sender's clock that does not count any more.
  struct FormerClock {
    int64_t base_us;
    Timestamp until;
  };

  // What every packet needs.
  bool has_delay_ = false;
  int64_t last_delay_us_ = 0;
  int numbered_ = 0;  // packets with sequence numbers, since the last update
  int missing_ = 0;   // and those that these show to be lost, less those that came late
  Timestamp next_update_ = Timestamp::Micros(0);
  PacketTrains trains_;
  BaseDelay base_;
  RecentPackets packets_;

  // What updates need.
  SendClocks clocks_;
  KeptPackets kept_;
  std::optional<FormerClock> former_clock_;
  CapacityShare share_;
  StandingQueue queue_;
  SteadyDelay steady_;
  BackOff back_off_;
  Competition competition_;
  StartUp start_up_;
  LossResponse loss_response_;
  QueueDrain drain_;
  std::optional<Timestamp> doubtful_;  // when a packet came that was too early
  int64_t doubtful_delay_us_ = 0;
  uint32_t doubtful_ssrc_ = 0;
  DecayingPeak threshold_peak_{4};  // of the rate received
  DecayingPeak growth_peak_{3};
  Timestamp last_update_ = Timestamp::Micros(0);
  Timestamp last_queue_ = Timestamp::Micros(0);
  std::optional<double> last_share_;
  double rate_ = 300'000;  // Chrome's first rate, until something is known
  bool valid_ = false;
  bool draining_ = false;  // as of the last update: between updates the estimate stays
  AdaptiveSignals::Mode mode_ = AdaptiveSignals::Mode::kStart;
};

}  // namespace remb::core

#endif  // CC_BWE_ADAPTIVE_ESTIMATOR_H_
