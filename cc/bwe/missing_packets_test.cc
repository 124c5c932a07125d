#include "cc/bwe/missing_packets.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

int Sum(const std::vector<int>& numbers) {
  MissingPackets packets;
  int sum = 0;
  for (int number : numbers) sum += packets.OnPacket(static_cast<uint16_t>(number));
  return sum;
}

TEST_CASE("MissingPackets: none in order, over a wrap too") {
  CHECK(Sum({40'000, 40'001, 40'002}) == 0);
  CHECK(Sum({65'534, 65'535, 0, 1}) == 0);
}

TEST_CASE("MissingPackets: what a gap leaves out") {
  CHECK(Sum({1, 3}) == 1);
  CHECK(Sum({65'534, 2}) == 3);
  CHECK(Sum({5, 1'004}) == 998);
}

TEST_CASE("MissingPackets: numbers that leap began anew") {
  CHECK(Sum({5, 1'005, 1'006}) == 0);
  CHECK(Sum({5, 40'000, 40'001}) == 0);
  CHECK(Sum({5'000, 4'000, 4'001}) == 0);
}

TEST_CASE("MissingPackets: a late packet is not missing") {
  CHECK(Sum({1, 3, 2}) == 0);
  CHECK(Sum({65'535, 2, 0, 1}) == 0);
  CHECK(Sum({1, 5, 6, 7, 3, 8}) == 2);
}

TEST_CASE("MissingPackets: a late packet makes up for itself alone") {
  CHECK(Sum({1, 3, 5, 4}) == 1);
  CHECK(Sum({1, 3, 2, 2}) == 0);
}

TEST_CASE("MissingPackets: a duplicate makes up for nothing") {
  CHECK(Sum({1, 2, 4, 2}) == 1);
  CHECK(Sum({1, 2, 4, 4}) == 1);
  CHECK(Sum({1, 3, 4, 5, 5, 4, 3}) == 1);
}

TEST_CASE("MissingPackets: remembers 63 numbers") {
  CHECK(Sum({100, 163, 101}) == 61);
  CHECK(Sum({100, 164, 101}) == 62);
  CHECK(Sum({100, 165, 101}) == 64);  // too late
  CHECK(Sum({100, 1'000, 937}) == 898);
}

TEST_CASE("MissingPackets: what was missing a range of numbers ago is forgotten") {
  for (const int first : {0, 10, 0x8000, 65'500}) {
    CAPTURE(first);
    MissingPackets packets;
    packets.OnPacket(static_cast<uint16_t>(first));
    int sum = 0;
    for (int number = first + 10; number < first + 65'546; ++number) {
      sum += packets.OnPacket(static_cast<uint16_t>(number));
    }
    CHECK(sum == 9);
    CHECK(packets.OnPacket(static_cast<uint16_t>(first + 5)) == 0);  // a duplicate
  }
}

TEST_CASE("MissingPackets: any loss, delay and duplicates are counted to the packet") {
  testing::Random random(3);
  MissingPackets packets;
  std::vector<uint16_t> held;
  int sum = packets.OnPacket(0);
  int lost = 0;
  for (int number = 1; number <= 60'000; ++number) {
    const auto n = static_cast<uint16_t>(number);
    if (random.OneIn(20) && number % 40 != 0) {
      (random.OneIn(2) ? held.push_back(n) : void(++lost));
    } else {
      sum += packets.OnPacket(n);
      if (random.OneIn(10)) sum += packets.OnPacket(n);
    }
    if (number % 40 == 0) {
      for (uint16_t late : held) sum += packets.OnPacket(late);
      held.clear();
    }
  }
  CHECK(lost > 500);
  CHECK(sum == lost);
}

TEST_CASE("MissingPackets: a duplicate of the first packet is none that was missing") {
  MissingPackets missing;
  CHECK(missing.OnPacket(5) == 0);
  CHECK(missing.OnPacket(5) == 0);
}

TEST_CASE("MissingPackets: what is 1000 numbers older began anew") {
  for (const auto& [older, lost] : {std::pair(999, 0), std::pair(1'000, 1)}) {
    MissingPackets missing;
    missing.OnPacket(5'000);
    missing.OnPacket(static_cast<uint16_t>(5'000 - older));
    CHECK(missing.OnPacket(static_cast<uint16_t>(5'002 - older)) == lost);
  }
}

TEST_CASE("MissingPackets: of a wide gap the last 63 may come late") {
  for (uint16_t lost : std::vector<uint16_t>{64, 65, 99}) {
    CAPTURE(lost);
    MissingPackets missing;
    missing.OnPacket(1'000);
    const auto newest = static_cast<uint16_t>(1'001 + lost);
    CHECK(missing.OnPacket(newest) == lost);
    for (const int age : {1, 30, 63}) {
      CHECK(missing.OnPacket(static_cast<uint16_t>(newest - age)) == -1);
    }
    CHECK(missing.OnPacket(static_cast<uint16_t>(newest - 64)) == 0);
  }
}

TEST_CASE("MissingPackets: an older gap says nothing of packets that came in between") {
  for (const int after : {64, 100}) {
    CAPTURE(after);
    MissingPackets missing;
    missing.OnPacket(10);
    CHECK(missing.OnPacket(15) == 4);
    for (int number = 16; number <= 15 + after - 2; ++number) {
      CHECK(missing.OnPacket(static_cast<uint16_t>(number)) == 0);
    }
    CHECK(missing.OnPacket(static_cast<uint16_t>(15 + after)) == 1);
    for (int age = 2; age < 64; ++age) {
      CHECK(missing.OnPacket(static_cast<uint16_t>(15 + after - age)) == 0);
    }
  }
}

}  // namespace
}  // namespace remb::core
