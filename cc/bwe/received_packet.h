#ifndef CC_BWE_RECEIVED_PACKET_H_
#define CC_BWE_RECEIVED_PACKET_H_

#include <cstdint>

#include "cc/bwe/units.h"

namespace remb::core {

// What the estimators want to know of a packet.
struct ReceivedPacket {
  uint32_t ssrc = 0;
  bool has_abs_send_time = false;
  bool has_rtp_timestamp = false;
  uint32_t abs_send_time = 0;       // 24 bits
  uint32_t rtp_timestamp = 0;       // with the transmission offset added, where that is to be used
  DataSize size = DataSize::Zero();  // payload plus padding
  Timestamp arrival = Timestamp::Micros(0);
  Timestamp now = Timestamp::Micros(0);  // when it is handled
};

}  // namespace remb::core

#endif  // CC_BWE_RECEIVED_PACKET_H_
