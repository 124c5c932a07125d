// One peer connection's estimator: picks the estimator that suits what the packets carry.
#ifndef CC_BWE_BANDWIDTH_ESTIMATOR_H_
#define CC_BWE_BANDWIDTH_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "cc/bwe/abs_send_time_estimator.h"
#include "cc/bwe/adaptive_estimator.h"
#include "cc/bwe/capture_time_choice.h"
#include "cc/bwe/single_stream_estimator.h"
#include "cc/bwe/stream_table.h"
#include "cc/bwe/units.h"

namespace remb::core {

class BandwidthEstimator {
 public:
  // By remb.h's numbers, as are clocks and reasons.
  enum class Profile { kLibwebrtc = 1, kAdaptive = 2 };
  enum class Clock {
    kNone = -1,  // of a stream
    kAuto = 0,
    kAbsSendTime = 1,
    kTransmissionOffset = 2,
    kRtpTimestamp = 3,
    kAbsCaptureTime = 4,
  };
  // Why a stream's send times come from where they do.
  enum class Reason {
    kUnheard = 0,
    kConfig = 1,
    kCarried = 2,
    kMapped = 3,
    kNoAbsSendTime = 4,
    kNoStamp = 5,
    kNoMapping = 6,
    kOtherClock = 7,
    kAudio = 8,
  };
  struct Source {
    Clock clock;
    Reason reason;
  };

  struct Config {
    Profile profile = Profile::kLibwebrtc;
    Clock clock = Clock::kAuto;
    int max_streams = 16'384;
    StreamConfig default_stream;              // of SSRCs that were not added
    std::optional<DataRate> initial_bitrate;  // a valid first estimate
  };

  explicit BandwidthEstimator(const Config& config);

  // Most packets are plain: nothing but abs-send-time asks to be looked at, they come when that is
  // in use and no stream may have fallen silent, and their stream is known. IsPlainTime and
  // HasPlainStamps say so.
  template <Profile kProfile>
  bool IsPlainTime(Timestamp now) const {
    return TakesPlain<kProfile>() && !streams_.MayBeIdle(now);
  }
  template <Profile kProfile>
  bool TakesPlain() const {
    return kProfile == Profile::kLibwebrtc
               ? estimator_.index() == kAbsSendTime
               : estimator_.index() == kAdaptive && active_ == kAbsSendTime;
  }
  static bool HasPlainStamps(uint32_t stamps) {
    constexpr uint32_t kAskedFor = ReceivedPacket::kAbsSendTime | ReceivedPacket::kAbsCaptureTime;
    return (stamps & kAskedFor) == ReceivedPacket::kAbsSendTime;
  }
  // Where TakesPlain holds: ends the life of idle streams, and gives a place to an SSRC that has
  // none; nullptr if the table is full. Throws std::bad_alloc, and then nothing has changed unless
  // the table was full.
  template <Profile kProfile>
  Stream* PlaceForPlain(uint32_t ssrc, Timestamp now) {
    const StreamConfig& config = config_.default_stream;
    Stream* const stream = streams_.Add(ssrc, config);
    if (ABSL_PREDICT_TRUE(!streams_.OldestIsIdle(now))) return stream;
    return kProfile == Profile::kLibwebrtc
               ? plain_estimator().ExpireAndAdd(ssrc, now, stream, config, streams_)
               : streams_.ExpireAndAdd(ssrc, now, stream, config);
  }
  // Take a plain packet as OnPacket does; of libwebrtc's in the steps that AbsSendTimeEstimator
  // has, also without a stream if the table has no place for one.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnPlainAdaptivePacket(const ReceivedPacket& packet,
                                                          Stream* stream) {
    auto& adaptive = *std::get_if<kAdaptive>(&estimator_);
    if (!adaptive.Count(packet, packet.arrival, stream, config_.default_stream, streams_)) {
      return false;
    }
    packets_without_stamp_ = 0;
    const bool changed = adaptive.OnAbsSendTime(packet, /*own_send_time=*/true, packet.arrival);
    if (changed) OnReport(packet.arrival);
    return changed;
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool CountPlain(uint32_t stamps, uint32_t abs_send_time,
                                               DataSize size, Timestamp now, TimestampMs now_ms,
                                               Stream* stream) {
    packets_without_stamp_ = 0;
    if (stream) streams_.OnPacket(*stream, stamps, size, now);
    return plain_estimator().Count(abs_send_time, size, now_ms);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool OnPlainGroup(uint32_t abs_send_time, DataSize size,
                                                 TimestampMs now_ms) {
    return plain_estimator().OnGroup(abs_send_time, size, now_ms);
  }
  bool UpdateAfterPlain(uint32_t abs_send_time, DataSize size, Timestamp now, TimestampMs now_ms) {
    const bool reported = plain_estimator().UpdateAfter(abs_send_time, size, now, now_ms);
    if (reported) OnReport(now);
    return reported;
  }
  Timestamp QuietUntil() { return plain_estimator().QuietUntil(); }

  // Allocates what a packet will need. `stream` is the packet's, nullptr if the table has none;
  // gives it, or the one added, nullptr if the table is full. Throws std::bad_alloc, and then
  // nothing has changed. Unprepare takes it back where the packet is not to come after all.
  Stream* Prepare(const ReceivedPacket& packet, Stream* stream);
  // Whether a known stream's packet with these stamps needs nothing, as far as this is quick to
  // say.
  bool IsPrepared(uint32_t stamps) const {
    return HasPlainStamps(stamps) && (config_.clock == Clock::kAuto || active_ == kAbsSendTime);
  }
  void Unprepare(const ReceivedPacket& packet);
  // The two ways time goes on. Each runs the periodic updates due by then and gives true if a
  // report was made. A packet was prepared, and is handled at `now`; `stream` is what that gave.
  bool AdvanceTo(Timestamp now) { return IsUpdateDue(now) && RunPeriodicUpdates(now); }
  bool OnPacket(const ReceivedPacket& packet, Timestamp now, Stream* stream);
  // Whether a periodic update is due by `now`.
  bool IsUpdateDue(Timestamp now) const {
    const auto* single_stream = std::get_if<kSingleStream>(&estimator_);
    return single_stream && single_stream->next_update() && *single_stream->next_update() <= now;
  }

  // Forgets all that was measured; added streams and the RTT stay, and so does `keep`.
  void Reset(const Stream* keep = nullptr);
  // The caller's clock was set back: what was measured says nothing any more. libwebrtc's
  // arithmetic is reset; the adaptive profile goes on from its estimate, with the same source of
  // send times.
  void OnClockSetBack(const Stream* keep);
  void SetRtt(TimeDelta rtt);

  // Whether a fresh estimator was started since this was last asked: then the estimate is another
  // without a report.
  bool TakeStartedAfresh() { return std::exchange(started_afresh_, false); }
  // The rate before any limit; none before the first estimate.
  std::optional<DataRate> estimate() const;
  // None if no update is to come without a packet.
  std::optional<Timestamp> next_update() const;
  int64_t reports() const { return reports_; }
  std::optional<Timestamp> last_report() const { return last_report_; }

  const Config& config() const { return config_; }
  Clock clock_in_use() const;
  // Where the stream's send times come from, by its newest packet, and why.
  Source SourceOf(const Stream& stream) const;
  BandwidthUsage state() const;
  // Of the stream's own detector, or the common one.
  BandwidthUsage StateOf(const Stream& stream) const {
    return estimator_.index() == kSingleStream ? stream.usage : state();
  }
  DelaySignals signals() const;
  // None with the other profile.
  std::optional<AdaptiveSignals> adaptive_signals() const;
  // At the newest packet.
  std::optional<DataRate> incoming_bitrate() const;
  std::optional<DataRate> link_capacity() const;
  StreamTable& streams() { return streams_; }
  const StreamTable& streams() const { return streams_; }

 private:
  // Indices of estimator_. Capture times are send times of another making. The first three are
  // sources of send times as well, and the adaptive estimator takes any of them.
  enum Active : int16_t { kAbsSendTime = 0, kSingleStream = 1, kCaptureTime = 2, kAdaptive = 3 };
  // When a packet was sent by the sender's NTP clock, which counts if that lies on the line.
  struct CaptureTime {
    NtpTime sent = 0;
    CaptureTimeLine::Place place = CaptureTimeLine::Place::kOff;

    bool on_line() const { return place != CaptureTimeLine::Place::kOff; }
  };

  AbsSendTimeEstimator& plain_estimator() {
    ABSL_ASSUME(estimator_.index() == kAbsSendTime);
    return *std::get_if<kAbsSendTime>(&estimator_);
  }
  bool MayUseCaptureTimes() const {
    return config_.clock == Clock::kAuto || config_.clock == Clock::kAbsCaptureTime;
  }
  // In all of these `stream` is the packet's, nullptr if the table has none.
  // One that may be a flood's: its stream lives by it, and no more comes of it.
  void OnUnproven(const ReceivedPacket& packet, Timestamp now, Stream* stream) {
    if (streams_.OldestIsIdle(now)) {
      stream = streams_.ExpireAndAdd(packet.ssrc, now, stream, config_.default_stream);
    }
    if (stream) streams_.OnPacket(*stream, packet, now);
  }
  void ChooseByAbsSendTime(const ReceivedPacket& packet, const Stream* stream);
  CaptureTime TakeCaptureTime(const ReceivedPacket& packet, Stream*& stream);
  bool OnCaptureTimePacket(const ReceivedPacket& packet, CaptureTime time, Timestamp now,
                           Stream* stream);
  bool OnAdaptivePacket(const ReceivedPacket& packet, CaptureTime time, Timestamp now,
                        Stream* stream);
  bool RunPeriodicUpdates(Timestamp now);
  void OnReport(Timestamp now) {
    ++reports_;
    last_report_ = now;
  }
  // Where send times come from.
  Active active() const { return active_; }
  bool has_estimate() const { return estimate().has_value(); }
  void SwitchTo(Active active, const Stream* keep);
  void Start(Active active, const Stream* keep);
  void ChangeTo(Active active);
  void Emplace(Active active, std::optional<DataRate> start_bitrate);
  Source CaptureSourceOf(const Stream& stream) const;
  // nullptr with the adaptive profile.
  const AimdRateControl* rate_control() const;
  AimdRateControl* rate_control() {
    return const_cast<AimdRateControl*>(std::as_const(*this).rate_control());
  }

  Config config_;
  TimeDelta rtt_ = TimeDelta::Millis(200);
  CaptureTimeLine capture_line_;
  CaptureTimeChoice capture_choice_;
  int64_t reports_ = 0;
  std::optional<Timestamp> last_report_;
  // What every packet needs is together, from the end of estimator_ to the start of streams_.
  std::variant<AbsSendTimeEstimator, SingleStreamEstimator, AbsSendTimeEstimator, AdaptiveEstimator>
      estimator_;
  static_assert(sizeof(AdaptiveEstimator) <= sizeof(AbsSendTimeEstimator),
                "or the others' last members are no longer next to what follows");
  int packets_without_stamp_ = 0;  // since the last abs-send-time, while that is in use
  Active active_ = kSingleStream;
  bool started_afresh_ = false;
  StreamTable streams_;
};

}  // namespace remb::core

#endif  // CC_BWE_BANDWIDTH_ESTIMATOR_H_
