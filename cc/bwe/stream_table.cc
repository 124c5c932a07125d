#include "cc/bwe/stream_table.h"

#include <algorithm>
#include <memory>

namespace remb::core {
namespace {

// What cannot be known from outside, without asking the system for it: where the system put a
// table, the stack and the library, which differs from process to process, and the first from table
// to table.
uint64_t Seed(const void* table) {
  static const char library = 0;
  const char stack = 0;
  uint64_t seed = 0;
  for (const void* address :
       {table, static_cast<const void*>(&stack), static_cast<const void*>(&library)}) {
    // Any odd multiplier spreads the bits.
    seed = (seed ^ reinterpret_cast<uintptr_t>(address)) * 0xff51afd7ed558ccd;
    seed ^= seed >> 32;
  }
  return seed;
}

}  // namespace

StreamTable::StreamTable(int max_streams) : index_(Seed(this)), max_streams_(max_streams) {
  places_ = streams_.data();
}

void StreamTable::UpdateNoneIdleUntil() {
  none_idle_until_ =
      oldest_ ? std::min(oldest_->last_packet + kStreamTimeout, Timestamp::Max()) : kNoneAlive;
}

bool StreamTable::LookForIdle(Timestamp now) {
  UpdateNoneIdleUntil();
  return now > none_idle_until_;
}

void StreamTable::ReserveOne(uint32_t ssrc) {
  const auto wanted = static_cast<size_t>(size_) + 1;
  if (has_detectors_ && wanted > detectors_.size()) detectors_.resize(wanted);
  if (!captures_.empty() && wanted > captures_.size()) captures_.resize(wanted);
  if (!send_clocks_.empty() && wanted > send_clocks_.size()) send_clocks_.resize(wanted);
  index_.Reserve(ssrc);
  if (wanted <= streams_.capacity()) return;
  const int32_t oldest = oldest_ ? PlaceOf(*oldest_) : kNone;
  const int32_t newest = newest_ ? PlaceOf(*newest_) : kNone;
  streams_.reserve(2 * wanted);
  places_ = streams_.data();
  oldest_ = oldest != kNone ? &places_[oldest] : nullptr;
  newest_ = newest != kNone ? &places_[newest] : nullptr;
}

Stream* StreamTable::AddByUser(uint32_t ssrc, const StreamConfig& config) {
  Stream* stream = Find(ssrc);
  if (!stream || !stream->added) {
    if (added_count_ == max_streams_) return nullptr;
    if (!stream) stream = Place(ssrc, config);
    stream->added = true;
    ++added_count_;
  }
  // Its detector counts in ticks of the old clock rate.
  const bool other_rate = stream->config.clock_rate_hz != config.clock_rate_hz;
  if (other_rate) ResetDetector(*stream);
  if (other_rate) ResetSendClock(*stream);
  if (other_rate || config.abs_capture_time_id == 0) ResetCapture(*stream);
  stream->config = config;
  return stream;
}

Stream* StreamTable::Place(uint32_t ssrc, const StreamConfig& config) {
  ReserveOne(ssrc);
  int32_t index = free_;
  if (index != kNone) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a place that is free is in the table
    free_ = places_[index].newer;
    std::construct_at(&places_[index]);  // quicker than an assignment, which copies
  } else {
    index = static_cast<int32_t>(streams_.size());
    streams_.emplace_back();
  }
  ++size_;
  Stream& stream = places_[index];
  stream.ssrc = ssrc;
  stream.config = config;
  index_.Insert(ssrc, index);
  ResetCapture(stream);
  ResetSendClock(stream);
  return &stream;
}

void StreamTable::ReserveDetectors() {
  if (has_detectors_) return;
  detectors_.resize(streams_.size());
  has_detectors_ = true;
}

DelayDetector& StreamTable::Detector(const Stream& stream) {
  std::optional<DelayDetector>& detector = detectors_[IndexOf(stream)];
  if (!detector) detector.emplace(DelayDetector::ForRtpTimestamps(stream.config.clock_rate_hz));
  return *detector;
}

void StreamTable::ReserveCaptureStates() {
  // One at least, so that it is not empty.
  if (captures_.empty()) captures_.resize(std::max<size_t>(streams_.size(), 1));
}

void StreamTable::ResetCapture(const Stream& stream) {
  if (CaptureState* capture = Capture(stream)) *capture = {};
}

void StreamTable::ReserveSendClocks() {
  if (send_clocks_.empty()) send_clocks_.resize(std::max<size_t>(streams_.size(), 1));
}

void StreamTable::ResetSendClock(const Stream& stream) {
  if (!send_clocks_.empty()) send_clocks_[IndexOf(stream)] = {};
}

void StreamTable::ResetSendClocks() {
  std::fill(send_clocks_.begin(), send_clocks_.end(), RtpSendClock());
}

void StreamTable::ResetDetector(Stream& stream) {
  SetUsage(stream, BandwidthUsage::kNormal);
  const auto index = IndexOf(stream);
  if (index < detectors_.size()) detectors_[index].reset();
}

void StreamTable::ResetDetectors() {
  // Others have none: it ends with their life.
  if (!oldest_) return;
  for (int32_t i = PlaceOf(*oldest_); i != kNone; i = places_[i].newer) ResetDetector(places_[i]);
}

void StreamTable::Remove(uint32_t ssrc) {
  Stream* stream = Find(ssrc);
  if (!stream) return;
  if (stream->added) --added_count_;
  stream->added = false;
  if (stream->alive) {
    Expire(*stream, false);
  } else {
    Free(*stream);
  }
}

void StreamTable::MakeNewest(Stream& stream) {
  if (stream.alive) {
    Unlink(stream);
  } else {
    stream.alive = true;
    ++alive_count_;
    ++usage_count_[static_cast<int>(stream.usage)];
  }
  stream.older = newest_ ? PlaceOf(*newest_) : kNone;
  stream.newer = kNone;
  if (newest_) newest_->newer = PlaceOf(stream);
  if (!oldest_) oldest_ = &stream;
  newest_ = &stream;
}

void StreamTable::ExpireIdle(Timestamp now, const Stream* keep) {
  while (oldest_ && OldestIsIdle(now)) Expire(*oldest_, keep == oldest_);
}

void StreamTable::ExpireAll(const Stream* keep) {
  while (oldest_) Expire(*oldest_, keep == oldest_);
}

Stream* StreamTable::ExpireAndAdd(uint32_t ssrc, Timestamp now, Stream* stream,
                                  const StreamConfig& config) {
  ExpireIdle(now, stream);
  return stream ? stream : Add(ssrc, config);
}

void StreamTable::ForgetTimes() {
  for (Stream& stream : streams_) stream.last_packet = Stream::kNever;
  std::fill(captures_.begin(), captures_.end(), CaptureState());
}

void StreamTable::ResetCounts() {
  for (Stream& stream : streams_) {
    stream.stamps = 0;
    stream.packets = 0;
    stream.bytes = DataSize::Zero();
  }
}

void StreamTable::SetUsage(Stream& stream, BandwidthUsage usage) {
  if (stream.alive) {
    --usage_count_[static_cast<int>(stream.usage)];
    ++usage_count_[static_cast<int>(usage)];
  }
  stream.usage = usage;
}

BandwidthUsage StreamTable::WorstUsage() const {
  for (BandwidthUsage usage : {BandwidthUsage::kOverusing, BandwidthUsage::kUnderusing}) {
    if (usage_count_[static_cast<int>(usage)] > 0) return usage;
  }
  return BandwidthUsage::kNormal;
}

int StreamTable::CountAliveAt(Timestamp now) const {
  int count = alive_count_;
  for (const Stream* stream = oldest_; stream && !IsAliveAt(*stream, now);) {
    --count;
    stream = stream->newer == kNone ? nullptr : &places_[stream->newer];
  }
  return count;
}

bool StreamTable::AnyAliveAt(Timestamp now) const {
  return newest_ && now - newest_->last_packet <= kStreamTimeout;
}

Timestamp StreamTable::NewestExpiry() const { return newest_->last_packet + kStreamTimeout; }

int StreamTable::MostRecent(Timestamp now, std::span<uint32_t> ssrcs) const {
  size_t count = 0;
  const Stream* stream = newest_;
  while (stream && count < ssrcs.size() && now - stream->last_packet <= kStreamTimeout) {
    if (stream->ssrc != 0) ssrcs[count++] = stream->ssrc;
    stream = stream->older == kNone ? nullptr : &places_[stream->older];
  }
  std::sort(ssrcs.begin(), ssrcs.begin() + static_cast<std::ptrdiff_t>(count));
  return static_cast<int>(count);
}

void StreamTable::Free(Stream& stream) {
  index_.Erase(stream.ssrc);
  stream.newer = free_;
  free_ = PlaceOf(stream);
  --size_;
}

void StreamTable::Unlink(const Stream& stream) {
  Stream* const older = stream.older != kNone ? &places_[stream.older] : nullptr;
  Stream* const newer = stream.newer != kNone ? &places_[stream.newer] : nullptr;
  if (older) {
    older->newer = stream.newer;
  } else {
    oldest_ = newer;
    UpdateNoneIdleUntil();
  }
  if (newer) {
    newer->older = stream.older;
  } else {
    newest_ = older;
  }
}

void StreamTable::Expire(Stream& stream, bool keep) {
  ResetDetector(stream);
  ResetSendClock(stream);
  Unlink(stream);
  --alive_count_;
  --usage_count_[static_cast<int>(stream.usage)];
  stream.alive = false;
  stream.missing = {};
  if (!stream.added && !keep) Free(stream);
}

}  // namespace remb::core
