#include "cc/bwe/units.h"

#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

// Known when compiled: no arithmetic of units costs anything that the bare numbers would not.
static_assert(TimeDelta::Seconds(2) == TimeDelta::Millis(2000));
static_assert(TimeDelta::Millis(3) == TimeDelta::Micros(3000));
static_assert(DataRate::KilobitsPerSec(5) == DataRate::BitsPerSec(5000));
static_assert(sizeof(Timestamp) == sizeof(int64_t));

TEST_CASE("times round to the nearest millisecond, halves up") {
  CHECK(Timestamp::Micros(0).ms() == 0);
  CHECK(Timestamp::Micros(499).ms() == 0);
  CHECK(Timestamp::Micros(500).ms() == 1);
  CHECK(Timestamp::Micros(1499).ms() == 1);
  CHECK(TimeDelta::Micros(1500).ms() == 2);
  CHECK(TimestampMs(Timestamp::Micros(2500)) == TimestampMs::Millis(3));
}

TEST_CASE("a second is a thousand milliseconds, and these a thousand microseconds each") {
  CHECK(TimeDelta::Seconds(2) == TimeDelta::Millis(2'000));
  CHECK(TimeDelta::Millis(2) == TimeDelta::Micros(2'000));
  CHECK(Timestamp::Millis(2) == Timestamp::Micros(2'000));
  CHECK(DataRate::KilobitsPerSec(2) == DataRate::BitsPerSec(2'000));
}

TEST_CASE("times add and subtract") {
  const Timestamp t = Timestamp::Millis(10);
  CHECK(t + TimeDelta::Micros(1) == Timestamp::Micros(10'001));
  CHECK(t - TimeDelta::Millis(10) == Timestamp::Micros(0));
  CHECK(Timestamp::Millis(7) - t == TimeDelta::Millis(-3));
  CHECK(TimeDelta::Millis(7) - TimeDelta::Millis(10) == TimeDelta::Millis(-3));
  CHECK(TimeDelta::Millis(7) + TimeDelta::Millis(10) == TimeDelta::Millis(17));
  CHECK(TimeDelta::Millis(-1) < TimeDelta::Millis(1));
  CHECK(Timestamp::Millis(1) < t);
}

// 1e6 has an inverse that is not exact: the product is what estimates are compared with.
TEST_CASE("seconds are microseconds times 1e-6") {
  CHECK(TimeDelta::Micros(1'000'000).seconds() == 1.0);
  CHECK(TimeDelta::Micros(5'803'123).seconds() == 5'803'123 * 1e-6);
}

TEST_CASE("a rate times a factor rounds to the nearest bit per second") {
  CHECK(DataRate::BitsPerSec(3) * 0.5 == DataRate::BitsPerSec(2));  // 1.5
  CHECK(DataRate::BitsPerSec(1000) * 0.0004 == DataRate::Zero());
  CHECK(0.85 * DataRate::BitsPerSec(1'000'001) == DataRate::BitsPerSec(850'001));  // 850 000.85
  CHECK(DataRate::KilobitsPerSec(10) * 1.5 + DataRate::KilobitsPerSec(10) ==
        DataRate::KilobitsPerSec(25));
}

TEST_CASE("rates add and subtract") {
  CHECK(DataRate::BitsPerSec(7) + DataRate::BitsPerSec(3) == DataRate::BitsPerSec(10));
  CHECK(DataRate::BitsPerSec(7) - DataRate::BitsPerSec(3) == DataRate::BitsPerSec(4));
}

TEST_CASE("a rate rounds to the nearest kilobit per second") {
  CHECK(DataRate::BitsPerSec(1499).kbps() == 1);
  CHECK(DataRate::BitsPerSec(1500).kbps() == 2);
  CHECK(DataRate::KilobitsPerSec(30'000).kbps() == 30'000);
}

TEST_CASE("divisions of sizes truncate") {
  CHECK(DataSize::Bytes(1000) / TimeDelta::Micros(10'000) == DataRate::KilobitsPerSec(800));
  CHECK(DataSize::Bytes(1) / TimeDelta::Micros(3'000'000) == DataRate::BitsPerSec(2));  // 2.67
  CHECK(DataSize::Bytes(80) / DataRate::BitsPerSec(64'000) == TimeDelta::Millis(10));
  CHECK(DataSize::Bytes(1) / DataRate::BitsPerSec(3) == TimeDelta::Micros(2'666'666));
}

TEST_CASE("sizes add and compare") {
  CHECK(DataSize::Bytes(200) + DataSize::Bytes(1) == DataSize::Bytes(201));
  CHECK(DataSize::Bytes(200) < DataSize::Bytes(201));
  CHECK(DataSize::Zero().bytes() == 0);
}

}  // namespace
}  // namespace remb::core
