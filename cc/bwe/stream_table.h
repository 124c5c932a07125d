// The SSRCs known: what their packets look like, and which were heard of late.
#ifndef CC_BWE_STREAM_TABLE_H_
#define CC_BWE_STREAM_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/container/inlined_vector.h"
#include "cc/bwe/bandwidth_usage.h"
#include "cc/bwe/capture_clock.h"
#include "cc/bwe/capture_time_line.h"
#include "cc/bwe/delay_detector.h"
#include "cc/bwe/missing_packets.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/send_time_line.h"
#include "cc/bwe/ssrc_index.h"
#include "cc/bwe/units.h"
#include "cc/rtp/rtp_header.h"

namespace remb::core {

// What an SSRC's packets look like.
struct StreamConfig {
  // Up to 1 MHz. Masking with it shows the compiler that a value fits.
  static constexpr uint32_t kClockRateBits = (1 << 20) - 1;

  RtpExtensionId abs_send_time_id = {};
  RtpExtensionId transmission_offset_id = {};
  uint32_t abs_capture_time_id : 8 = 0;  // 0: none
  uint32_t audio : 1 = 0;
  uint32_t clock_rate_hz : 20 = 90'000;

  bool operator==(const StreamConfig&) const = default;
};

struct Stream {
  uint32_t ssrc = 0;
  uint8_t stamps = 0;       // of the last packet
  bool added : 1 = false;   // by the user: kept until removed. Others are kept while alive
  bool proven : 1 = false;  // no flood's, where the estimator asks: StreamTable::IsProven
  bool alive = false;       // heard within kStreamTimeout
  BandwidthUsage usage = BandwidthUsage::kNormal;  // of its own detector; SetUsage changes it
  int32_t older = -1;  // neighbours by the time last heard; `newer` also links unused places
  int32_t newer = -1;
  Timestamp last_packet = kNever;
  int64_t packets = 0;
  DataSize bytes = DataSize::Zero();
  StreamConfig config;
  MissingPackets missing;  // where the estimator asks

  static constexpr Timestamp kNever = Timestamp::Micros(-1);
};
// A packet of one of many streams costs the cache lines that it touches.
static_assert(sizeof(Stream) == 64, "or a stream takes more than one cache line");

// How a stream's RTP timestamps become times of the sender's clock.
struct CaptureState {
  CaptureClock clock;
  CaptureTimeLine::Member member;
  bool on_line = false;  // the last packet
};

// No call but Add, AddByUser, those that reserve, and ExpireAndAdd allocates; these throw
// std::bad_alloc, and then nothing has changed. Find, Touch and ExpireIdle take constant time (the
// last one for each stream it drops), whatever the number of streams. References to streams and
// detectors are good until the next Add.
class StreamTable {
 public:
  // libwebrtc remote_bitrate_estimator_abs_send_time.cc: kStreamTimeOut.
  static constexpr TimeDelta kStreamTimeout = TimeDelta::Seconds(2);

  // Who floods a receiver with SSRCs sends few packets of each. So a stream that was not added is
  // proven once it has sent a packet for each so many SSRCs alive: in a call, by its first.
  static constexpr int kSsrcsPerPacket = 16;

  explicit StreamTable(int max_streams);
  StreamTable(const StreamTable&) = delete;
  StreamTable& operator=(const StreamTable&) = delete;

  // nullptr if there is none. Most packets are of the same stream as the one before.
  const Stream* Find(uint32_t ssrc) const {
    if (newest_ && newest_->ssrc == ssrc) return newest_;
    const int32_t place = index_.Find(ssrc);
    return place == kNone ? nullptr : &places_[place];
  }
  Stream* Find(uint32_t ssrc) { return const_cast<Stream*>(std::as_const(*this).Find(ssrc)); }
  // The same where a stream is alive.
  Stream* FindWithNewest(uint32_t ssrc) {
    if (ABSL_PREDICT_TRUE(newest_->ssrc == ssrc)) return newest_;
    const int32_t place = index_.Find(ssrc);
    return place == kNone ? nullptr : &places_[place];
  }

  // Adds an SSRC that is not there, as one that was heard; it is not alive yet. nullptr if
  // max_streams of these are there.
  Stream* Add(uint32_t ssrc, const StreamConfig& config) {
    return size_ - added_count_ < max_streams_ ? Place(ssrc, config) : nullptr;
  }
  // The same for one that the user adds, and for one that is there already. These have places of
  // their own, as many again, so that silent ones do not keep others out.
  Stream* AddByUser(uint32_t ssrc, const StreamConfig& config);
  // Makes room for a detector for each stream there is, and from then on for each that is added.
  void ReserveDetectors();
  // The stream's own detector, made if it has none; room must be reserved.
  DelayDetector& Detector(const Stream& stream);
  // Of all streams: they begin anew.
  void ResetDetectors();
  // The same for capture states. nullptr if none are reserved.
  void ReserveCaptureStates();
  CaptureState* Capture(const Stream& stream) {
    return captures_.empty() ? nullptr : &captures_[IndexOf(stream)];
  }
  const CaptureState* Capture(const Stream& stream) const {
    return captures_.empty() ? nullptr : &captures_[IndexOf(stream)];
  }
  // The same for clocks of RTP timestamps. A stream's begins anew with each of its lives.
  void ReserveSendClocks();
  RtpSendClock& SendClock(const Stream& stream) { return send_clocks_[IndexOf(stream)]; }
  void ResetSendClocks();
  void Remove(uint32_t ssrc);

  // Notes that the stream was heard, and counts the packet.
  void OnPacket(Stream& stream, const ReceivedPacket& packet, Timestamp now) {
    OnPacket(stream, packet.stamps, packet.size, now);
  }
  void OnPacket(Stream& stream, uint32_t stamps, DataSize size, Timestamp now) {
    stream.stamps = static_cast<uint8_t>(stamps);
    ++stream.packets;
    stream.bytes = stream.bytes + size;
    Touch(stream, now);
  }
  void Touch(Stream& stream, Timestamp now) {
    stream.last_packet = now;
    if (&stream != newest_) MakeNewest(stream);
  }
  // Whether the oldest stream has been idle for more than kStreamTimeout, or none is alive. Times
  // do not go back but by ForgetTimes.
  bool OldestIsIdle(Timestamp now) { return MayBeIdle(now) && LookForIdle(now); }
  // The same without looking: false if it is known not to be so.
  bool MayBeIdle(Timestamp now) const { return now > none_idle_until_; }
  // Whether the stream is proven, its newest packet included.
  bool IsProven(Stream& stream) const {
    if (!stream.proven) {
      stream.proven = stream.added || stream.packets * kSsrcsPerPacket >= alive_count_;
    }
    return stream.proven;
  }
  // Whether a new stream would not be proven by its first packet.
  bool IsCrowded() const { return alive_count_ >= kSsrcsPerPacket; }
  // Ends the life of streams idle for more than kStreamTimeout, or of all. `keep` stays in its
  // place also if it was not added, for a new life.
  void ExpireIdle(Timestamp now, const Stream* keep = nullptr);
  void ExpireAll(const Stream* keep = nullptr);
  // Ends the life of one that is alive and was added by the user: it keeps its place.
  void EndLife(Stream& stream) { Expire(stream, /*keep=*/true); }
  // ExpireIdle for a packet's stream, which is nullptr if there is none: then it is added.
  Stream* ExpireAndAdd(uint32_t ssrc, Timestamp now, Stream* stream, const StreamConfig& config);
  // Forgets when streams were heard, and their capture states.
  void ForgetTimes();
  // Forgets what was counted of each.
  void ResetCounts();
  void SetUsage(Stream& stream, BandwidthUsage usage);

  int alive_count() const { return alive_count_; }
  // Without those that have fallen silent since streams were last expired.
  int CountAliveAt(Timestamp now) const;
  // The worst over all that are alive; normal if none is.
  BandwidthUsage WorstUsage() const;
  // Whether any stream was heard within kStreamTimeout of `now`; where the newest leaves off.
  bool AnyAliveAt(Timestamp now) const;
  Timestamp NewestExpiry() const;  // only if alive_count() > 0
  // Fills `ssrcs` with those heard most recently, alive at `now` and not 0, in numeric order; gives
  // their number.
  int MostRecent(Timestamp now, std::span<uint32_t> ssrcs) const;
  // Calls f for each stream that was added or is alive at `now`.
  template <typename F>
  void ForEach(Timestamp now, F f) const {
    for (const Stream& stream : streams_) {
      if (stream.added || IsAliveAt(stream, now)) f(stream);
    }
  }
  static bool IsAliveAt(const Stream& stream, Timestamp now) {
    return stream.alive && now - stream.last_packet <= kStreamTimeout;
  }

 private:
  static constexpr int32_t kNone = SsrcIndex::kNone;
  static constexpr Timestamp kNoneAlive = Timestamp::Micros(std::numeric_limits<int64_t>::min());

  size_t IndexOf(const Stream& stream) const { return static_cast<size_t>(&stream - places_); }
  int32_t PlaceOf(const Stream& stream) const { return static_cast<int32_t>(&stream - places_); }
  void UpdateNoneIdleUntil();
  bool LookForIdle(Timestamp now);
  void ReserveOne(uint32_t ssrc);
  Stream* Place(uint32_t ssrc, const StreamConfig& config);
  void Free(Stream& stream);
  void MakeNewest(Stream& stream);
  void ResetDetector(Stream& stream);
  void ResetCapture(const Stream& stream);
  void ResetSendClock(const Stream& stream);
  void Unlink(const Stream& stream);
  void Expire(Stream& stream, bool keep);

  // First what a packet of the stream found last needs: a single stream lies in the table itself.
  Stream* newest_ = nullptr;  // of those alive, as is oldest_
  // Until then no stream has been idle for long: the oldest need not be looked at.
  Timestamp none_idle_until_ = kNoneAlive;
  Stream* places_ = nullptr;  // streams_.data(), which is not as quickly told
  absl::InlinedVector<Stream, 1> streams_;
  SsrcIndex index_;
  Stream* oldest_ = nullptr;
  int32_t max_streams_;
  int32_t size_ = 0;
  int32_t added_count_ = 0;  // of these, by the user
  int32_t alive_count_ = 0;
  int32_t free_ = kNone;
  int32_t usage_count_[3] = {};
  bool has_detectors_ = false;
  std::vector<std::optional<DelayDetector>>
      detectors_;  // by the same index, if has_detectors_; empty where not needed
  std::vector<CaptureState> captures_;     // by the same index; empty until reserved
  std::vector<RtpSendClock> send_clocks_;  // likewise
};

}  // namespace remb::core

#endif  // CC_BWE_STREAM_TABLE_H_
