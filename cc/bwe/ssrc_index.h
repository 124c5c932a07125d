// Where an SSRC's stream is in a table, found in constant time whatever the SSRCs.
#ifndef CC_BWE_SSRC_INDEX_H_
#define CC_BWE_SSRC_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

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
  // By Robin Hood hashing few lie so far: one in 10^9 of random SSRCs in a table half full.
  static constexpr uint32_t kMaxDistance = 16;

  explicit SsrcIndex(uint64_t seed);

  // The stream's index; kNone if there is none.
  int32_t Find(uint32_t ssrc) const {
    uint32_t i = Home(ssrc);
    for (uint32_t left = kMaxDistance + 1; left > 0; --left) {
      const Bucket& bucket = buckets_[i];
      if (bucket.ssrc == ssrc || bucket.index == kNone) return bucket.index;
      i = Next(i);
    }
    return kNone;
  }
  // How many buckets that looks at for an SSRC that is there.
  uint32_t ProbesOf(uint32_t ssrc) const;

  // Makes room for one more SSRC, which is not there. Throws std::bad_alloc, and then nothing has
  // changed.
  void Reserve(uint32_t ssrc) {
    if (!HasRoom() || buckets_[Home(ssrc)].index != kNone) ReserveOther(ssrc);
  }
  // Adds the SSRC that room was made for.
  void Insert(uint32_t ssrc, int32_t index);
  // Removes one that is there.
  void Erase(uint32_t ssrc);

  // The bucket that an SSRC wants, by the hash in use.
  uint32_t Home(uint32_t ssrc) const {
    // Multiplied once, SSRCs that follow each other would lie in a row for some multipliers.
    const uint64_t product = ssrc * multiplier_;
    return static_cast<uint32_t>(((product ^ product >> 32) * kGoldenRatio) >> shift_);
  }

 private:
  struct Bucket {
    uint32_t ssrc = 0;
    int32_t index = kNone;  // empty
  };
  using Buckets = std::vector<Bucket>;
  // 2^64 over it, odd: spreads the low bits over the high ones.
  static constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;

  uint32_t Next(uint32_t i) const { return (i + 1) & (static_cast<uint32_t>(buckets_.size()) - 1); }
  uint32_t DistanceAt(uint32_t i) const {
    return (i - Home(buckets_[i].ssrc)) & (static_cast<uint32_t>(buckets_.size()) - 1);
  }
  bool HasRoom() const { return 2 * (size_t{count_} + 1) <= buckets_.size(); }
  void ReserveOther(uint32_t ssrc);
  bool Fits(uint32_t ssrc) const;
  void ChangeHash();
  bool Rebuild(const Buckets& from);

  Buckets buckets_;  // a power of two
  uint64_t multiplier_ = 0;
  int shift_ = 0;
  uint32_t count_ = 0;
  uint64_t seed_;
};

}  // namespace remb::core

#endif  // CC_BWE_SSRC_INDEX_H_
