// Which sender's clock the delays are taken by.
#ifndef CC_BWE_SEND_CLOCKS_H_
#define CC_BWE_SEND_CLOCKS_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// Packets by one clock have delays near one another. Those far off it were sent by another sender's
// clock, or a clock was set; a single one has a wrong time. Only one clock counts at a time: here
// are the packets that are off it, which may show that another has to be taken.
class SendClocks {
 public:
  struct Packet {
    int64_t delay_us;
    int64_t bytes;         // its size
    int64_t bytes_before;  // of all packets before it, on the clock or off
    Timestamp now;
    TimeDelta silence;  // since a packet on the clock
    double interval;    // from frame to frame on the clock, in seconds
  };

  // Takes a packet that is off the clock. True if its clock is the one to go on with.
  bool OnPacketOff(const Packet& packet);
  void Restart() { other_.reset(); }

  // Delays further apart are by different clocks.
  static constexpr int64_t kApartUs = 500'000;

 private:
  // The clock that may be the next one, by its packets since `since`.
  struct Other {
    Timestamp since;
    int64_t delay_us;      // of its newest packet
    int64_t bytes_before;  // as of its first packet
    int64_t bytes = 0;
    int64_t bytes_off = 0;  // by any clock but the one that counts
  };

  void Count(const Packet& packet);

  std::optional<Other> other_;
};

}  // namespace remb::core

#endif  // CC_BWE_SEND_CLOCKS_H_
