// Where an SSRC's stream is in a table, found in constant time whatever the SSRCs.
#ifndef CC_BWE_SSRC_INDEX_H_
#define CC_BWE_SSRC_INDEX_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>

namespace remb::core {

// A hash table with open addressing, at most half full. SSRCs come from the network: who knew the
// hash could choose them so that all want the same bucket. Two things stand against it:
// - The hash is of the table's own, by a seed that cannot be known from outside.
// - No SSRC lies further than kMaxDistance from the bucket it wants. What would lie further makes
//   the table choose another hash, so that to find an SSRC, or that it is not there, takes a
//   bounded time even if the seed became known.
// Nothing that is answered hangs on the hash: the order of buckets shows nowhere.
class SsrcIndex {
 public:
  static constexpr int32_t kNone = -1;
  // The last of two words of tags. By Robin Hood hashing hardly one of random SSRCs lies so far.
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
    const uint64_t wanted = kEachByte * TagOf(hash);
    for (const uint32_t first : {home, home + 8}) {
      uint64_t tags;  // of 8 buckets, the first one's lowest
      std::memcpy(&tags, tags_ + first, sizeof tags);
      if constexpr (std::endian::native == std::endian::big) tags = __builtin_bswap64(tags);
      // The high bit of each byte that is as wanted: all are below it.
      constexpr uint64_t kHighBits = 0x80 * kEachByte;
      for (uint64_t like = (kHighBits - (tags ^ wanted)) & kHighBits; like; like &= like - 1) {
        const auto byte = static_cast<uint32_t>(std::countr_zero(like)) / 8;
        const Bucket& bucket = buckets_[(first + byte) & mask()];
        if (looks) ++*looks;
        if (bucket.ssrc == ssrc) return bucket.index;
      }
    }
    return kNone;
  }
  // How far one that is there lies from the bucket that it wants.
  uint32_t DistanceOf(uint32_t ssrc) const;

  // Makes room for one more SSRC, which is not there. Throws std::bad_alloc, and then nothing has
  // changed.
  void Reserve(uint32_t ssrc) {
    if (!HasRoom() || tags_[Home(ssrc)] != kEmpty) ReserveOther(ssrc);
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
    int32_t index = kNone;  // empty, and it may still name an SSRC
  };
  // 2^64 over it, odd: spreads the low bits over the high ones.
  static constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  static constexpr uint8_t kEmpty = 0;
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
