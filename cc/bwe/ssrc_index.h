// Where an SSRC's stream is in a table, found in constant time whatever the SSRCs.
#ifndef CC_BWE_SSRC_INDEX_H_
#define CC_BWE_SSRC_INDEX_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

namespace remb::core {

// A hash table with open addressing, at most half full. An SSRC lies in the first bucket that was
// empty from the one it wants, and nothing moves where one goes: that is for those that come. SSRCs
// come from the network: who knew the hash could choose them so that all want the same bucket. Two
// things stand against it:
// - The hash is of the table's own, by a seed that cannot be known from outside.
// - No SSRC lies further than kMaxDistance from the bucket it wants. What would lie further makes
//   the table choose another hash, so that to find an SSRC, or that it is not there, takes a
//   bounded time even if the seed became known.
// Nothing that is answered hangs on the hash: the order of buckets shows nowhere.
class SsrcIndex {
 public:
  static constexpr int32_t kNone = -1;
  // The last of two words of tags. Where all of these are taken, which is so for one in 400 random
  // SSRCs of a table that is half full, others make way.
  static constexpr uint32_t kMaxDistance = 15;

  explicit SsrcIndex(uint64_t seed);

  // The stream's index; kNone if there is none. `looks`, for tests, counts the buckets looked at.
  int32_t Find(uint32_t ssrc, int* looks = nullptr) const {
    const uint64_t hash = Hash(ssrc);
    const uint32_t home = HomeOf(hash);
    // Most that are there are in one of these. For most that are not, all jumps go the same way: to
    // foretell one wrongly costs as much as all the rest.
    for (const uint32_t i : {home, Next(home)}) {
      if (looks) ++*looks;
      if (buckets_[i].ssrc == ssrc) return buckets_[i].index;
    }
    const uint32_t i = BucketOf(ssrc, hash, looks);
    return i == kNoBucket ? kNone : buckets_[i].index;
  }
  // How far one that is there lies from the bucket that it wants.
  uint32_t DistanceOf(uint32_t ssrc) const;

  // Makes room for one more SSRC, which is not there. Throws std::bad_alloc, and then nothing has
  // changed.
  void Reserve(uint32_t ssrc) {
    if (!HasRoom() || DistanceOfEmpty(Home(ssrc)) > kMaxDistance) ReserveOther(ssrc);
  }
  // Adds the SSRC that room was made for.
  void Insert(uint32_t ssrc, int32_t index);
  // Removes one that is there.
  void Erase(uint32_t ssrc);

  // The bucket that an SSRC wants, by the hash in use.
  uint32_t Home(uint32_t ssrc) const { return HomeOf(Hash(ssrc)); }

 private:
  struct Bucket {
    uint32_t ssrc = 0;
    int32_t index = kNone;  // empty, and it may still name an SSRC, which lies no further if it
                            // lies anywhere: it would have come here
  };
  // 2^64 over it, odd: spreads the low bits over the high ones.
  static constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  static constexpr uint8_t kEmpty = 0;
  static constexpr uint32_t kNoBucket = std::numeric_limits<uint32_t>::max();
  static constexpr uint64_t kEachByte = 0x0101010101010101;

  uint64_t Hash(uint32_t ssrc) const {
    // Multiplied once, SSRCs that follow each other would lie in a row for some multipliers.
    const uint64_t product = ssrc * multiplier_;
    return (product ^ product >> 32) * kGoldenRatio;
  }
  uint32_t HomeOf(uint64_t hash) const { return static_cast<uint32_t>(hash >> shift_); }
  // 1 to 127, of the lowest bits: its home is of the highest.
  static uint8_t TagOf(uint64_t hash) {
    const auto tag = static_cast<uint8_t>(hash & 0x7F);
    return tag == kEmpty ? 1 : tag;
  }
  uint32_t mask() const {
    return static_cast<uint32_t>(std::numeric_limits<uint64_t>::max() >> shift_);
  }
  uint32_t bucket_count() const { return mask() + 1; }
  uint32_t Next(uint32_t i) const { return (i + 1) & mask(); }
  uint32_t DistanceAt(uint32_t i) const { return (i - Home(buckets_[i].ssrc)) & mask(); }
  void SetTag(uint32_t i, uint8_t tag) {
    tags_[i] = tag;
    if (i < kMaxDistance) tags_[i + bucket_count()] = tag;
  }
  bool HasRoom() const { return 2 * (count_ + 1) <= bucket_count(); }
  void Put(uint32_t i, Bucket bucket, uint8_t tag) {
    buckets_[i] = bucket;
    SetTag(i, tag);
  }
  // Of the 8 buckets from the first one: the highest bit of each byte whose tag it is.
  uint64_t WithTag(uint32_t first, uint8_t tag) const {
    uint64_t tags;  // the first one's lowest
    std::memcpy(&tags, tags_ + first, sizeof tags);
    if constexpr (std::endian::native == std::endian::big) tags = __builtin_bswap64(tags);
    constexpr uint64_t kHighBits = 0x80 * kEachByte;  // all tags are below it
    return (kHighBits - (tags ^ kEachByte * tag)) & kHighBits;
  }
  static uint32_t FirstOf(uint64_t with_tag) {
    return static_cast<uint32_t>(std::countr_zero(with_tag)) / 8;
  }
  // The bucket of an SSRC; kNoBucket if there is none. `looks` as in Find.
  uint32_t BucketOf(uint32_t ssrc, uint64_t hash, int* looks = nullptr) const {
    uint32_t first = HomeOf(hash);
    uint64_t like = WithTag(first, TagOf(hash));
    uint64_t further = WithTag(first + 8, TagOf(hash));
    while (like | further) {
      if (!like) {
        like = std::exchange(further, 0);
        first += 8;
      }
      const uint32_t i = (first + FirstOf(like)) & mask();
      if (looks) ++*looks;
      if (buckets_[i].ssrc == ssrc) return i;
      like &= like - 1;
    }
    return kNoBucket;
  }
  // From a home to the next empty bucket; more than kMaxDistance if none is so near. The copies of
  // tags end behind those of a small table, of which one before that is empty.
  uint32_t DistanceOfEmpty(uint32_t home) const {
    if (const uint64_t empty = WithTag(home, kEmpty)) return FirstOf(empty);
    if (const uint64_t empty = WithTag(home + 8, kEmpty)) return 8 + FirstOf(empty);
    return kMaxDistance + 1;
  }
  void MakeWayFor(Bucket bucket, uint64_t hash);
  void ReserveOther(uint32_t ssrc);
  bool Fits(uint32_t ssrc) const;
  void ChangeHash();
  void Clear(uint32_t bucket_count);
  bool Rebuild(const SsrcIndex& from);

  std::unique_ptr<Bucket[]> buckets_;  // a power of two, and behind them what tags_ points to
  // A byte for each bucket; behind them the first ones again, where a row goes on behind the last.
  uint8_t* tags_ = nullptr;
  uint64_t multiplier_ = 0;
  uint64_t seed_;
  int32_t shift_ = 0;
  uint32_t count_ = 0;
};

}  // namespace remb::core

#endif  // CC_BWE_SSRC_INDEX_H_
