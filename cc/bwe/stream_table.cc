#include "cc/bwe/stream_table.h"

#include <algorithm>
#include <bit>

namespace remb::core {
namespace {

// SSRCs come from the network: whoever knew the multiplier could make them collide. The address of
// a table differs from process to process and from table to table.
uint64_t OddMultiplier(const void* table) {
  uint64_t x = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(table)) + 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;  // splitmix64
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return (x ^ (x >> 31)) | 1;
}

}  // namespace

StreamTable::StreamTable(int max_streams)
    : max_streams_(max_streams), multiplier_(OddMultiplier(this)) {
  places_ = streams_.data();
  ReserveOne();
}

void StreamTable::ReserveOne() {
  const auto wanted = static_cast<size_t>(size_) + 1;
  if (wanted > streams_.capacity()) {
    streams_.reserve(2 * wanted);
    places_ = streams_.data();
    last_found_ = nullptr;
  }
  if (2 * wanted > buckets_.size()) {
    std::vector<Bucket> buckets(std::bit_ceil(2 * wanted), Bucket{.ssrc = 0, .index = kNone});
    buckets_.swap(buckets);
    shift_ = 64 - std::countr_zero(buckets_.size());
    for (const Bucket& bucket : buckets) {
      if (bucket.index != kNone) Insert(bucket.ssrc, bucket.index);
    }
  }
  if (has_detectors_ && wanted > detectors_.size()) detectors_.resize(wanted);
  if (!captures_.empty() && wanted > captures_.size()) captures_.resize(wanted);
  if (!send_clocks_.empty() && wanted > send_clocks_.size()) send_clocks_.resize(wanted);
}

Stream* StreamTable::Add(uint32_t ssrc, const StreamConfig& config) {
  return size_ - added_count_ < max_streams_ ? Place(ssrc, config) : nullptr;
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
  ReserveOne();
  int32_t index = free_;
  if (index != kNone) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a place that is free is in the table
    free_ = places_[index].newer;
    places_[index] = Stream();
  } else {
    index = static_cast<int32_t>(streams_.size());
    streams_.emplace_back();
  }
  ++size_;
  Stream& stream = places_[index];
  stream.ssrc = ssrc;
  stream.index = index;
  stream.config = config;
  Insert(ssrc, index);
  last_found_ = &stream;
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
  std::optional<DelayDetector>& detector = detectors_[static_cast<size_t>(stream.index)];
  if (!detector) detector = DelayDetector::ForRtpTimestamps(stream.config.clock_rate_hz);
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
  if (!send_clocks_.empty()) send_clocks_[static_cast<size_t>(stream.index)] = {};
}

void StreamTable::ResetSendClocks() {
  std::fill(send_clocks_.begin(), send_clocks_.end(), RtpSendClock());
}

void StreamTable::ResetDetector(Stream& stream) {
  SetUsage(stream, BandwidthUsage::kNormal);
  const auto index = static_cast<size_t>(stream.index);
  if (index < detectors_.size()) detectors_[index].reset();
}

void StreamTable::ResetDetectors() {
  // Others have none: it ends with their life.
  for (int32_t i = oldest_; i != kNone; i = places_[i].newer) ResetDetector(places_[i]);
}

void StreamTable::Remove(uint32_t ssrc) {
  Stream* stream = Find(ssrc);
  if (!stream) return;
  const int32_t index = stream->index;
  if (stream->added) --added_count_;
  stream->added = false;
  if (stream->alive) {
    Expire(*stream, false);
  } else {
    Free(index);
  }
}

void StreamTable::MakeNewest(Stream& stream) {
  const int32_t index = stream.index;
  if (stream.alive) {
    Unlink(index);
  } else {
    stream.alive = true;
    ++alive_count_;
    ++usage_count_[static_cast<int>(stream.usage)];
  }
  stream.older = newest_;
  stream.newer = kNone;
  (newest_ != kNone ? places_[newest_].newer : oldest_) = index;
  newest_ = index;
}

void StreamTable::ExpireIdle(Timestamp now, const Stream* keep) {
  while (oldest_ != kNone && OldestIsIdle(now)) {
    Expire(places_[oldest_], keep == &places_[oldest_]);
  }
}

void StreamTable::ExpireAll(const Stream* keep) {
  while (oldest_ != kNone) Expire(places_[oldest_], keep == &places_[oldest_]);
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

const Stream* StreamTable::Find(uint32_t ssrc) const {
  const int32_t index = IndexOf(ssrc);
  return index == kNone ? nullptr : &places_[index];
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
  for (int32_t i = oldest_; i != kNone && !IsAliveAt(places_[i], now); i = places_[i].newer) {
    --count;
  }
  return count;
}

bool StreamTable::AnyAliveAt(Timestamp now) const {
  return newest_ != kNone && now - places_[newest_].last_packet <= kStreamTimeout;
}

Timestamp StreamTable::NewestExpiry() const {
  return places_[newest_].last_packet + kStreamTimeout;
}

int StreamTable::MostRecent(Timestamp now, std::span<uint32_t> ssrcs) const {
  size_t count = 0;
  for (int32_t i = newest_; i != kNone && count < ssrcs.size(); i = places_[i].older) {
    if (now - places_[i].last_packet > kStreamTimeout) break;
    if (places_[i].ssrc != 0) ssrcs[count++] = places_[i].ssrc;
  }
  std::sort(ssrcs.begin(), ssrcs.begin() + static_cast<std::ptrdiff_t>(count));
  return static_cast<int>(count);
}

void StreamTable::Insert(uint32_t ssrc, int32_t index) {
  const auto mask = static_cast<uint32_t>(buckets_.size() - 1);
  uint32_t i = Home(ssrc);
  while (buckets_[i].index != kNone) i = (i + 1) & mask;
  buckets_[i] = {.ssrc = ssrc, .index = index};
}

void StreamTable::Free(int32_t index) {
  const auto mask = static_cast<uint32_t>(buckets_.size() - 1);
  uint32_t hole = Home(places_[index].ssrc);
  while (buckets_[hole].index != index) hole = (hole + 1) & mask;
  // Those behind the hole that it would part from their home move up into it.
  for (uint32_t i = (hole + 1) & mask; buckets_[i].index != kNone; i = (i + 1) & mask) {
    const uint32_t home = Home(buckets_[i].ssrc);
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      buckets_[hole] = buckets_[i];
      hole = i;
    }
  }
  buckets_[hole].index = kNone;
  if (last_found_ == &places_[index]) last_found_ = nullptr;
  places_[index] = Stream();
  places_[index].newer = free_;
  free_ = index;
  --size_;
}

void StreamTable::Unlink(int32_t index) {
  const Stream& stream = places_[index];
  (stream.older != kNone ? places_[stream.older].newer : oldest_) = stream.newer;
  (stream.newer != kNone ? places_[stream.newer].older : newest_) = stream.older;
}

void StreamTable::Expire(Stream& stream, bool keep) {
  ResetDetector(stream);
  ResetSendClock(stream);
  Unlink(stream.index);
  --alive_count_;
  --usage_count_[static_cast<int>(stream.usage)];
  stream.alive = false;
  if (!stream.added && !keep) Free(stream.index);
}

}  // namespace remb::core
