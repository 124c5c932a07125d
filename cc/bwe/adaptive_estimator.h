// libremb's own estimator: by the queue that stands, by what frames show of the capacity, and by
// whom the path is shared with. docs/adaptive.md explains it.
#ifndef CC_BWE_ADAPTIVE_ESTIMATOR_H_
#define CC_BWE_ADAPTIVE_ESTIMATOR_H_

#include <cstdint>
#include <optional>

#include "absl/base/attributes.h"
#include "cc/bwe/adaptive_signals.h"
#include "cc/bwe/back_off.h"
#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/base_delay.h"
#include "cc/bwe/capacity_share.h"
#include "cc/bwe/competition.h"
#include "cc/bwe/growth.h"
#include "cc/bwe/loss_response.h"
#include "cc/bwe/packet_trains.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/recent_packets.h"
#include "cc/bwe/send_time_line.h"
#include "cc/bwe/standing_queue.h"
#include "cc/bwe/start_up.h"
#include "cc/bwe/stream_table.h"
#include "cc/bwe/units.h"

namespace remb::core {

class AdaptiveEstimator {
 public:
  // Take a packet, handled at `now`, which is not earlier than before; without a send time it
  // counts in rates alone. `stream` is the packet's as found in the table; `config` is for an SSRC
  // that the table drops or had no place for. True if the estimate changed.
  //
  // With `own_send_time` the send time is the packet's, else its frame's, which does not tell how
  // fast the frame was sent.
  bool OnAbsSendTime(const ReceivedPacket& packet, bool has_send_time, bool own_send_time,
                     Timestamp now, Stream* stream, const StreamConfig& config,
                     StreamTable& streams);
  // The table must have room for the stream's clock.
  bool OnRtpTimestamp(const ReceivedPacket& packet, bool use_transmission_offset, Timestamp now,
                      Stream* stream, const StreamConfig& config, StreamTable& streams);

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
  struct SendTime {
    int64_t us;
    bool own;
  };

  ABSL_ATTRIBUTE_ALWAYS_INLINE Stream* Count(const ReceivedPacket& packet, Timestamp now,
                                             Stream* stream, const StreamConfig& config,
                                             StreamTable& streams);
  void CountMissing(const ReceivedPacket& packet, Stream& stream);
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnSendTime(const ReceivedPacket& packet, SendTime sent,
                                               Timestamp now);
  bool Update(Timestamp now);
  void Decide(Timestamp now, double elapsed);
  void Rebase(Timestamp now, double receive_rate);

  // What every packet needs.
  SendTimeLine line_;
  bool has_delay_ = false;
  int64_t last_delay_us_ = 0;
  int64_t bytes_ = 0;
  int numbered_ = 0;  // packets with sequence numbers, since the last update
  int missing_ = 0;   // and those that these show to be lost
  Timestamp next_update_ = Timestamp::Micros(0);
  PacketTrains trains_;
  BaseDelay base_;
  RecentPackets packets_;

  // What updates need.
  CapacityShare share_;
  StandingQueue queue_;
  SteadyDelay steady_;
  BackOff back_off_;
  Competition competition_;
  StartUp start_up_;
  LossResponse loss_response_;
  DecayingPeak threshold_peak_{4};  // of the rate received
  DecayingPeak growth_peak_{3};
  Timestamp last_update_ = Timestamp::Micros(0);
  Timestamp last_queue_ = Timestamp::Micros(0);
  std::optional<double> last_share_;
  double rate_ = 300'000;  // Chrome's first rate, until something is known
  bool valid_ = false;
  AdaptiveSignals::Mode mode_ = AdaptiveSignals::Mode::kStart;
};

}  // namespace remb::core

#endif  // CC_BWE_ADAPTIVE_ESTIMATOR_H_
