#include "tools/replay/capture/pcap_reader.h"

#include <catch2/catch_test_macros.hpp>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

constexpr uint32_t kEthernet = 1;  // LINKTYPE_ETHERNET

std::string OpenError(const Bytes& file) {
  return std::string(PcapReader::Open(TemporaryFile(file)).status().message());
}

TEST_CASE("datagrams come out with their times, the rest is counted") {
  const Bytes datagram = Ethernet(Ipv4(Udp({1, 2, 3})));
  Bytes cut = datagram;
  cut.resize(30);
  Bytes malformed = datagram;
  malformed[14] = 0x41;
  auto reader = PcapReader::Open(TemporaryFile(PcapFile(
      kEthernet,
      {datagram, Ethernet(Bytes(28, 0), 0x0806), Ethernet(Ipv4(Bytes(20, 0), {}, 0, 6)),
       Ethernet(Ipv4(Bytes(9, 0), {}, 5)), cut, malformed, Ethernet(Ipv6(Udp({4})), 0x86dd)},
      500'000)));
  REQUIRE(reader.ok());
  Datagram found;
  REQUIRE((*reader)->Next(&found).value());
  CHECK(found.time_us == 1'000'000'000);
  CHECK(found.payload_bytes == 3);
  REQUIRE((*reader)->Next(&found).value());
  CHECK(found.time_us == 1'003'000'000);
  CHECK(found.payload[0] == 4);
  CHECK_FALSE((*reader)->Next(&found).value());
  CHECK((*reader)->PassedOver() ==
        "1 not IP, 1 not UDP, 1 fragments behind the first, 1 cut within the headers, 1 malformed");
}

TEST_CASE("nanoseconds become microseconds") {
  Bytes file = PcapFile(kEthernet, {Ethernet(Ipv4(Udp({1})))});
  file[0] = 0x4d, file[1] = 0x3c;                                      // the other magic number
  file[28] = 0xff, file[29] = 0xc9, file[30] = 0x9a, file[31] = 0x3b;  // 999 999 999
  auto reader = PcapReader::Open(TemporaryFile(file));
  REQUIRE(reader.ok());
  Datagram found;
  REQUIRE((*reader)->Next(&found).value());
  CHECK(found.time_us == 1'000'999'999);
}

TEST_CASE("files that cannot be read say why") {
  CHECK(OpenError(PcapFile(127, {})) ==
        "its link type is 802.11 plus radiotap header; read are Ethernet, Linux cooked, loopback "
        "and raw IP captures");
  CHECK(OpenError(PcapFile(9999, {})).find("9999") != std::string::npos);
  CHECK(OpenError(Bytes(40, 1)) == "unknown file format");
  CHECK(OpenError({0xd4, 0xc3, 0xb2, 0xa1, 2, 0}).find("truncated dump file") == 0);

  Bytes file = PcapFile(kEthernet, {Ethernet(Ipv4(Udp({1}))), Ethernet(Ipv4(Udp({2})))});
  file.pop_back();
  auto reader = PcapReader::Open(TemporaryFile(file));
  REQUIRE(reader.ok());
  Datagram found;
  REQUIRE((*reader)->Next(&found).value());
  const absl::Status status = (*reader)->Next(&found).status();
  CHECK(status.message().find("packet 2: truncated dump file") == 0);
}

}  // namespace
}  // namespace remb::replay
