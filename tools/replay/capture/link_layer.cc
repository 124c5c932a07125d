#include "tools/replay/capture/link_layer.h"

#include <pcap/dlt.h>

#include <cstddef>

#include "tools/replay/capture/byte_io.h"

namespace remb::replay {
namespace {

// IEEE 802 numbers.
constexpr uint16_t kIpv4 = 0x0800;
constexpr uint16_t kIpv6 = 0x86dd;
constexpr uint16_t kVlan = 0x8100;         // IEEE 802.1Q
constexpr uint16_t kServiceVlan = 0x88a8;  // IEEE 802.1ad
constexpr uint16_t kOldStackedVlan = 0x9100;

constexpr size_t kVlanTagBytes = 4;  // the tag's own number, and the EtherType of what follows

// https://www.tcpdump.org/linktypes.html: how long a header is, and where it has the EtherType.
struct Header {
  int link_type;
  size_t bytes;
  size_t ether_type_at;
  bool always_ip;  // without an EtherType
};
constexpr Header kHeaders[] = {
    {DLT_EN10MB, 14, 12, false},
    {DLT_LINUX_SLL, 16, 14, false},
    {DLT_LINUX_SLL2, 20, 0, false},
    // An address family, whose number and byte order are those of the system that captured. The IP
    // header says its version itself.
    {DLT_NULL, 4, 0, true},
    {DLT_LOOP, 4, 0, true},
    {DLT_RAW, 0, 0, true},
    {DLT_IPV4, 0, 0, true},
    {DLT_IPV6, 0, 0, true},
};

const Header* FindHeader(int link_type) {
  for (const Header& header : kHeaders) {
    if (header.link_type == link_type) return &header;
  }
  return nullptr;
}

bool IsVlan(uint16_t type) {
  return type == kVlan || type == kServiceVlan || type == kOldStackedVlan;
}

}  // namespace

bool IsKnownLinkType(int link_type) { return FindHeader(link_type) != nullptr; }

Parsed FindIp(int link_type, std::span<const uint8_t> frame, std::span<const uint8_t>* ip) {
  const Header& header = *FindHeader(link_type);
  if (frame.size() < header.bytes) return Parsed::kCut;
  *ip = frame.subspan(header.bytes);
  if (header.always_ip) return Parsed::kOk;
  uint16_t type = ReadU16(frame, header.ether_type_at);
  while (IsVlan(type)) {
    if (ip->size() < kVlanTagBytes) return Parsed::kCut;
    type = ReadU16(*ip, 2);
    *ip = ip->subspan(kVlanTagBytes);
  }
  return type == kIpv4 || type == kIpv6 ? Parsed::kOk : Parsed::kNotIp;
}

}  // namespace remb::replay
