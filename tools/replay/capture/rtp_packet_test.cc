#include "tools/replay/capture/rtp_packet.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

Parsed Parse(const Bytes& captured, size_t size, RtpPacket* packet = nullptr) {
  RtpPacket unused;
  return ParseRtp(captured, static_cast<int32_t>(size), packet == nullptr ? &unused : packet);
}

// Every element of three bytes.
std::vector<std::pair<int, uint32_t>> Elements(uint32_t profile, const Bytes& data) {
  std::span<const uint8_t> rest = data;
  std::vector<std::pair<int, uint32_t>> elements;
  ThreeBytes element;
  while (NextThreeBytes(static_cast<uint16_t>(profile), &rest, &element)) {
    elements.emplace_back(element.id, element.value);
  }
  return elements;
}

TEST_CASE("a header's fields, and the size of what follows") {
  const Bytes bytes = Rtp(0x12345678, 65535, 0xfedcba98, OneByteExtension({{3, 0xabcdef}}), 700);
  RtpPacket packet;
  REQUIRE(Parse(bytes, bytes.size(), &packet) == Parsed::kOk);
  CHECK(packet.ssrc == 0x12345678);
  CHECK(packet.sequence_number == 65535);
  CHECK(packet.timestamp == 0xfedcba98);
  CHECK(packet.payload_type == 96);
  CHECK(packet.payload_bytes == 700);
  CHECK(packet.extension_profile == 0xbede);
  CHECK(packet.extension.size() == 4);
}

TEST_CASE("contributing sources are part of the header") {
  Bytes bytes = Rtp(1, 2, 3, {}, 108);
  bytes[0] = 0x82;
  RtpPacket packet;
  REQUIRE(Parse(bytes, bytes.size(), &packet) == Parsed::kOk);
  CHECK(packet.payload_bytes == 100);
}

TEST_CASE("the header must have been captured, the payload need not") {
  const Bytes bytes = Rtp(1, 2, 3, OneByteExtension({{3, 4}}), 1000);
  for (size_t size = 0; size <= 24; ++size) {
    RtpPacket packet;
    const Bytes captured(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    const bool whole = size >= 20;
    CHECK(Parse(captured, bytes.size(), &packet) == (whole ? Parsed::kOk : Parsed::kCut));
    if (whole) CHECK(packet.payload_bytes == 1000);
  }
}

TEST_CASE("what shares the port: STUN, DTLS, TURN, RTCP") {
  for (int first : {0, 3, 20, 63, 64, 79, 127, 192, 255}) {
    Bytes bytes = Rtp(1, 2, 3);
    bytes[0] = static_cast<uint8_t>(first);
    CHECK(Parse(bytes, bytes.size()) == Parsed::kNotRtp);
    CHECK(Parse({bytes[0]}, bytes.size()) == Parsed::kNotRtp);
  }
  for (int second = 0; second < 256; ++second) {
    Bytes bytes = Rtp(1, 2, 3);
    bytes[1] = static_cast<uint8_t>(second);
    const bool rtcp = second >= 192 && second <= 223;
    CHECK(Parse(bytes, bytes.size()) == (rtcp ? Parsed::kNotRtp : Parsed::kOk));
  }
}

TEST_CASE("headers that do not fit into the datagram") {
  CHECK(Parse(Bytes(11, 0x80), 11) == Parsed::kNotRtp);
  Bytes bytes = Rtp(1, 2, 3, {}, 7);
  bytes[0] = 0x82;  // two contributing sources
  CHECK(Parse(bytes, bytes.size()) == Parsed::kNotRtp);
  bytes = Rtp(1, 2, 3, OneByteExtension({{3, 4}}), 0);
  CHECK(Parse(bytes, bytes.size()) == Parsed::kOk);
  CHECK(Parse(bytes, bytes.size() - 1) == Parsed::kNotRtp);
  CHECK(Parse(bytes, 15) == Parsed::kNotRtp);
}

TEST_CASE("elements of three bytes in both forms") {
  using Found = std::vector<std::pair<int, uint32_t>>;
  const Bytes one = Bytes{0x31, 9, 9, 0, 0x22} + U24(0x123456) + Bytes{0x52} + U24(0xfffffe);
  CHECK(Elements(0xbede, one) == Found{{2, 0x123456}, {5, 0xfffffe}});
  const Bytes two = Bytes{0, 200, 3} + U24(7) + Bytes{1, 0, 2, 1, 9, 3, 3} + U24(8);
  CHECK(Elements(0x1000, two) == Found{{200, 7}, {3, 8}});
  CHECK(Elements(0x100f, two).size() == 2);
  CHECK(Elements(0xbedf, one).empty());
  CHECK(Elements(0xbede, Bytes{0xf0} + one).empty());  // 15 ends the list
  CHECK(Elements(0xbede, {0x22, 1, 2}).empty());       // reaches beyond the end
  CHECK(Elements(0x1000, {5}).empty());
  CHECK(Elements(0x1000, {5, 3, 1, 2}).empty());
}

TEST_CASE("encrypted extensions are told from others") {
  CHECK(IsEncrypted(0xc0de));
  CHECK(IsEncrypted(0xc2de));
  CHECK_FALSE(IsEncrypted(0xbede));
  CHECK(Elements(0xc0de, {0x22, 1, 2, 3}).empty());
}

}  // namespace
}  // namespace remb::replay
