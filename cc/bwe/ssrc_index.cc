#include "cc/bwe/ssrc_index.h"

#include <algorithm>
#include <bit>

namespace remb::core {
namespace {

// So many buckets at most may have to be looked at, and their SSRCs moved up, for a new one. Of
// random SSRCs half a table's longest row of full buckets is about 70 with a million of them.
constexpr int kMaxMoves = 128;
// Hashes tried before the table is made larger.
constexpr int kTries = 4;

}  // namespace

SsrcIndex::SsrcIndex(uint64_t seed) : seed_(seed) {
  Clear(2);
  ChangeHash();
}

// The next number of splitmix64, odd. Who learned one could foretell the next, and choose SSRCs of
// which every 16th makes a new table; but a packet's time, over a network, tells nothing of it.
void SsrcIndex::ChangeHash() {
  uint64_t x = seed_ += kGoldenRatio;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  multiplier_ = (x ^ (x >> 31)) | 1;
}

// Empties the table, of a power of two buckets.
void SsrcIndex::Clear(uint32_t bucket_count) {
  // One block for both: an estimator of one stream has little room for another.
  const size_t for_tags = bucket_count / sizeof(Bucket) + 3;
  static_assert(2 + kMaxDistance <= 3 * sizeof(Bucket), "what the smallest needs");
  buckets_ = std::make_unique<Bucket[]>(bucket_count + for_tags);
  tags_ = reinterpret_cast<uint8_t*>(&buckets_[bucket_count]);
  std::fill_n(tags_, bucket_count + kMaxDistance, kEmpty);
  shift_ = std::countl_zero(uint64_t{bucket_count} - 1);
  count_ = 0;
}

uint32_t SsrcIndex::DistanceOf(uint32_t ssrc) const {
  const uint64_t hash = Hash(ssrc);
  return (BucketOf(ssrc, hash) - HomeOf(hash)) & mask();
}

// Whether MakeWayFor keeps within both limits.
bool SsrcIndex::Fits(uint32_t ssrc) const {
  uint32_t distance = 0;
  uint32_t i = Home(ssrc);
  for (int moves = 0; moves < kMaxMoves; ++moves) {
    if (distance > kMaxDistance) return false;
    if (tags_[i] == kEmpty) return true;
    distance = std::min(distance, DistanceAt(i)) + 1;
    i = Next(i);
  }
  return false;
}

void SsrcIndex::ReserveOther(uint32_t ssrc) {
  const bool has_room = HasRoom();
  if (has_room && Fits(ssrc)) return;
  SsrcIndex other(seed_);
  uint32_t buckets = bucket_count();
  for (int tries = 0;; ++tries) {
    if (tries % kTries == 0 && (tries > 0 || !has_room)) buckets *= 2;
    other.Clear(buckets);
    if (other.Rebuild(*this) && other.Fits(ssrc)) break;
    other.ChangeHash();
  }
  *this = std::move(other);
}

bool SsrcIndex::Rebuild(const SsrcIndex& from) {
  for (uint32_t i = 0; i < from.bucket_count(); ++i) {
    if (from.tags_[i] == kEmpty) continue;
    const Bucket& bucket = from.buckets_[i];
    if (!Fits(bucket.ssrc)) return false;
    Insert(bucket.ssrc, bucket.index);
  }
  return true;
}

void SsrcIndex::Insert(uint32_t ssrc, int32_t index) {
  const uint64_t hash = Hash(ssrc);
  const Bucket bucket = {.ssrc = ssrc, .index = index};
  const uint32_t distance = DistanceOfEmpty(HomeOf(hash));
  if (distance <= kMaxDistance) {
    Put((HomeOf(hash) + distance) & mask(), bucket, TagOf(hash));
  } else {
    MakeWayFor(bucket, hash);
  }
  ++count_;
}

// All of the 16 that it might lie in are taken. Robin Hood: who is further from home takes the
// bucket, and who lay there goes on to the next one.
void SsrcIndex::MakeWayFor(Bucket bucket, uint64_t hash) {
  uint8_t tag = TagOf(hash);
  uint32_t distance = 0;
  uint32_t i = HomeOf(hash);
  for (; tags_[i] != kEmpty; i = Next(i), ++distance) {
    const uint32_t of_resident = DistanceAt(i);
    if (of_resident >= distance) continue;
    std::swap(buckets_[i], bucket);
    const uint8_t of = tags_[i];
    SetTag(i, tag);
    tag = of;
    distance = of_resident;
  }
  Put(i, bucket, tag);
}

// Those behind it stay: to be found takes no row without an empty bucket.
void SsrcIndex::Erase(uint32_t ssrc) {
  const uint32_t i = BucketOf(ssrc, Hash(ssrc));
  buckets_[i].index = kNone;
  SetTag(i, kEmpty);
  --count_;
}

}  // namespace remb::core
