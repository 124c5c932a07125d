#include "cc/rtp/byte_io.h"

#include <array>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

TEST_CASE("numbers are big-endian") {
  constexpr std::array<uint8_t, 4> kBytes = {0xFE, 0xDC, 0xBA, 0x98};
  CHECK(ReadU16(kBytes.data()) == 0xFEDC);
  CHECK(ReadU24(kBytes.data()) == 0xFEDCBA);
  CHECK(ReadU32(kBytes.data()) == 0xFEDCBA98);
}

TEST_CASE("what is written is read, and nothing beside it is touched") {
  std::array<uint8_t, 6> bytes = {};
  WriteU32(&bytes[1], 0x01020304);
  CHECK(bytes == std::array<uint8_t, 6>{0, 1, 2, 3, 4, 0});
  WriteU16(&bytes[2], 0xABCDEF01);  // the low 16 bits
  CHECK(bytes == std::array<uint8_t, 6>{0, 1, 0xEF, 0x01, 4, 0});
}

}  // namespace
}  // namespace remb::core
