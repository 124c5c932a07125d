// What is behind a remb_estimator: estimation, limits, REMB schedule and the rule of time.
#ifndef CC_CAPI_ESTIMATOR_H_
#define CC_CAPI_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/base/attributes.h"
#include "cc/bwe/bandwidth_estimator.h"
#include "cc/remb/remb_scheduler.h"

namespace remb::core {

class Estimator {
 public:
  using Profile = BandwidthEstimator::Profile;

  // The largest rate that may be set or said.
  static constexpr DataRate kMaxBitrate = DataRate::BitsPerSec(1'000'000'000'000);

  struct Config {
    BandwidthEstimator::Config bandwidth;
    RembScheduler::Config schedule;
    bool count_audio = false;
    bool known_streams_only = false;
    DataRate min_bitrate = AimdRateControl::kMinBitrate;
    std::optional<DataRate> max_bitrate;
  };

  explicit Estimator(const Config& config);

  // What a call brought about: bits, the same as remb.h's.
  using Facts = int32_t;
  static constexpr Facts kEstimateUpdated = 1;
  static constexpr Facts kRembDue = 2;

  void Reset();
  // Adds a stream, or changes one that was added. False if max_streams have been. Throws
  // std::bad_alloc, and then nothing has changed.
  bool AddStream(uint32_t ssrc, const StreamConfig& config);
  // False if there is none.
  bool RemoveStream(uint32_t ssrc);
  // Takes a packet; the rule of time may change its times. `stream` is the packet's, nullptr if the
  // table has none. Throws std::bad_alloc, and then nothing has changed; not for a packet that was
  // prepared, as in BandwidthEstimator.
  Facts OnPacket(ReceivedPacket& packet, Stream* stream);
  // The same for a packet that is left out because its SSRC was not added: it tells the time, and
  // no more.
  Facts OnUnknownPacket(Timestamp arrival) {
    // Most change nothing, as is known before.
    const bool as_before =
        streams().AnyAliveAt(arrival) ? arrival < next_remb_check_ : remb_due_ == 0;
    if (ABSL_PREDICT_FALSE(!as_before || arrival < now_ || bandwidth_.IsUpdateDue(arrival))) {
      return AdvanceByUnknownPacket(arrival);
    }
    now_ = arrival;
    return remb_due_;
  }
  // Whether packets of SSRCs that the table does not have are left out.
  bool LeavesOutUnknown() const { return known_streams_only_; }
  // Whether a packet at this time may be plain. None beyond Timestamp::Max is.
  template <Profile kProfile>
  bool IsPlainTime(Timestamp arrival) {
    return arrival >= now_ && bandwidth_.IsPlainTime<kProfile>(arrival);
  }
  static bool HasPlainStamps(uint32_t stamps) { return BandwidthEstimator::HasPlainStamps(stamps); }
  // Whether the stream's packets do not count.
  bool LeavesOut(const Stream& stream) const { return stream.config.audio && !count_audio_; }
  // OnPacket for most packets, with less, as it is the profile's own: where IsPlainTime holds at
  // the packet's arrival, `stream` is not left out, and the stamps are plain. Never throws.
  template <Profile kProfile>
  ABSL_ATTRIBUTE_ALWAYS_INLINE Facts OnPlainPacket(uint32_t stamps, uint32_t abs_send_time,
                                                   uint16_t sequence_number, DataSize size,
                                                   Timestamp now, Stream& stream) {
    if (kProfile == Profile::kAdaptive) {
      now_ = now;
      Count(size);
      return OnPlainAdaptivePacket(stamps, abs_send_time, sequence_number, size, stream);
    }
    return OnPlainLibwebrtcPacket(stamps, abs_send_time, size, now, &stream);
  }
  // The same for a packet of an SSRC that the table does not have, where TakesPlainUnheard holds at
  // its arrival and the stamps are plain: also when streams are to be dropped. By the adaptive
  // profile, only where it is not proven by this packet. Throws std::bad_alloc.
  template <Profile kProfile>
  bool TakesPlainUnheard(Timestamp arrival) const {
    return !known_streams_only_ && arrival >= now_ && bandwidth_.TakesPlain<kProfile>() &&
           (kProfile == Profile::kLibwebrtc || streams().IsCrowded());
  }
  template <Profile kProfile>
  ABSL_ATTRIBUTE_ALWAYS_INLINE Facts OnPlainUnheardPacket(uint32_t ssrc, uint32_t stamps,
                                                          uint32_t abs_send_time, DataSize size,
                                                          Timestamp now) {
    Stream* const stream = bandwidth_.PlaceForPlain<kProfile>(ssrc, now);
    if (kProfile == Profile::kLibwebrtc) {
      return OnPlainLibwebrtcPacket(stamps, abs_send_time, size, now, stream);
    }
    now_ = now;
    Count(size);
    if (stream) streams().OnPacket(*stream, stamps, size, now);
    if (ABSL_PREDICT_FALSE(now >= next_remb_check_)) CheckRemb();
    return remb_due_;
  }
  bool IsPrepared(uint32_t ssrc, uint32_t stamps) const {
    return bandwidth_.IsPrepared(stamps) && streams().Find(ssrc);
  }
  void Prepare(const ReceivedPacket& packet) {
    Stream* stream = streams().Find(packet.ssrc);
    if (stream ? !LeavesOut(*stream) : !known_streams_only_) bandwidth_.Prepare(packet, stream);
  }
  void Unprepare(const ReceivedPacket& packet) { bandwidth_.Unprepare(packet); }
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

  DataRate min_bitrate() const { return min_bitrate_; }
  const std::optional<DataRate>& max_bitrate() const { return scheduler_.max_bitrate(); }
  const BandwidthEstimator& bandwidth() const { return bandwidth_; }
  const RembScheduler& scheduler() const { return scheduler_; }
  StreamTable& streams() { return bandwidth_.streams(); }
  const StreamTable& streams() const { return bandwidth_.streams(); }
  bool IsAlive(const Stream& stream) const { return StreamTable::IsAliveAt(stream, now_); }
  // Where the stream's send times come from, and the state of the detector that they go to.
  BandwidthEstimator::Source SourceOf(const Stream& stream) const;
  BandwidthUsage StateOf(const Stream& stream) const;
  Timestamp now() const { return now_; }
  int64_t packets() const { return packets_; }
  DataSize bytes() const { return bytes_; }

 private:
  Facts ToFacts(bool updated) const { return (updated ? kEstimateUpdated : 0) | remb_due_; }
  void Count(DataSize size) {
    ++packets_;
    bytes_ = bytes_ + size;
  }
  Facts OnPlainGroup(uint32_t abs_send_time, DataSize size, TimestampMs now_ms);
  Facts UpdateAfterPlainPacket(uint32_t abs_send_time, DataSize size, TimestampMs now_ms);
  // `stream`: nullptr if the table has no place for the packet's.
  ABSL_ATTRIBUTE_ALWAYS_INLINE Facts OnPlainLibwebrtcPacket(uint32_t stamps, uint32_t abs_send_time,
                                                            DataSize size, Timestamp now,
                                                            Stream* stream) {
    now_ = now;
    Count(size);
    const TimestampMs now_ms(now);
    const bool joined = bandwidth_.CountPlain(stamps, abs_send_time, size, now, now_ms, stream);
    if (!joined) return OnPlainGroup(abs_send_time, size, now_ms);
    if (ABSL_PREDICT_TRUE(now < quiet_until_)) return remb_due_;
    return UpdateAfterPlainPacket(abs_send_time, size, now_ms);
  }
  Facts OnPlainAdaptivePacket(uint32_t stamps, uint32_t abs_send_time, uint16_t sequence_number,
                              DataSize size, Stream& stream);
  template <Profile kProfile>
  bool TakePlain(const ReceivedPacket& packet, Stream& stream, Facts& facts);
  Facts OnOtherPacket(ReceivedPacket& packet, Stream* stream);
  Facts AdvanceByUnknownPacket(Timestamp arrival);
  // The time that a packet is taken at, by the rule of time.
  Timestamp TimeOfOlderPacket(Timestamp arrival, const Stream* stream);
  bool CheckRemb();
  DataRate WithinLimits(DataRate rate) const;

  DataRate min_bitrate_;
  RembScheduler scheduler_;
  BandwidthEstimator bandwidth_;
  Timestamp now_ = Timestamp::Micros(0);  // the newest time seen
  // Whether a REMB is due need not be asked for every packet: the answer stays until this time
  // unless the estimate, the limits or what was sent change.
  Facts remb_due_ = 0;  // kRembDue or 0
  bool count_audio_;
  bool known_streams_only_;
  Timestamp next_remb_check_ = Timestamp::Micros(0);
  // Until then a plain packet that joins its group changes neither estimate nor what is due. 0
  // after whatever may have changed that.
  Timestamp quiet_until_ = Timestamp::Micros(0);
  int64_t packets_ = 0;
  DataSize bytes_ = DataSize::Zero();
};

}  // namespace remb::core

#endif  // CC_CAPI_ESTIMATOR_H_
