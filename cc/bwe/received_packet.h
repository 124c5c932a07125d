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

  uint32_t ssrc;
  uint32_t stamps;              // which of the next three there are
  uint32_t abs_send_time;       // 24 bits
  uint32_t rtp_timestamp;       // in ticks of the stream's clock
  int32_t transmission_offset;  // likewise
  DataSize size;                // payload plus padding
  Timestamp arrival;

  bool has_abs_send_time() const { return stamps & kAbsSendTime; }
  bool has_transmission_offset() const { return stamps & kTransmissionOffset; }
  bool has_rtp_timestamp() const { return stamps & kRtpTimestamp; }
};

}  // namespace remb::core

#endif  // CC_BWE_RECEIVED_PACKET_H_
