#include "cc/bwe/ssrc_index.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace remb::core {
namespace {

// So many buckets at most may have to be looked at, and their SSRCs moved up, for a new one. Of
// random SSRCs half a table's longest row of full buckets is about 70 with a million of them.
constexpr int kMaxMoves = 128;
// Hashes tried before the table is made larger.
constexpr int kTries = 4;

}  // namespace

SsrcIndex::SsrcIndex(uint64_t seed) : buckets_(2), seed_(seed) { ChangeHash(); }

// The next number of splitmix64, odd. Who learned one could foretell the next, and choose SSRCs of
// which every 17th makes a new table; but a packet's time, over a network, tells nothing of it.
void SsrcIndex::ChangeHash() {
  uint64_t x = seed_ += kGoldenRatio;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  multiplier_ = (x ^ (x >> 31)) | 1;
  shift_ = 64 - std::countr_zero(buckets_.size());
}

uint32_t SsrcIndex::ProbesOf(uint32_t ssrc) const {
  uint32_t probes = 1;
  for (uint32_t i = Home(ssrc); buckets_[i].index == kNone || buckets_[i].ssrc != ssrc;
       i = Next(i)) {
    ++probes;
  }
  return probes;
}

// Whether Insert keeps within both limits. Robin Hood: who is further from home takes the bucket,
// and who lay there goes on to the next one.
bool SsrcIndex::Fits(uint32_t ssrc) const {
  uint32_t distance = 0;
  uint32_t i = Home(ssrc);
  for (int moves = 0; moves < kMaxMoves; ++moves) {
    if (distance > kMaxDistance) return false;
    if (buckets_[i].index == kNone) return true;
    distance = std::min(distance, DistanceAt(i)) + 1;
    i = Next(i);
  }
  return false;
}

void SsrcIndex::ReserveOther(uint32_t ssrc) {
  const bool has_room = HasRoom();
  if (has_room && Fits(ssrc)) return;
  SsrcIndex larger = *this;
  for (int tries = 0;; ++tries) {
    const bool grow = tries % kTries == 0 && (tries > 0 || !has_room);
    if (grow) larger.buckets_.resize(2 * larger.buckets_.size());
    larger.ChangeHash();
    if (larger.Rebuild(buckets_) && larger.Fits(ssrc)) break;
  }
  *this = std::move(larger);
}

bool SsrcIndex::Rebuild(const Buckets& from) {
  std::fill(buckets_.begin(), buckets_.end(), Bucket());
  count_ = 0;
  for (const Bucket& bucket : from) {  // NOLINT(readability-use-anyofallof): it inserts
    if (bucket.index == kNone) continue;
    if (!Fits(bucket.ssrc)) return false;
    Insert(bucket.ssrc, bucket.index);
  }
  return true;
}

void SsrcIndex::Insert(uint32_t ssrc, int32_t index) {
  Bucket carried = {.ssrc = ssrc, .index = index};
  uint32_t distance = 0;
  uint32_t i = Home(ssrc);
  for (; buckets_[i].index != kNone; i = Next(i), ++distance) {
    const uint32_t of_resident = DistanceAt(i);
    if (of_resident >= distance) continue;
    std::swap(buckets_[i], carried);
    distance = of_resident;
  }
  buckets_[i] = carried;
  ++count_;
}

// Those behind it that are not at home move up.
void SsrcIndex::Erase(uint32_t ssrc) {
  uint32_t hole = Home(ssrc);
  while (buckets_[hole].index == kNone || buckets_[hole].ssrc != ssrc) hole = Next(hole);
  for (uint32_t i = Next(hole); buckets_[i].index != kNone && DistanceAt(i) != 0; i = Next(i)) {
    buckets_[hole] = buckets_[i];
    hole = i;
  }
  buckets_[hole] = Bucket();
  --count_;
}

}  // namespace remb::core
