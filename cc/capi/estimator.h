// What is behind a remb_estimator: estimation, limits, REMB schedule and the rule of time.
#ifndef CC_CAPI_ESTIMATOR_H_
#define CC_CAPI_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <span>

#include "cc/bwe/bandwidth_estimator.h"
#include "cc/remb/remb_scheduler.h"

namespace remb::core {

class Estimator {
 public:
  struct Config {
    BandwidthEstimator::Config bandwidth;
    RembScheduler::Config schedule;
    bool count_audio = false;
    DataRate min_bitrate = AimdRateControl::kMinBitrate;
    std::optional<DataRate> max_bitrate;
  };

  explicit Estimator(const Config& config);

  // What a call brought about, as remb.h's fact bits.
  struct Facts {
    bool estimate_updated = false;
    bool remb_due = false;
  };

  void Reset();
  // Both ways to call it again: a new stream, or a changed one. False if there is no place. Throws
  // std::bad_alloc, and then nothing has changed.
  bool AddStream(uint32_t ssrc, const StreamConfig& config);
  // False if there is none.
  bool RemoveStream(uint32_t ssrc);
  // As in BandwidthEstimator. `packet.received.now` is set here.
  void Prepare(const ReceivedPacket& packet) { bandwidth_.Prepare(packet); }
  void Unprepare(const ReceivedPacket& packet) { bandwidth_.Unprepare(packet); }
  Facts OnPacket(BandwidthEstimator::Packet packet);
  Facts AdvanceTo(Timestamp now);
  void OnRembSent(Timestamp now, DataRate rate);
  void SetRtt(TimeDelta rtt) { bandwidth_.SetRtt(rtt); }
  // Limits are checked against each other by the caller.
  bool SetMaxBitrate(std::optional<DataRate> rate);  // true if a REMB is due
  bool SetMinBitrate(DataRate rate);

  // Within the limits; none without a valid estimate or while no stream is alive.
  std::optional<DataRate> rate() const;
  std::optional<Timestamp> NextPoll() const;
  int Ssrcs(std::span<uint32_t> ssrcs) const { return streams().MostRecent(now_, ssrcs); }

  const Config& config() const { return config_; }
  const BandwidthEstimator& bandwidth() const { return bandwidth_; }
  const RembScheduler& scheduler() const { return scheduler_; }
  StreamTable& streams() { return bandwidth_.streams(); }
  const StreamTable& streams() const { return bandwidth_.streams(); }
  int64_t packets() const { return packets_; }
  DataSize bytes() const { return bytes_; }

 private:
  bool RembIsDue() const { return scheduler_.IsDue(rate(), now_); }

  Config config_;
  BandwidthEstimator bandwidth_;
  RembScheduler scheduler_;
  Timestamp now_ = Timestamp::Micros(0);  // the newest time seen
  int64_t packets_ = 0;
  DataSize bytes_ = DataSize::Zero();
};

}  // namespace remb::core

#endif  // CC_CAPI_ESTIMATOR_H_
