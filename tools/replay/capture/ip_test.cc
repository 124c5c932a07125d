#include "tools/replay/capture/ip.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

const Bytes kPayload = {1, 2, 3, 4, 5};

void CheckFound(const Bytes& packet, const char* source = "192.0.2.1:5000",
                const char* destination = "192.0.2.2:5004") {
  Datagram datagram;
  REQUIRE(ParseUdp(packet, &datagram) == Parsed::kOk);
  CHECK(std::equal(datagram.payload.begin(), datagram.payload.end(), kPayload.begin(),
                   kPayload.end()));
  CHECK(datagram.payload_bytes == 5);
  CHECK(ToString(datagram.source) == source);
  CHECK(ToString(datagram.destination) == destination);
}

Parsed Parse(const Bytes& packet) {
  Datagram datagram;
  return ParseUdp(packet, &datagram);
}

TEST_CASE("UDP over IPv4, with options, and with the link's padding behind") {
  CheckFound(Ipv4(Udp(kPayload)));
  CheckFound(Ipv4(Udp(kPayload), Bytes(40, 1)));
  CheckFound(Ipv4(Udp(kPayload)) + Bytes(13, 0));
}

TEST_CASE("UDP over IPv6, with extension headers") {
  const char* source = "[2001:db8::1]:5000";
  const char* destination = "[2001:db8::2]:5004";
  CheckFound(Ipv6(Udp(kPayload)), source, destination);
  const Bytes hop_by_hop = Bytes{43, 0} + Bytes(6, 0);
  const Bytes routing = Bytes{51, 1} + Bytes(14, 0);
  const Bytes authentication = Bytes{60, 4} + Bytes(22, 0);  // (4 + 2) * 4 bytes
  const Bytes destination_options = Bytes{17, 0} + Bytes(6, 0);
  CheckFound(Ipv6(hop_by_hop + routing + authentication + destination_options + Udp(kPayload), 0),
             source, destination);
  const Bytes atomic_fragment = Bytes{17, 0, 0, 0, 0, 0, 0, 9};
  CheckFound(Ipv6(atomic_fragment + Udp(kPayload), 44), source, destination);
}

TEST_CASE("a capture that is cut behind the UDP header has the sizes of the headers") {
  for (Bytes packet : {Ipv4(Udp(Bytes(1000, 7))), Ipv6(Udp(Bytes(1000, 7)))}) {
    packet.resize(80);
    Datagram datagram;
    REQUIRE(ParseUdp(packet, &datagram) == Parsed::kOk);
    CHECK(datagram.payload_bytes == 1000);
    CHECK(datagram.payload.size() == (packet[0] == 0x45 ? 52 : 32));
  }
}

TEST_CASE("the first fragment stands for its datagram, others are passed over") {
  Bytes first = Ipv4(Udp(Bytes(3000, 7)), {}, 0x2000);
  first.resize(1500);
  first[2] = 1500 >> 8, first[3] = 1500 & 0xff;
  Datagram datagram;
  REQUIRE(ParseUdp(first, &datagram) == Parsed::kOk);
  CHECK(datagram.payload_bytes == 3000);
  CHECK(datagram.payload.size() == 1472);
  CHECK(Parse(Ipv4(Bytes(100, 0), {}, 185)) == Parsed::kFragment);
  CHECK(Parse(Ipv4(Bytes(100, 0), {}, 0x2000 | 185)) == Parsed::kFragment);
  CHECK(Parse(Ipv6(Bytes{17, 0, 5, 0xa9, 0, 0, 0, 9} + Bytes(100, 0), 44)) == Parsed::kFragment);
  const Bytes more = Bytes{17, 0, 0, 1, 0, 0, 0, 9} + Udp(Bytes(3000, 7));
  CHECK(Parse(Ipv6(Bytes(more.begin(), more.begin() + 1448), 44)) == Parsed::kOk);
}

TEST_CASE("what is no UDP") {
  CHECK(Parse(Ipv4(Bytes(20, 0), {}, 0, 6)) == Parsed::kNotUdp);
  CHECK(Parse(Ipv6(Bytes(20, 0), 58)) == Parsed::kNotUdp);
  CHECK(Parse(Ipv6({}, 59)) == Parsed::kNotUdp);
  CHECK(Parse(Bytes(40, 0x55)) == Parsed::kNotIp);
}

TEST_CASE("lengths that cannot be") {
  Bytes packet = Ipv4(Udp(kPayload));
  packet[0] = 0x44;  // a header of 16 bytes
  CHECK(Parse(packet) == Parsed::kMalformed);
  packet = Ipv4(Udp(kPayload));
  packet[3] = 19;  // all of it shorter than the header
  CHECK(Parse(packet) == Parsed::kMalformed);
  packet = Ipv4(Udp(kPayload));
  packet[25] = 14;  // UDP longer than what IP has for it
  CHECK(Parse(packet) == Parsed::kMalformed);
  packet[25] = 7;  // shorter than its own header
  CHECK(Parse(packet) == Parsed::kMalformed);
  CHECK(Parse(Ipv4({1, 2, 3})) == Parsed::kMalformed);
  CHECK(Parse(Ipv6(Bytes{17, 9} + Bytes(6, 0), 0)) == Parsed::kMalformed);
}

TEST_CASE("cut anywhere within the headers") {
  const Bytes v4 = Ipv4(Udp(kPayload), Bytes(8, 1));
  for (size_t size = 0; size < 36; ++size) {
    CHECK(Parse({v4.begin(), v4.begin() + static_cast<ptrdiff_t>(size)}) == Parsed::kCut);
  }
  const Bytes v6 = Ipv6(Bytes{44, 0} + Bytes(6, 0) + Bytes{17, 0, 0, 0, 0, 0, 0, 9} + Udp({}), 0);
  for (size_t size = 0; size < v6.size(); ++size) {
    CHECK(Parse({v6.begin(), v6.begin() + static_cast<ptrdiff_t>(size)}) == Parsed::kCut);
  }
}

}  // namespace
}  // namespace remb::replay
