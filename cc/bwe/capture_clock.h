// One stream's RTP timestamps on the sender's NTP clock.
#ifndef CC_BWE_CAPTURE_CLOCK_H_
#define CC_BWE_CAPTURE_CLOCK_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/received_packet.h"

namespace remb::core {

// NTP times are seconds in 32.32 fixed point and wrap.
using NtpTime = uint64_t;

// Senders stamp about one packet a second with the NTP time of its capture (abs-capture-time); the
// stream's own RTP clock tells how far from that the other packets are. What stamps say beyond that
// clock, their jitter and the drift between the two clocks, enters slowly. Where (nearly) all
// frames have a stamp there is nothing to bridge, and each is taken at its word; but not with the
// transmission offset, which counts from the RTP timestamp.
class CaptureClock {
 public:
  // Takes a packet, and its stamp if it has one. Gives its time.
  std::optional<NtpTime> OnPacket(const ReceivedPacket& packet, int clock_rate_hz);
  // Takes the stamp alone of one that has it, where not all packets can be given.
  void OnStamp(const ReceivedPacket& packet, int clock_rate_hz);
  // When a packet was sent; captured, if it has no transmission offset. None without an RTP
  // timestamp, before the first stamp, and while stamp after stamp jumps.
  std::optional<NtpTime> Time(const ReceivedPacket& packet, int clock_rate_hz) const;

  bool mapped() const { return mapped_; }
  // How often the mapping started afresh: times of two mappings cannot be compared.
  uint32_t jumps() const { return jumps_; }

 private:
  NtpTime Smooth(uint32_t rtp_timestamp, int clock_rate_hz) const;
  void NoteFrame(const ReceivedPacket& packet);

  bool mapped_ = false;
  bool frame_stamped_ = false;  // the newest frame
  bool dense_ = true;           // (nearly) all frames have a stamp
  int8_t stamped_frames_ = 0;   // up by one for each that has, down for each that has not
  int8_t jumps_in_a_row_ = 0;
  uint32_t jumps_ = 0;
  uint32_t frame_ = 0;  // RTP timestamps: the newest frame's, and the newest stamped packet's
  uint32_t stamp_rtp_ = 0;
  NtpTime stamp_ = 0;   // the latter's stamp
  NtpTime smooth_ = 0;  // what the mapping gave in its place
};

}  // namespace remb::core

#endif  // CC_BWE_CAPTURE_CLOCK_H_
