// Bytes by RFC 3550, section 5.1, and RFC 8285, section 4.
#include "cc/rtp/rtp_header.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr RtpExtensionIds kIds = {.abs_send_time = RtpExtensionId(3),
                                  .transmission_offset = RtpExtensionId(2),
                                  .abs_capture_time = RtpExtensionId(4)};
constexpr size_t kFixedBytes = 12;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Payload type 96, sequence number 0xFE01, timestamp 0x0A0B0C0D, SSRC 0x01020304.
const Bytes kFixed = {0x80, 96, 0xFE, 1, 0x0A, 0x0B, 0x0C, 0x0D, 1, 2, 3, 4};
const Bytes kPayload = {0xAA, 0xBB, 0xCC, 0xDD, 0xEE};

// A header with an extension; `words` as the packet says, by default the truth.
Bytes WithExtension(int profile, const Bytes& elements, int words = -1) {
  Bytes bytes = kFixed;
  bytes[0] |= 0x10;
  if (words < 0) words = static_cast<int>(elements.size()) / 4;
  return bytes +
         Bytes{static_cast<uint8_t>(profile >> 8), static_cast<uint8_t>(profile),
               static_cast<uint8_t>(words >> 8), static_cast<uint8_t>(words)} +
         elements;
}
Bytes OneByte(const Bytes& elements) { return WithExtension(0xBEDE, elements); }
Bytes TwoByte(const Bytes& elements) { return WithExtension(0x1000, elements); }

// What is found in a packet, which lies in memory of just its size.
struct Parsed {
  std::optional<RtpHeader> header;
  RtpExtensions extensions;
};

// What the quick ones read is what the general ones read.
void CheckUsual(const Bytes& bytes, const RtpHeader& header, RtpExtensionIds ids) {
  const RtpHeader usual = ParseUsualRtpHeader(bytes);
  if (!usual.is_rtp) return;
  REQUIRE(header.is_rtp);
  CHECK(usual.ssrc == header.ssrc);
  CHECK(usual.timestamp == header.timestamp);
  CHECK(usual.sequence_number == header.sequence_number);
  CHECK(usual.payload_bytes == header.payload_bytes);
  const UsualRtpExtensions quick =
      ParseUsualRtpExtensions(usual, ids.abs_send_time, ids.transmission_offset);
  if (quick.present == 0) return;
  const RtpExtensions all = ParseRtpExtensions(header, ids);
  const bool has_abs_send_time = quick.present & UsualRtpExtensions::kAbsSendTime;
  const bool has_offset = quick.present & UsualRtpExtensions::kTransmissionOffset;
  CHECK(all.abs_send_time.has_value() == has_abs_send_time);
  CHECK(all.abs_send_time.value_or(0) == quick.abs_send_time);
  CHECK(all.transmission_offset.has_value() == has_offset);
  CHECK(all.transmission_offset.value_or(0) == quick.transmission_offset);
  CHECK_FALSE(all.abs_capture_time);
}

Parsed Parse(const Bytes& bytes, RtpExtensionIds ids = kIds) {
  const Bytes copy(bytes);
  Parsed parsed;
  const RtpHeader header = ParseRtpHeader(copy);
  CheckUsual(copy, header, ids);
  if (header.is_rtp) {
    parsed.header = header;
    parsed.extensions = ParseRtpExtensions(header, ids);
    parsed.header->extension = {};
  }
  return parsed;
}

void CheckExtensions(const Bytes& bytes, std::optional<uint32_t> abs_send_time,
                     std::optional<int32_t> transmission_offset) {
  const Parsed parsed = Parse(bytes);
  REQUIRE(parsed.header);
  CHECK(parsed.extensions.abs_send_time == abs_send_time);
  CHECK(parsed.extensions.transmission_offset == transmission_offset);
}

TEST_CASE("RTP: the fixed header") {
  const Parsed parsed = Parse(kFixed + kPayload);
  REQUIRE(parsed.header);
  CHECK(parsed.header->ssrc == 0x01020304);
  CHECK(parsed.header->timestamp == 0x0A0B0C0D);
  CHECK(parsed.header->sequence_number == 0xFE01);
  CHECK(parsed.header->payload_bytes == 5);
  CHECK(parsed.header->extension_profile == 0);
  CHECK_FALSE(parsed.extensions.abs_send_time);
  CHECK(Parse(kFixed).header->payload_bytes == 0);
}

TEST_CASE("RTP: contributing sources belong to the header") {
  for (uint8_t count = 0; count < 16; ++count) {
    Bytes bytes = kFixed;
    bytes[0] |= count;
    bytes.resize(kFixedBytes + 4u * count);
    CHECK(Parse(bytes + kPayload).header->payload_bytes == 5);
    if (count == 0) continue;
    bytes.pop_back();
    CHECK_FALSE(Parse(bytes).header);
  }
}

TEST_CASE("RTP: contributing sources come before the extension") {
  Bytes bytes = kFixed + Bytes{9, 9, 9, 9, 8, 8, 8, 8} +
                Bytes{0xBE, 0xDE, 0, 1, 0x32, 0x11, 0x22, 0x33} + kPayload;
  bytes[0] |= 0x12;
  CheckExtensions(bytes, 0x112233, std::nullopt);
  CHECK(Parse(bytes).header->payload_bytes == 5);
}

// SRTP encrypts the padding's length.
TEST_CASE("RTP: padding counts like payload") {
  Bytes bytes = kFixed + kPayload + Bytes{0, 0, 3};
  bytes[0] |= 0x20;
  CHECK(Parse(bytes).header->payload_bytes == 8);
  bytes.back() = 255;  // more than there is
  CHECK(Parse(bytes).header->payload_bytes == 8);
}

TEST_CASE("RTP: other versions and RTCP are refused") {
  for (uint8_t version : Bytes{0, 1, 3}) {
    Bytes bytes = kFixed;
    bytes[0] = static_cast<uint8_t>(version << 6);
    CHECK_FALSE(Parse(bytes).header);
  }
  // RFC 5761, section 4: packet types 192 to 223.
  for (int type = 0; type < 256; ++type) {
    Bytes bytes = kFixed;
    bytes[1] = static_cast<uint8_t>(type);
    CHECK(Parse(bytes).header.has_value() == (type < 192 || type > 223));
  }
}

TEST_CASE("RTP: extensions in the one-byte form") {
  const Bytes offset = {0x22, 0x00, 0x01, 0x02};
  const Bytes send_time = {0x32, 0xFE, 0xDC, 0xBA};
  CheckExtensions(OneByte(send_time), 0xFEDCBA, std::nullopt);
  CheckExtensions(OneByte(offset), std::nullopt, 0x000102);
  CheckExtensions(OneByte(offset + send_time) + kPayload, 0xFEDCBA, 0x000102);
  CheckExtensions(OneByte(send_time + offset) + kPayload, 0xFEDCBA, 0x000102);
  CHECK(Parse(OneByte(offset + send_time) + kPayload).header->payload_bytes == 5);
}

TEST_CASE("RTP: extensions in the two-byte form") {
  const Bytes both = {3, 3, 0xFE, 0xDC, 0xBA, 2, 3, 0x00, 0x01, 0x02, 0, 0};
  CheckExtensions(TwoByte(both) + kPayload, 0xFEDCBA, 0x000102);
  // The low four bits of the profile are the sender's; ids go up to 255.
  CheckExtensions(WithExtension(0x100F, both), 0xFEDCBA, 0x000102);
  const Bytes large_id = {200, 3, 1, 2, 3, 0, 0, 0};
  CHECK(Parse(TwoByte(large_id), {.abs_send_time = RtpExtensionId(200)}).extensions.abs_send_time ==
        0x010203u);
  // An element may be empty.
  CheckExtensions(TwoByte({7, 0, 3, 3, 1, 2, 3, 0}), 0x010203, std::nullopt);
}

TEST_CASE("RTP: padding between elements") {
  CheckExtensions(OneByte({0, 0, 0x32, 1, 2, 3, 0, 0x22, 4, 5, 6, 0}), 0x010203, 0x040506);
  CheckExtensions(TwoByte({0, 3, 3, 1, 2, 3, 0, 0, 2, 3, 4, 5, 6, 0, 0, 0}), 0x010203, 0x040506);
  CheckExtensions(OneByte({0, 0, 0, 0}), std::nullopt, std::nullopt);
}

TEST_CASE("RTP: id 15 and id 0 with a length end the one-byte form") {
  CheckExtensions(OneByte({0x32, 1, 2, 3, 0xF0, 0, 0x22, 4, 5, 6, 0, 0}), 0x010203, std::nullopt);
  CheckExtensions(OneByte({0xF2, 1, 2, 3}), std::nullopt, std::nullopt);
  CHECK_FALSE(Parse(OneByte({0xF2, 1, 2, 3}), {.abs_send_time = RtpExtensionId(15)})
                  .extensions.abs_send_time);
  CheckExtensions(OneByte({0x32, 1, 2, 3, 0x02, 9, 9, 9, 0x22, 4, 5, 6}), 0x010203, std::nullopt);
  // In the two-byte form 15 is an id like any other.
  CHECK(Parse(TwoByte({15, 3, 1, 2, 3, 0, 0, 0}), {.abs_send_time = RtpExtensionId(15)})
            .extensions.abs_send_time == 0x010203u);
}

TEST_CASE("RTP: an element of the wrong length counts as absent") {
  CheckExtensions(OneByte({0x31, 1, 2, 0x22, 4, 5, 6, 0}), std::nullopt, 0x040506);
  CheckExtensions(OneByte({0x33, 1, 2, 3, 4, 0x22, 4, 5, 6, 0, 0, 0}), std::nullopt, 0x040506);
  CheckExtensions(TwoByte({3, 2, 1, 2, 2, 3, 4, 5, 6, 0, 0, 0}), std::nullopt, 0x040506);
  CheckExtensions(TwoByte({3, 0, 2, 3, 4, 5, 6, 0}), std::nullopt, 0x040506);
}

TEST_CASE("RTP: abs-capture-time, with and without the clock's offset") {
  const Bytes time = {1, 2, 3, 4, 5, 6, 7, 8};
  const Bytes offset = {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1};
  const auto check = [](const Bytes& bytes, std::optional<int64_t> clock_offset) {
    const auto capture = Parse(bytes + kPayload).extensions.abs_capture_time;
    REQUIRE(capture);
    CHECK(capture->capture_time == 0x0102'0304'0506'0708);
    CHECK(capture->clock_offset == clock_offset);
  };
  const int64_t ahead = -0xFFFF'FFFFLL;
  check(OneByte(Bytes{0x47} + time + Bytes{0, 0, 0}), std::nullopt);
  check(OneByte(Bytes{0x4F} + time + offset + Bytes{0, 0, 0}), ahead);
  check(TwoByte(Bytes{4, 8} + time + Bytes{0, 0}), std::nullopt);
  check(TwoByte(Bytes{4, 16} + time + offset + Bytes{0, 0}), ahead);
  // Beside the others, whose length it must not have.
  const Bytes all = OneByte(Bytes{0x32, 1, 2, 3, 0x47} + time + Bytes{0x22, 4, 5, 6, 0, 0, 0});
  CheckExtensions(all + kPayload, 0x010203, 0x040506);
  check(all, std::nullopt);
  CHECK_FALSE(Parse(OneByte(Bytes{0x42, 1, 2, 3})).extensions.abs_capture_time);
  CHECK_FALSE(Parse(OneByte(Bytes{0x46} + time)).extensions.abs_capture_time);
  CHECK_FALSE(Parse(all, {.abs_send_time = RtpExtensionId(3)}).extensions.abs_capture_time);
}

TEST_CASE("RTP: an element that reaches beyond the extension ends the search") {
  CheckExtensions(OneByte({0x22, 4, 5, 6, 0, 0x32, 1, 2}) + kPayload, std::nullopt, 0x040506);
  CheckExtensions(OneByte({0x3F, 1, 2, 3}) + kPayload, std::nullopt, std::nullopt);
  CheckExtensions(TwoByte({3, 255, 1, 2}) + kPayload, std::nullopt, std::nullopt);
  CheckExtensions(TwoByte({0, 0, 0, 3}) + kPayload, std::nullopt, std::nullopt);  // no length
}

TEST_CASE("RTP: ids that were not negotiated are not found") {
  const Bytes bytes = OneByte({0x32, 1, 2, 3, 0x22, 4, 5, 6});
  CHECK_FALSE(Parse(bytes, {}).extensions.abs_send_time);
  CHECK_FALSE(Parse(bytes, {}).extensions.transmission_offset);
  CHECK(Parse(bytes, {.abs_send_time = RtpExtensionId(2)}).extensions.abs_send_time == 0x040506u);
}

TEST_CASE("RTP: other profiles hold nothing") {
  for (int profile : {0x0000, 0xBEDF, 0x0FFF, 0x1010, 0xABAC}) {
    const Bytes bytes = WithExtension(profile, {0x32, 1, 2, 3, 3, 3, 1, 2}) + kPayload;
    CheckExtensions(bytes, std::nullopt, std::nullopt);
    CHECK(Parse(bytes).header->payload_bytes == 5);
  }
}

TEST_CASE("RTP: the transmission offset has a sign") {
  CheckExtensions(OneByte({0x22, 0xFF, 0xFF, 0xFF}), std::nullopt, -1);
  CheckExtensions(OneByte({0x22, 0x80, 0x00, 0x00}), std::nullopt, -(1 << 23));
  CheckExtensions(OneByte({0x22, 0x7F, 0xFF, 0xFF}), std::nullopt, (1 << 23) - 1);
}

TEST_CASE("RTP: an extension past the packet is refused") {
  CHECK_FALSE(Parse(WithExtension(0xBEDE, {0x32, 1, 2, 3}, 2)).header);
  CHECK_FALSE(Parse(WithExtension(0xBEDE, {0x32, 1, 2, 3}, 0xFFFF)).header);
  CHECK(Parse(WithExtension(0xBEDE, {0x32, 1, 2, 3}, 0)).header->payload_bytes == 4);
  CHECK(Parse(WithExtension(0xBEDE, {})).header->payload_bytes == 0);
}

TEST_CASE("RTP: a header that ends early is refused") {
  Bytes whole = OneByte({0x32, 1, 2, 3, 0x22, 4, 5, 6});
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(Parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}).header);
  }
  CHECK(Parse(whole).header);
}

TEST_CASE("RTP: random bytes and damaged headers do no harm") {
  testing::Random random(1);
  const Bytes whole = OneByte({0x32, 1, 2, 3, 0x22, 4, 5, 6, 0x70, 1, 0, 0}) + kPayload;
  for (int i = 0; i < 200'000; ++i) {
    Bytes bytes = random.OneIn(2) ? whole : Bytes(static_cast<size_t>(random.Uniform(0, 60)));
    const bool damaged = bytes.size() == whole.size();
    for (size_t at = 0; at < bytes.size(); ++at) {
      if (!damaged || random.OneIn(16)) bytes[at] = static_cast<uint8_t>(random.Next() >> 32);
    }
    if (!bytes.empty()) bytes[0] = static_cast<uint8_t>(0x80 | (bytes[0] & 0x3F));
    const Parsed parsed = Parse(bytes);
    if (!parsed.header) continue;
    const auto most = static_cast<int64_t>(bytes.size() - kFixedBytes);
    if (parsed.header->payload_bytes < 0 || parsed.header->payload_bytes > most) {
      FAIL("packet " << i << " was read as nonsense");
    }
  }
}

}  // namespace
}  // namespace remb::core
