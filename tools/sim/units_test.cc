#include "tools/sim/units.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace remb::sim {
namespace {

TEST_CASE("Quantities have the units that people write") {
  REQUIRE(*ParseRate("2 Mbit/s") == 2'000'000);
  REQUIRE(*ParseRate("0.6 Mbit/s") == 600'000);
  REQUIRE(*ParseRate("150kbit/s") == 150'000);
  REQUIRE(*ParseRate("1.5 Gbit/s") == 1'500'000'000);
  REQUIRE(*ParseRate("7 bit/s") == 7);
  REQUIRE(*ParseTime("50 ms") == 50 * kMillisecond);
  REQUIRE(*ParseTime("51.5 s") == 51'500 * kMillisecond);
  REQUIRE(*ParseTime("-0.5 s") == -500 * kMillisecond);
  REQUIRE(*ParseTime("+2 min") == 120 * kSecond);
  REQUIRE(*ParseTime("200 us") == 200 * kMicrosecond);
  REQUIRE(*ParseTime("3 ns") == 3);
  REQUIRE(*ParseBytes("13.5 kB") == 13'500);
  REQUIRE(*ParseBytes("1 MB") == 1'000'000);
  REQUIRE(*ParseBytes("40 B") == 40);
  REQUIRE(*ParseShare("5 %") == 0.05);
  REQUIRE(*ParseShare("0.05") == 0.05);
  REQUIRE(*ParseShare("100 %") == 1);
  REQUIRE(*ParsePpm("-200 ppm") == -200);
  REQUIRE(*ParseNumber("1.25") == 1.25);
}

TEST_CASE("0 needs no unit, all else does") {
  REQUIRE(*ParseRate("0") == 0);
  REQUIRE(*ParseTime("0") == 0);
  REQUIRE(!ParseRate("2").ok());
  REQUIRE(!ParseTime("50").ok());
}

TEST_CASE("What is no quantity is refused, and told how to write it") {
  for (const char* text : {"", "fast", "2 Mbps", "2 mbit/s", "2 Mbit/s or so", "1e6 bit/s",
                           "1..2 bit/s", "-1 Mbit/s", "9999999999 Gbit/s", "Mbit/s"}) {
    CAPTURE(text);
    REQUIRE(!ParseRate(text).ok());
  }
  REQUIRE(std::string(ParseRate("2 Mbps").status().message()) ==
          "'2 Mbps' is not a rate: write it as 2 Mbit/s (bit/s, kbit/s, Mbit/s or Gbit/s)");
  REQUIRE(!ParseShare("101 %").ok());
  REQUIRE(!ParseShare("-1 %").ok());
  REQUIRE(!ParseBytes("300 ms").ok());
  REQUIRE(!ParseNumber("nan").ok());
  REQUIRE(!ParseNumber("inf").ok());
}

}  // namespace
}  // namespace remb::sim
