// The incoming bitrate over a sliding window of one second.
#ifndef CC_BWE_BITRATE_TRACKER_H_
#define CC_BWE_BITRATE_TRACKER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// Bytes in buckets of one millisecond. A ring of fixed size: no allocation, and the work of a call does
// not depend on the rate.
class BitrateTracker {
 public:
  // Counts `size` at `at`; at the newest sample's time if that is later. More than 4 GB in one
  // millisecond count as 4 GB.
  void Update(DataSize size, Timestamp at);

  // The rate at `now`. None with no sample in the window, within the first millisecond, or with a
  // single sample before a whole window has passed.
  std::optional<DataRate> Rate(Timestamp now);

  void Reset();

 private:
  static constexpr int64_t kWindowMs = 1000;
  static constexpr int kRing = 1024;  // at least the window; a power of two
  static constexpr int kWordBits = 64;

  bool Empty() const { return samples_ == 0; }
  void EraseOld(int64_t now_ms);

  std::array<uint32_t, kRing> bytes_;                     // valid where used_ has the bit
  std::array<uint64_t, kRing / kWordBits> used_ = {};     // one bit a bucket
  int64_t total_bytes_ = 0;
  int64_t oldest_ms_ = 0;  // no bucket in use is older
  int64_t newest_ms_ = 0;
  int64_t first_ms_ = 0;  // of the sample that last found the window empty
  int64_t samples_ = 0;   // since then
};

// The estimators' way to ask and then to add: a rate that has become unknown forgets its window.
class IncomingBitrate {
 public:
  // Counts a packet.
  void OnPacket(DataSize size, Timestamp at);
  std::optional<DataRate> Rate(Timestamp now) { return tracker_.Rate(now); }
  // As it was just before the newest packet; zero if it was not known.
  DataRate latest() const { return latest_; }

 private:
  BitrateTracker tracker_;
  bool known_ = false;
  DataRate latest_ = DataRate::Zero();
};

}  // namespace remb::core

#endif  // CC_BWE_BITRATE_TRACKER_H_
