#include "tools/replay/capture/link_layer.h"

#include <pcap/dlt.h>

#include <catch2/catch_test_macros.hpp>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

const Bytes kIp = {0x45, 1, 2, 3};

// The IP packet that is found, or empty.
Bytes Find(int link_type, const Bytes& frame, Parsed expected = Parsed::kOk) {
  std::span<const uint8_t> ip;
  CHECK(FindIp(link_type, frame, &ip) == expected);
  return expected == Parsed::kOk ? Bytes(ip.begin(), ip.end()) : Bytes();
}

TEST_CASE("each link type's header") {
  CHECK(Find(DLT_EN10MB, Ethernet(kIp)) == kIp);
  CHECK(Find(DLT_EN10MB, Ethernet(kIp, 0x86dd)) == kIp);
  CHECK(Find(DLT_LINUX_SLL, Bytes(14, 0) + U16(0x0800) + kIp) == kIp);
  CHECK(Find(DLT_LINUX_SLL2, U16(0x86dd) + Bytes(18, 0) + kIp) == kIp);
  CHECK(Find(DLT_NULL, Bytes{2, 0, 0, 0} + kIp) == kIp);
  CHECK(Find(DLT_LOOP, Bytes{0, 0, 0, 30} + kIp) == kIp);
  for (int raw : {DLT_RAW, DLT_IPV4, DLT_IPV6}) CHECK(Find(raw, kIp) == kIp);
  CHECK_FALSE(IsKnownLinkType(DLT_IEEE802_11_RADIO));
  CHECK(IsKnownLinkType(DLT_RAW));
}

TEST_CASE("VLAN tags, alone and stacked, on Ethernet and cooked") {
  const Bytes tagged = U16(7) + U16(0x0800) + kIp;
  CHECK(Find(DLT_EN10MB, Ethernet(tagged, 0x8100)) == kIp);
  CHECK(Find(DLT_EN10MB, Ethernet(U16(8) + U16(0x8100) + tagged, 0x88a8)) == kIp);
  CHECK(Find(DLT_EN10MB, Ethernet(U16(9) + U16(0x8100) + U16(8) + U16(0x8100) + tagged, 0x9100)) ==
        kIp);
  CHECK(Find(DLT_LINUX_SLL, Bytes(14, 0) + U16(0x8100) + tagged) == kIp);
  Find(DLT_EN10MB, Ethernet(U16(7) + U16(0x0806), 0x8100), Parsed::kNotIp);
}

TEST_CASE("what is not IP, or cut short") {
  Find(DLT_EN10MB, Ethernet(kIp, 0x0806), Parsed::kNotIp);  // ARP
  Find(DLT_EN10MB, Ethernet(kIp, 46), Parsed::kNotIp);      // IEEE 802.3 with a length
  Find(DLT_EN10MB, Bytes(13, 0), Parsed::kCut);
  Find(DLT_EN10MB, Ethernet(Bytes(3, 0), 0x8100), Parsed::kCut);
  Find(DLT_LINUX_SLL2, Bytes(19, 8), Parsed::kCut);
  Find(DLT_NULL, Bytes(3, 0), Parsed::kCut);
  CHECK(Find(DLT_RAW, {}).empty());
}

}  // namespace
}  // namespace remb::replay
