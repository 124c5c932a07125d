// Packets made by hand, for tests.
#ifndef TOOLS_REPLAY_CAPTURE_TEST_PACKETS_H_
#define TOOLS_REPLAY_CAPTURE_TEST_PACKETS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/file.h"

namespace remb::replay {

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes& b);
Bytes U16(uint32_t value);
Bytes U24(uint32_t value);
Bytes U32(uint32_t value);

// A header extension of the one-byte form, padded: {id, 24 bits}...
struct Element {
  uint8_t id;
  uint32_t value;
};
Bytes OneByteExtension(std::initializer_list<Element> elements);

// An RTP packet of payload type 96; without extension if that is empty.
Bytes Rtp(uint32_t ssrc, uint16_t sequence_number, uint32_t timestamp, const Bytes& extension = {},
          size_t payload_bytes = 100);

// From 192.0.2.1:5000 to 192.0.2.2:`port`.
Bytes Udp(const Bytes& payload, uint16_t port = 5004);
Bytes Ipv4(const Bytes& payload, const Bytes& options = {}, uint16_t fragment = 0,
           uint8_t protocol = 17);
// `next` is the first header's number.
Bytes Ipv6(const Bytes& payload, uint8_t next = 17);
Bytes Ethernet(const Bytes& payload, uint32_t type = 0x0800);

// A datagram as a reader gives it; the bytes must outlive it.
Datagram Received(int64_t time_us, const Bytes& payload, uint16_t port = 5004);

// A file that is there while it is open.
File TemporaryFile(std::span<const uint8_t> bytes);

// A pcap file of little-endian header and packets that are not cut, `interval_us` apart.
Bytes PcapFile(uint32_t link_type, const std::vector<Bytes>& packets, uint32_t interval_us = 1000);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_TEST_PACKETS_H_
