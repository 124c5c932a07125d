// Bytes by draft-alvestrand-rmcat-remb-03, section 2.2, and RFC 3550, section 6.
#include "cc/remb/remb_message.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Two SSRCs at 1 Mbit/s: 250 000 (0x3D090) shifted left by 2.
const Bytes kRemb = {
    0x8F, 206,  0,    6,     // version 2, FMT 15; PSFB; 7 words
    0x01, 0x02, 0x03, 0x04,  // sender
    0,    0,    0,    0,     // media
    'R',  'E',  'M',  'B',   //
    2,    0x0B, 0xD0, 0x90,  // count; exponent 2 and mantissa 0x3D090
    0x11, 0x12, 0x13, 0x14,  //
    0xF1, 0xF2, 0xF3, 0xF4,
};
const Bytes kReceiverReport = {0x80, 201, 0, 1, 9, 9, 9, 9};
const Bytes kSenderReport = {0x80, 200, 0, 6, 9, 9, 9, 9, 1, 1, 1, 1, 2, 2,
                             2,    2,   3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5};
const Bytes kSourceDescription = {0x81, 202, 0, 3, 9, 9, 9, 9, 1, 3, 'a', 'b', 'c', 0, 0, 0};

Bytes Write(const RembMessage& message) {
  Bytes bytes(static_cast<size_t>(RembSize(static_cast<int>(message.ssrcs.size()))));
  WriteRemb(message, bytes.data());
  return bytes;
}

// From memory of its own and of just that size, so that a sanitizer sees any read beyond.
ParseResult Parse(const Bytes& bytes, ParsedRemb& remb) {
  const Bytes copy(bytes);
  return ParseRemb(copy, remb);
}
ParseResult Parse(const Bytes& bytes) {
  ParsedRemb remb;
  return Parse(bytes, remb);
}

int64_t ParseRate(int exponent, uint32_t mantissa) {
  Bytes bytes = kRemb;
  bytes[17] = static_cast<uint8_t>(static_cast<uint32_t>(exponent) << 2 | mantissa >> 16);
  bytes[18] = static_cast<uint8_t>(mantissa >> 8);
  bytes[19] = static_cast<uint8_t>(mantissa);
  ParsedRemb remb;
  REQUIRE(Parse(bytes, remb) == ParseResult::kOk);
  return remb.bitrate_bps;
}

void CheckIsOurs(const ParsedRemb& remb) {
  CHECK(remb.sender_ssrc == 0x01020304);
  CHECK(remb.bitrate_bps == 1'000'000);
  REQUIRE(remb.ssrc_count == 2);
  CHECK(remb.ssrcs[0] == 0x11121314);
  CHECK(remb.ssrcs[1] == 0xF1F2F3F4);
}

TEST_CASE("a REMB is written as the draft has it") {
  const std::vector<uint32_t> ssrcs = {0x11121314, 0xF1F2F3F4};
  CHECK(Write({.sender_ssrc = 0x01020304, .bitrate_bps = 1'000'000, .ssrcs = ssrcs}) == kRemb);
}

TEST_CASE("a REMB is read") {
  ParsedRemb remb;
  REQUIRE(Parse(kRemb, remb) == ParseResult::kOk);
  CheckIsOurs(remb);
}

TEST_CASE("rates of 18 bits are exact, others lose their lowest bits") {
  auto written = [](int64_t bps) {
    ParsedRemb remb;
    REQUIRE(Parse(Write({.bitrate_bps = bps, .ssrcs = {}}), remb) == ParseResult::kOk);
    return remb.bitrate_bps;
  };
  for (int64_t bps : {0, 1, 30'000, 262'143, 262'144}) CHECK(written(bps) == bps);
  CHECK(written(262'145) == 262'144);
  CHECK(written(1'000'003) == 1'000'000);
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  CHECK(written(kMax) == kMax - (kMax & ((int64_t{1} << 45) - 1)));
}

TEST_CASE("every exponent comes back") {
  constexpr int64_t kMantissa = 0x2AAAB;  // 18 bits
  for (int exponent = 0; exponent + 18 <= 63; ++exponent) {
    const int64_t bps = kMantissa << exponent;
    const Bytes bytes = Write({.bitrate_bps = bps, .ssrcs = {}});
    CHECK(bytes[17] >> 2 == exponent);
    ParsedRemb remb;
    REQUIRE(Parse(bytes, remb) == ParseResult::kOk);
    CHECK(remb.bitrate_bps == bps);
  }
}

TEST_CASE("a rate that does not fit becomes the largest") {
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  for (int exponent = 0; exponent < 64; ++exponent) {
    CHECK(ParseRate(exponent, 0) == 0);
    CHECK(ParseRate(exponent, 1) == (exponent < 63 ? int64_t{1} << exponent : kMax));
    CHECK(ParseRate(exponent, 0x3FFFF) == (exponent <= 45 ? int64_t{0x3FFFF} << exponent : kMax));
  }
}

TEST_CASE("0 to 255 SSRCs come back") {
  std::vector<uint32_t> ssrcs;
  for (uint32_t i = 0; i <= kMaxRembSsrcs; ++i) {
    const Bytes bytes = Write({.sender_ssrc = i, .bitrate_bps = 1000, .ssrcs = ssrcs});
    CHECK(bytes.size() == 20 + 4 * i);
    ParsedRemb remb;
    REQUIRE(Parse(bytes, remb) == ParseResult::kOk);
    CHECK(remb.sender_ssrc == i);
    CHECK(std::equal(ssrcs.begin(), ssrcs.end(), remb.ssrcs.begin(),
                     remb.ssrcs.begin() + remb.ssrc_count));
    ssrcs.push_back(0xABCD'0000 + i * 0x0101);
  }
}

TEST_CASE("a REMB is found in a compound packet") {
  for (const Bytes& before : {kReceiverReport, kSenderReport + kSourceDescription}) {
    ParsedRemb remb;
    REQUIRE(Parse(before + kRemb, remb) == ParseResult::kOk);
    CheckIsOurs(remb);
    REQUIRE(Parse(before + kRemb + kReceiverReport, remb) == ParseResult::kOk);
    CheckIsOurs(remb);
  }
}

TEST_CASE("the first REMB counts") {
  Bytes second = kRemb;
  second[4] = 0xFF;
  ParsedRemb remb;
  REQUIRE(Parse(kRemb + second, remb) == ParseResult::kOk);
  CheckIsOurs(remb);
}

TEST_CASE("other feedback is no REMB") {
  CHECK(Parse(kReceiverReport) == ParseResult::kNoRemb);
  CHECK(Parse(kSenderReport + kSourceDescription) == ParseResult::kNoRemb);
  const Bytes picture_loss = {0x81, 206, 0, 2, 9, 9, 9, 9, 8, 8, 8, 8};
  CHECK(Parse(picture_loss) == ParseResult::kNoRemb);
  for (auto [at, value] : {std::pair<size_t, uint8_t>{1, 205}, {0, 0x8E}, {12, 'r'}, {15, 'C'}}) {
    Bytes other = kRemb;
    other[at] = value;
    CHECK(Parse(other) == ParseResult::kNoRemb);
  }
  // An application's own feedback too short for the identifier.
  CHECK(Parse({0x8F, 206, 0, 2, 9, 9, 9, 9, 8, 8, 8, 8}) == ParseResult::kNoRemb);
}

TEST_CASE("padding is left out") {
  Bytes padded = kRemb + Bytes{0, 0, 0, 4};
  padded[0] |= 0x20;
  padded[3] += 1;
  ParsedRemb remb;
  REQUIRE(Parse(padded, remb) == ParseResult::kOk);
  CheckIsOurs(remb);
  // Padding of another length than it says, and more than there is.
  for (uint8_t length : Bytes{0, 1, 2, 3, 5, 8, 32, 255}) {
    padded.back() = length;
    CAPTURE(int{length});
    CHECK(Parse(padded) != ParseResult::kOk);
  }
  // The same in another packet on the way to the REMB.
  Bytes before = kReceiverReport + Bytes{0, 0, 0, 4};
  before[0] |= 0x20;
  before[3] += 1;
  CHECK(Parse(before + kRemb) == ParseResult::kOk);
  for (uint8_t length : Bytes{0, 1, 2, 3, 5, 12}) {
    before.back() = length;
    CHECK(Parse(before + kRemb) == ParseResult::kMalformed);
  }
}

TEST_CASE("a packet that ends early is malformed") {
  const Bytes whole = kSenderReport + kRemb;
  for (size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CAPTURE(size);
    // What ends with the sender report is whole, but has no REMB.
    CHECK(Parse(part) ==
          (size == kSenderReport.size() ? ParseResult::kNoRemb : ParseResult::kMalformed));
  }
}

TEST_CASE("a count that is not what the length says is malformed") {
  for (int count = 0; count < 256; ++count) {
    if (count == 2) continue;
    Bytes bytes = kRemb;
    bytes[16] = static_cast<uint8_t>(count);
    CHECK(Parse(bytes) == ParseResult::kMalformed);
  }
}

TEST_CASE("a length that is not the packet's is not read beyond") {
  for (uint32_t words = 0; words < 0x10000; ++words) {
    if (words == 6) continue;
    Bytes bytes = kRemb;
    bytes[2] = static_cast<uint8_t>(words >> 8);
    bytes[3] = static_cast<uint8_t>(words);
    if (Parse(bytes) == ParseResult::kOk) FAIL("length of " << words << " words taken");
  }
}

TEST_CASE("another version is malformed") {
  for (uint8_t version : Bytes{0, 1, 3}) {
    Bytes bytes = kRemb;
    bytes[0] = static_cast<uint8_t>(version << 6 | 15);
    CHECK(Parse(bytes) == ParseResult::kMalformed);
  }
}

TEST_CASE("what is malformed changes nothing") {
  ParsedRemb remb;
  remb.bitrate_bps = 77;
  remb.ssrc_count = -1;
  Bytes bytes = kRemb;
  bytes[16] = 3;
  CHECK(Parse(bytes, remb) == ParseResult::kMalformed);
  CHECK(Parse(kReceiverReport, remb) == ParseResult::kNoRemb);
  CHECK(remb.bitrate_bps == 77);
  CHECK(remb.ssrc_count == -1);
}

TEST_CASE("random bytes and damaged packets do no harm") {
  testing::Random random(1);
  const Bytes whole = kSenderReport + kSourceDescription + kRemb;
  for (int i = 0; i < 100'000; ++i) {
    Bytes bytes = whole;
    if (random.OneIn(2)) {
      bytes.resize(static_cast<size_t>(random.Uniform(0, 64)));
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Next() >> 32);
      if (!bytes.empty()) bytes[0] = static_cast<uint8_t>(0x80 | (bytes[0] & 0x3F));
    } else {
      for (int64_t n = random.Uniform(1, 3); n > 0; --n) {
        const auto at =
            static_cast<size_t>(random.Uniform(0, static_cast<int64_t>(whole.size()) - 1));
        bytes[at] = static_cast<uint8_t>(random.Next() >> 32);
      }
    }
    ParsedRemb remb;
    if (Parse(bytes, remb) != ParseResult::kOk) continue;
    if (remb.bitrate_bps < 0 || remb.ssrc_count < 0 || remb.ssrc_count > kMaxRembSsrcs) {
      FAIL("packet " << i << " was read as nonsense");
    }
  }
}

TEST_CASE("a REMB fills all of its bytes") {
  Bytes bytes(RembSize(0), 0xFF);
  WriteRemb({.sender_ssrc = 1, .bitrate_bps = 0, .ssrcs = {}}, bytes.data());
  CHECK(bytes == Bytes{0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0, 0, 0, 0});
}

TEST_CASE("packets that are nothing but a header, or that and padding, are none of ours") {
  CHECK(Parse({0x80, 203, 0, 0}) == ParseResult::kNoRemb);
  CHECK(Parse({0xA0, 203, 0, 1, 0, 0, 0, 4}) == ParseResult::kNoRemb);
}

TEST_CASE("another format of feedback is no REMB, whatever it holds") {
  for (const uint8_t format : Bytes{1, 14, 31}) {
    Bytes bytes = kRemb;
    bytes[0] = static_cast<uint8_t>(0x80 | format);
    CHECK(Parse(bytes) == ParseResult::kNoRemb);
  }
}

}  // namespace
}  // namespace remb::core
