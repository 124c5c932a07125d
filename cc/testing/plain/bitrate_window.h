// The incoming bitrate: all packets of the last second, added up anew each time.
#ifndef CC_TESTING_PLAIN_BITRATE_WINDOW_H_
#define CC_TESTING_PLAIN_BITRATE_WINDOW_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "cc/testing/plain/units.h"

namespace remb::plain {

class BitrateWindow {
 public:
  void Add(int64_t now, int64_t bytes) {
    DropOld(Ms(now));
    // What the window spans is counted from the packet that found it empty.
    if (packets_.empty()) first_ms_ = Ms(now);
    packets_.push_back({.ms = Ms(now), .bytes = bytes});
  }

  // None while there is too little to tell: no packet, all within one millisecond, or a single one
  // that is less than a second old.
  std::optional<int64_t> Rate(int64_t now) {
    DropOld(Ms(now));
    if (packets_.empty()) return std::nullopt;
    const bool full = Ms(now) - first_ms_ >= kWindowMs;
    const int64_t span_ms = full ? kWindowMs : Ms(now) - first_ms_ + 1;
    if (span_ms <= 1 || (packets_.size() == 1 && !full)) return std::nullopt;
    int64_t bytes = 0;
    for (const Packet& packet : packets_) bytes += packet.bytes;
    const float bits_per_second = 8000.0f / static_cast<float>(span_ms);
    return static_cast<int64_t>(static_cast<float>(bytes) * bits_per_second + 0.5f);
  }

 private:
  static constexpr int64_t kWindowMs = 1000;
  struct Packet {
    int64_t ms;
    int64_t bytes;
  };

  void DropOld(int64_t now_ms) {
    while (!packets_.empty() && packets_.front().ms <= now_ms - kWindowMs) packets_.pop_front();
  }

  std::deque<Packet> packets_;
  int64_t first_ms_ = 0;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_BITRATE_WINDOW_H_
