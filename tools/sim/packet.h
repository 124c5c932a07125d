// What travels through a simulated network.
#ifndef TOOLS_SIM_PACKET_H_
#define TOOLS_SIM_PACKET_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "tools/sim/time.h"

namespace remb::sim {

// What a receiver reports in RTCP.
struct Feedback {
  int64_t remb_bps = 0;  // 0: no REMB in it
  bool has_report = false;
  double fraction_lost = 0;  // of a receiver report: since the one before
  int64_t expected = 0;      // packets since the start, of all SSRCs
  int64_t lost = 0;          // of these
};

struct Packet {
  enum class Kind : uint8_t { kMedia, kFeedback, kTcpData, kTcpAck, kCross };

  Kind kind = Kind::kMedia;
  uint8_t hop = 0;              // how many links of its path it has passed
  bool backward = false;        // on its flow's way back
  bool marker = false;          // the last of a frame
  bool padding = false;         // a padding probe, no media
  bool retransmission = false;  // TCP
  size_t flow = 0;              // index of its flow in the network
  int32_t bytes = 0;            // what links carry
  Nanos sent = 0;               // when it entered its path
  Nanos queued = 0;             // waited in queues so far, its own transmission not counted

  // Media: the RTP header's members and the extension.
  uint32_t ssrc = 0;
  uint32_t rtp_timestamp = 0;
  uint32_t abs_send_time = 0;       // 24 bits
  int32_t transmission_offset = 0;  // in RTP ticks
  int64_t sequence = 0;             // of its SSRC, not wrapped; TCP: first byte
  Nanos captured = 0;               // when its frame was
  int32_t frame_packets = 0;        // how many its frame has

  // TCP acknowledgements: the next byte expected, and ranges received beyond it, the latest first
  // (RFC 2018), until an empty one; `sequence` and `echo` are those of the segment that caused it.
  // Receiver reports have an echo, too. TCP data: the first byte of its connection.
  int64_t acknowledged = 0;
  Nanos echo = 0;
  struct SackBlock {
    int32_t begin = 0;  // bytes after `acknowledged`
    int32_t end = 0;
  };
  std::array<SackBlock, 3> sack = {};

  Feedback feedback = {};
};

// Where packets go next.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  virtual void OnPacket(const Packet& packet) = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_PACKET_H_
