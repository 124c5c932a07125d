#include "cc/bwe/kept_packets.h"

#include <algorithm>

namespace remb::core {
namespace {

// What comes so late after so long a silence may have been kept; a queue does not grow like that.
// Nor does a sender take that long from frame to frame, unless it pauses.
constexpr int64_t kLeastUs = 500'000;
// They were sent in more than so many times the time in which they come, as for trains: the queue
// that is left when the rate is cut by 60 % comes 2.5 times as fast as it was sent.
constexpr int64_t kSpeedUp = 3;
// The receiver may be interrupted for so long while it takes them.
constexpr int64_t kInterruptionUs = 25'000;

}  // namespace

bool KeptPackets::OnLate(const Packet& packet) {
  const int64_t elapsed_us = (packet.arrival - newest_).us();
  if (elapsed_us > kLeastUs && packet.late_us > kLeastUs) {
    kept_ = packet.send_gap_us >= 0 && packet.send_gap_us <= kLeastUs;
    lead_us_ = kSpeedUp * kInterruptionUs;
  } else {
    lead_us_ = std::min(lead_us_ + (packet.send_us - newest_send_us_) - kSpeedUp * elapsed_us,
                        kSpeedUp * kInterruptionUs);
    kept_ = kept_ && lead_us_ >= 0;
  }
  newest_ = packet.arrival;
  newest_send_us_ = packet.send_us;
  return kept_;
}

}  // namespace remb::core
