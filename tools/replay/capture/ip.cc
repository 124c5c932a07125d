#include "tools/replay/capture/ip.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstddef>

#include "tools/replay/capture/byte_io.h"

namespace remb::replay {
namespace {

constexpr size_t kIpv4Bytes = 20;  // RFC 791, without options
constexpr size_t kIpv6Bytes = 40;  // RFC 8200
constexpr size_t kUdpBytes = 8;    // RFC 768
constexpr size_t kIpv6FragmentBytes = 8;

// RFC 768, behind either IP header. `size` is the length of the IP packet's payload by its header;
// a fragment is shorter than the datagram.
Parsed ParseUdpHeader(std::span<const uint8_t> udp, size_t size, bool fragment,
                      Datagram* datagram) {
  if (size < kUdpBytes) return Parsed::kMalformed;
  if (udp.size() < kUdpBytes) return Parsed::kCut;
  const size_t length = ReadU16(udp, 4);
  if (length < kUdpBytes || (length > size && !fragment)) return Parsed::kMalformed;
  datagram->source.port = ReadU16(udp, 0);
  datagram->destination.port = ReadU16(udp, 2);
  datagram->payload_bytes = static_cast<int32_t>(length - kUdpBytes);
  // What lies behind the datagram is the link's padding.
  datagram->payload = udp.subspan(kUdpBytes, std::min({udp.size(), length, size}) - kUdpBytes);
  return Parsed::kOk;
}

void SetIpv4(std::span<const uint8_t> bytes, std::array<uint8_t, 16>& address) {
  address = {};
  address[10] = address[11] = 0xff;
  std::copy(bytes.begin(), bytes.end(), address.begin() + 12);
}

Parsed ParseIpv4(std::span<const uint8_t> packet, Datagram* datagram) {
  if (packet.size() < kIpv4Bytes) return Parsed::kCut;
  const size_t header = 4u * (packet[0] & 0x0f);
  const size_t total = ReadU16(packet, 2);
  if (header < kIpv4Bytes || total < header) return Parsed::kMalformed;
  const uint16_t fragment = ReadU16(packet, 6);
  if ((fragment & 0x1fff) != 0) return Parsed::kFragment;
  const bool more_fragments = (fragment & 0x2000) != 0;
  if (packet[9] != IPPROTO_UDP) return Parsed::kNotUdp;
  if (packet.size() < header) return Parsed::kCut;
  SetIpv4(packet.subspan(12, 4), datagram->source.address);
  SetIpv4(packet.subspan(16, 4), datagram->destination.address);
  return ParseUdpHeader(packet.subspan(header), total - header, more_fragments, datagram);
}

Parsed ParseIpv6(std::span<const uint8_t> packet, Datagram* datagram) {
  if (packet.size() < kIpv6Bytes) return Parsed::kCut;
  std::copy_n(packet.begin() + 8, 16, datagram->source.address.begin());
  std::copy_n(packet.begin() + 24, 16, datagram->destination.address.begin());
  size_t size = ReadU16(packet, 4);
  uint8_t next = packet[6];
  bool more_fragments = false;
  std::span<const uint8_t> rest = packet.subspan(kIpv6Bytes);
  for (;;) {
    size_t header = 0;
    switch (next) {
      case IPPROTO_UDP:
        return ParseUdpHeader(rest, size, more_fragments, datagram);
      case IPPROTO_HOPOPTS:
      case IPPROTO_ROUTING:
      case IPPROTO_DSTOPTS:
      case IPPROTO_MH:
        if (rest.size() < 2) return Parsed::kCut;
        header = 8u * (rest[1] + 1u);
        break;
      case IPPROTO_AH:  // RFC 4302, section 2.2
        if (rest.size() < 2) return Parsed::kCut;
        header = 4u * (rest[1] + 2u);
        break;
      case IPPROTO_FRAGMENT:
        if (rest.size() < kIpv6FragmentBytes) return Parsed::kCut;
        if (ReadU16(rest, 2) >> 3 != 0) return Parsed::kFragment;
        more_fragments = (rest[3] & 1) != 0;
        header = kIpv6FragmentBytes;
        break;
      default:
        return Parsed::kNotUdp;
    }
    if (header > size) return Parsed::kMalformed;
    if (header > rest.size()) return Parsed::kCut;
    next = rest[0];
    rest = rest.subspan(header);
    size -= header;
  }
}

}  // namespace

Parsed ParseUdp(std::span<const uint8_t> packet, Datagram* datagram) {
  if (packet.empty()) return Parsed::kCut;
  switch (packet[0] >> 4) {
    case 4:
      return ParseIpv4(packet, datagram);
    case 6:
      return ParseIpv6(packet, datagram);
    default:
      return Parsed::kNotIp;
  }
}

}  // namespace remb::replay
