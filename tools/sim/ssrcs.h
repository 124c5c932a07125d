// Which SSRC is whose: both ends of a flow derive them, as if they had been signalled.
#ifndef TOOLS_SIM_SSRCS_H_
#define TOOLS_SIM_SSRCS_H_

#include <cstddef>
#include <cstdint>

namespace remb::sim {

// Of a flow's stream, by its place in FlowConfig::streams: 0 to 14.
constexpr uint32_t StreamSsrc(size_t flow, size_t stream) {
  return static_cast<uint32_t>((flow + 1) * 16 + stream);
}

// Of the retransmissions (RFC 4588), which padding probes use.
constexpr uint32_t RtxSsrc(size_t flow) { return StreamSsrc(flow, 15); }

// RTP clock rates in Hz: video (RFC 6184 and others), audio (Opus, RFC 7587).
constexpr int kVideoClockRate = 90'000;
constexpr int kAudioClockRate = 48'000;

}  // namespace remb::sim

#endif  // TOOLS_SIM_SSRCS_H_
