#include "tools/replay/capture/test_packets.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace remb::replay {
namespace {

Bytes LittleEndian(uint32_t value) {
  return {static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8),
          static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 24)};
}

}  // namespace

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes U16(uint32_t value) {
  return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}
Bytes U24(uint32_t value) { return Bytes{static_cast<uint8_t>(value >> 16)} + U16(value); }
Bytes U32(uint32_t value) { return U16(value >> 16) + U16(value); }

Bytes OneByteExtension(std::initializer_list<Element> elements) {
  Bytes data;
  for (const Element& element : elements) {
    data = data + Bytes{static_cast<uint8_t>(element.id << 4 | 2)} + U24(element.value);
  }
  return U16(0xbede) + U16(static_cast<uint32_t>(data.size() / 4)) + data;
}

Bytes Rtp(uint32_t ssrc, uint16_t sequence_number, uint32_t timestamp, const Bytes& extension,
          size_t payload_bytes) {
  const uint8_t first = extension.empty() ? 0x80 : 0x90;
  return Bytes{first, 96} + U16(sequence_number) + U32(timestamp) + U32(ssrc) + extension +
         Bytes(payload_bytes, 0x55);
}

Bytes Udp(const Bytes& payload, uint16_t port) {
  return U16(5000) + U16(port) + U16(static_cast<uint32_t>(payload.size() + 8)) + U16(0) + payload;
}

Bytes Ipv4(const Bytes& payload, const Bytes& options, uint16_t fragment, uint8_t protocol) {
  const size_t header = 20 + options.size();
  return Bytes{static_cast<uint8_t>(0x40 | header / 4), 0} +
         U16(static_cast<uint32_t>(header + payload.size())) + U16(1) + U16(fragment) +
         Bytes{64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2} + options + payload;
}

Bytes Ipv6(const Bytes& payload, uint8_t next) {
  Bytes source = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  Bytes destination = source;
  destination.back() = 2;
  return Bytes{0x60, 0, 0, 0} + U16(static_cast<uint32_t>(payload.size())) + Bytes{next, 64} +
         source + destination + payload;
}

Bytes Ethernet(const Bytes& payload, uint32_t type) { return Bytes(12, 2) + U16(type) + payload; }

Datagram Received(int64_t time_us, const Bytes& payload, uint16_t port) {
  Datagram datagram;
  datagram.time_us = time_us;
  datagram.source.port = 5000;
  datagram.destination.port = port;
  datagram.payload = payload;
  datagram.payload_bytes = static_cast<int32_t>(payload.size());
  return datagram;
}

File TemporaryFile(std::span<const uint8_t> bytes) {
  File file(std::tmpfile());
  if (file == nullptr) std::abort();
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) std::abort();
  std::rewind(file.get());
  return file;
}

Bytes PcapFile(uint32_t link_type, const std::vector<Bytes>& packets, uint32_t interval_us) {
  Bytes file = Bytes{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0} + Bytes(8, 0) + LittleEndian(65535) +
               LittleEndian(link_type);
  uint32_t time_us = 0;
  for (const Bytes& packet : packets) {
    const Bytes size = LittleEndian(static_cast<uint32_t>(packet.size()));
    file = std::move(file) + LittleEndian(1'000 + time_us / 1'000'000) +
           LittleEndian(time_us % 1'000'000) + size + size + packet;
    time_us += interval_us;
  }
  return file;
}

}  // namespace remb::replay
