#ifndef CC_BWE_RECEIVED_PACKET_H_
#define CC_BWE_RECEIVED_PACKET_H_

#include <cstdint>

#include "cc/bwe/units.h"

namespace remb::core {

// What the estimators want to know of a packet.
struct ReceivedPacket {
  // Bits of `stamps`.
  static constexpr uint32_t kAbsSendTime = 1;
  static constexpr uint32_t kTransmissionOffset = 2;
  static constexpr uint32_t kRtpTimestamp = 4;
  static constexpr uint32_t kAbsCaptureTime = 8;
  static constexpr uint32_t kCaptureClockOffset = 16;  // it is contained in capture_time already
  static constexpr uint32_t kSequenceNumber = 32;

  uint32_t ssrc;
  uint32_t stamps;              // which of the members here there are
  uint32_t abs_send_time;       // 24 bits
  uint32_t rtp_timestamp;       // in ticks of the stream's clock
  int32_t transmission_offset;  // likewise
  uint16_t sequence_number = 0;
  DataSize size;  // payload plus padding
  Timestamp arrival;
  uint64_t capture_time = 0;  // by the sender's NTP clock: seconds, 32.32 fixed point

  bool has_abs_send_time() const { return stamps & kAbsSendTime; }
  bool has_transmission_offset() const { return stamps & kTransmissionOffset; }
  bool has_rtp_timestamp() const { return stamps & kRtpTimestamp; }
  bool has_capture_time() const { return stamps & kAbsCaptureTime; }
  bool has_sequence_number() const { return stamps & kSequenceNumber; }
};

}  // namespace remb::core

#endif  // CC_BWE_RECEIVED_PACKET_H_
