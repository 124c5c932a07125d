// Packets that were kept somewhere and then came all at once.
#ifndef CC_BWE_KEPT_PACKETS_H_
#define CC_BWE_KEPT_PACKETS_H_

#include <cstdint>

#include "cc/bwe/units.h"

namespace remb::core {

// A receiver that stood still, as a process that was stopped does, finds what came meanwhile in the
// buffers of its sockets, and takes it in a moment. When that arrived nobody knows: its times show
// neither a queue nor what the path carries.
//
// It looks like another sender's clock that is far behind. But the sender's times go on where they
// were, and then faster than time itself.
class KeptPackets {
 public:
  struct Packet {
    int64_t send_us;
    Timestamp arrival;
    int64_t late_us;      // its delay beyond that of the newest packet that was not late
    int64_t send_gap_us;  // from the sending of that one to its own
  };

  // Takes a packet that is late. True if it was kept.
  bool OnLate(const Packet& packet);
  // What comes soon after was kept too, for so short a time that it is hardly late.
  bool HasJustEnded(Timestamp now) const { return kept_ && now - newest_ <= kEnd; }

 private:
  static constexpr TimeDelta kEnd = TimeDelta::Millis(100);

  bool kept_ = false;  // the newest
  Timestamp newest_ = Timestamp::Micros(0);
  int64_t newest_send_us_ = 0;
  int64_t lead_us_ = 0;
};

}  // namespace remb::core

#endif  // CC_BWE_KEPT_PACKETS_H_
