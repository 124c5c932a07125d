// Reads what the estimator needs from an RTP packet's header: RFC 3550, extensions by RFC 8285.
#ifndef CC_RTP_RTP_HEADER_H_
#define CC_RTP_RTP_HEADER_H_

#include <cstdint>
#include <optional>
#include <span>

#include "cc/rtp/abs_capture_time.h"

namespace remb::core {

struct RtpHeader {
  uint32_t ssrc;
  uint32_t timestamp;
  uint16_t sequence_number;
  int32_t payload_bytes;  // all behind the header: payload plus padding
  uint16_t extension_profile;
  std::span<const uint8_t>
      extension;  // the elements, without profile and length; empty if there are none
};

// Extension ids as negotiated, 1 to 255; 0: not negotiated.
struct RtpExtensionIds {
  int16_t abs_send_time = 0;
  int16_t transmission_offset = 0;
  int16_t abs_capture_time = 0;
};

struct RtpExtensions {
  std::optional<uint32_t> abs_send_time;       // 24 bits, 6.18 fixed-point seconds
  std::optional<int32_t> transmission_offset;  // 24 bits signed, RTP clock ticks
  std::optional<AbsCaptureTime> abs_capture_time;
};

// None for what is not an RTP packet: too short for the header it says it has, another version, or
// RTCP (RFC 5761). The padding's own length is not read: SRTP encrypts it, and padding counts like
// payload.
std::optional<RtpHeader> ParseRtpHeader(std::span<const uint8_t> packet);

// Finds the extensions by their ids. An element of the wrong length counts as absent; one that
// reaches beyond the end ends the search; a profile other than the two of RFC 8285 holds nothing.
RtpExtensions ParseRtpExtensions(const RtpHeader& header, RtpExtensionIds ids);

}  // namespace remb::core

#endif  // CC_RTP_RTP_HEADER_H_
