// Bytes by the extension's description, "Data layout overview".
#include "cc/rtp/abs_capture_time.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

namespace remb::core {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kTime = {0xE8, 0x12, 0x34, 0x56, 0x80, 0x00, 0x00, 0x01};

TEST_CASE("ParseAbsCaptureTime: the short form") {
  const auto parsed = ParseAbsCaptureTime(kTime);
  REQUIRE(parsed);
  CHECK(parsed->capture_time == 0xE812'3456'8000'0001);
  CHECK_FALSE(parsed->clock_offset);
}

TEST_CASE("ParseAbsCaptureTime: the long form, with an offset of either sign") {
  const auto with_offset = [](Bytes offset) {
    Bytes bytes = kTime;
    bytes.insert(bytes.end(), offset.begin(), offset.end());
    const auto parsed = ParseAbsCaptureTime(bytes);
    REQUIRE(parsed);
    CHECK(parsed->capture_time == 0xE812'3456'8000'0001);
    return parsed->clock_offset.value();
  };
  CHECK(with_offset({0, 0, 0, 2, 0x40, 0, 0, 0}) == 0x2'4000'0000);                      // 2.25 s
  CHECK(with_offset({0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0}) == -int64_t{0x8000'0000});  // -0.5 s
  CHECK(with_offset({0x80, 0, 0, 0, 0, 0, 0, 0}) == std::numeric_limits<int64_t>::min());
  CHECK(with_offset(Bytes(8, 0)) == 0);
}

TEST_CASE("ParseAbsCaptureTime: any other length is none") {
  for (size_t size = 0; size < 40; ++size) {
    const Bytes bytes(size, 1);
    CHECK(ParseAbsCaptureTime(bytes).has_value() == (size == 8 || size == 16));
  }
}

TEST_CASE("ToSenderClock: what the capturer's clock is ahead is taken off") {
  constexpr uint64_t kSecond = uint64_t{1} << 32;
  CHECK(ToSenderClock(10 * kSecond, 3 * int64_t{kSecond}) == 7 * kSecond);
  CHECK(ToSenderClock(10 * kSecond, -3 * int64_t{kSecond}) == 13 * kSecond);
  CHECK(ToSenderClock(0, 1) == std::numeric_limits<uint64_t>::max());
  CHECK(ToSenderClock(0, std::numeric_limits<int64_t>::min()) == uint64_t{1} << 63);
}

}  // namespace
}  // namespace remb::core
