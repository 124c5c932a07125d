#include "tools/replay/capture/rtpdump_reader.h"

#include <catch2/catch_test_macros.hpp>
#include <string_view>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

Bytes Text(std::string_view text) { return {text.begin(), text.end()}; }

// By default 2 s and 5 us after 1970 begin, from 192.0.2.1:5000.
Bytes Header(std::string_view line = "#!rtpplay1.0 192.0.2.2/5004\n") {
  return Text(line) + U32(2) + U32(5) + Bytes{192, 0, 2, 1} + U16(5000) + U16(0);
}

Bytes Packet(const Bytes& bytes, uint32_t packet_bytes, uint32_t time_ms) {
  return U16(static_cast<uint32_t>(bytes.size() + 8)) + U16(packet_bytes) + U32(time_ms) + bytes;
}

std::string OpenError(const Bytes& file) {
  return std::string(RtpdumpReader::Open(TemporaryFile(file)).status().message());
}

TEST_CASE("whole packets and headers alone; RTCP is counted") {
  auto reader = RtpdumpReader::Open(TemporaryFile(Header() + Packet({1, 2, 3}, 3, 0) +
                                                  Packet({9}, 0, 1) + Packet({4}, 1200, 70)));
  REQUIRE(reader.ok());
  Datagram found;
  REQUIRE((*reader)->Next(&found).value());
  CHECK(found.time_us == 2'000'005);
  CHECK(found.payload.size() == 3);
  CHECK(found.payload_bytes == 3);
  CHECK(ToString(found.source) == "192.0.2.1:5000");
  CHECK(ToString(found.destination) == "192.0.2.2:5004");
  REQUIRE((*reader)->Next(&found).value());
  CHECK(found.time_us == 2'070'005);
  CHECK(found.payload.size() == 1);
  CHECK(found.payload_bytes == 1200);
  CHECK_FALSE((*reader)->Next(&found).value());
  CHECK((*reader)->PassedOver() == "1 RTCP");
}

TEST_CASE("destinations of all kinds") {
  Datagram found;
  auto v6 = RtpdumpReader::Open(
      TemporaryFile(Header("#!rtpplay1.0 2001:db8::2/6\n") + Packet({1}, 1, 0)));
  REQUIRE((*v6)->Next(&found).value());
  CHECK(ToString(found.destination) == "[2001:db8::2]:6");
  auto named =
      RtpdumpReader::Open(TemporaryFile(Header("#!rtpplay1.0 host/7\n") + Packet({1}, 1, 0)));
  REQUIRE((*named)->Next(&found).value());
  CHECK(found.destination.port == 7);
}

TEST_CASE("bad files: what, and at which packet") {
  CHECK(OpenError(Text("#!rtpplay2.0 a/1\n")) == "the rtpdump header is not that of rtpplay1.0");
  CHECK(OpenError(Text("#!rtpplay1.0 a/1")) == "the rtpdump header is cut short");
  CHECK(OpenError(Text("#!rt") + Bytes(200, 'x')) == "the rtpdump header has no end of line");

  const auto next_error = [](const Bytes& bytes) {
    auto reader = RtpdumpReader::Open(TemporaryFile(Header() + Packet({1}, 1, 0) + bytes));
    Datagram found;
    REQUIRE((*reader)->Next(&found).value());
    return std::string((*reader)->Next(&found).status().message());
  };
  CHECK(next_error({0, 9}) == "packet 2: the file ends within its header");
  CHECK(next_error(U16(10) + U16(2) + U32(0) + Bytes{1}) == "packet 2: the file ends within it");
  CHECK(next_error(U16(7) + U16(2) + U32(0)) == "packet 2: its length is less than its header's");
  CHECK(next_error(Packet({1, 2}, 1, 0)) == "packet 2: more of it is there than it has");
}

}  // namespace
}  // namespace remb::replay
