// libwebrtc modules/remote_bitrate_estimator/inter_arrival_unittest.cc: its scenarios and numbers.
#include "cc/bwe/inter_arrival.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

namespace remb::core {
namespace {

constexpr int64_t kGroupLengthUs = 5000;
constexpr int64_t kStepUs = 20;  // within a group
constexpr int64_t kNewGroupUs = kGroupLengthUs + kStepUs;
constexpr int64_t kBurstMs = 5;
constexpr int64_t kStartMs = 17;

// Where either clock, rounded, is two ticks before its wrap.
constexpr int64_t kRtpTimestampWrapUs = 47'721'858'827;
constexpr int64_t kAbsSendTimeWrapUs = 63'999'995;

uint32_t RtpTicks(int64_t us) { return static_cast<uint32_t>((us * 90 + 500) / 1000); }

uint32_t AbsSendTimeTicks(int64_t us) {
  const uint64_t ticks = ((static_cast<uint64_t>(us) << 18) + 500'000) / 1'000'000;
  return static_cast<uint32_t>(ticks) << 8;
}

// Whether a wrapping difference is at most `error`.
bool IsNear(uint32_t a, uint32_t b, uint32_t error) { return std::min(a - b, b - a) <= error; }

// The same packets by both clocks.
class BothClocks {
 public:
  struct Packet {
    int64_t send_us;
    int64_t arrival_ms;
    int64_t bytes;
  };
  struct Deltas {
    int64_t send_us;
    int64_t arrival_ms;
    int64_t bytes;
  };

  void ExpectNone(const Packet& packet) {
    CHECK_FALSE(Feed(rtp_, RtpTicks(packet.send_us), packet));
    CHECK_FALSE(Feed(abs_send_time_, AbsSendTimeTicks(packet.send_us), packet));
  }
  void Expect(const Packet& packet, const Deltas& deltas, uint32_t error_ticks = 0) {
    REQUIRE(Feed(rtp_, RtpTicks(packet.send_us), packet));
    CheckDeltas(rtp_.deltas(), RtpTicks(deltas.send_us), deltas, error_ticks);
    REQUIRE(Feed(abs_send_time_, AbsSendTimeTicks(packet.send_us), packet));
    CheckDeltas(abs_send_time_.deltas(), AbsSendTimeTicks(deltas.send_us), deltas,
                error_ticks << 8);
  }

 private:
  static bool Feed(InterArrival& inter_arrival, uint32_t timestamp, const Packet& packet) {
    const TimestampMs arrival = TimestampMs::Millis(packet.arrival_ms);
    return inter_arrival.OnPacket(timestamp, arrival, arrival, DataSize::Bytes(packet.bytes));
  }
  static void CheckDeltas(const InterArrival::Deltas& actual, uint32_t send_ticks,
                          const Deltas& expected, uint32_t error_ticks) {
    CHECK(IsNear(actual.send_ticks, send_ticks, error_ticks));
    CHECK(actual.arrival_ms == expected.arrival_ms);
    CHECK(actual.size_bytes == expected.bytes);
  }

  InterArrival rtp_{RtpTicks(kGroupLengthUs), 1.0 / 90};
  InterArrival abs_send_time_{AbsSendTimeTicks(kGroupLengthUs), 1000.0 / (1 << 26)};
};

// A group on its own arrives 6 ms after the one before.
constexpr int64_t kApartMs = kBurstMs + 1;

TEST_CASE("InterArrival.FirstPacket") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
}

TEST_CASE("InterArrival.FirstGroup") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({kNewGroupUs, kStartMs + kApartMs, 2});
  // Only the third group's first packet says that the second is complete.
  clocks.Expect({2 * kNewGroupUs, kStartMs + 2 * kApartMs, 1}, {kNewGroupUs, kApartMs, 1});
}

TEST_CASE("InterArrival.SecondGroup") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({kNewGroupUs, kStartMs + kApartMs, 2});
  clocks.Expect({2 * kNewGroupUs, kStartMs + 2 * kApartMs, 1}, {kNewGroupUs, kApartMs, 1});
  clocks.Expect({3 * kNewGroupUs, kStartMs + 3 * kApartMs, 2}, {kNewGroupUs, kApartMs, -1});
}

// The group of the next tests: a packet of 2 bytes and ten of 1, sent 20 us apart.
constexpr int64_t kGroupBytes = 2 + 10;
constexpr int64_t kGroupStartMs = 28;
constexpr int64_t kNextGroupMs = 500;

enum class Order { kRising, kFalling };

// Gives the group's last arrival.
int64_t SendGroup(BothClocks& clocks, Order order) {
  int64_t arrival_ms = kGroupStartMs;
  clocks.ExpectNone({kNewGroupUs, arrival_ms, 2});
  for (int i = 1; i <= 10; ++i) {
    arrival_ms += kApartMs;
    const int64_t step = order == Order::kRising ? i : 11 - i;
    clocks.ExpectNone({kNewGroupUs + step * kStepUs, arrival_ms, 1});
  }
  return arrival_ms;
}

TEST_CASE("InterArrival.AccumulatedGroup") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  const int64_t last_ms = SendGroup(clocks, Order::kRising);
  clocks.Expect({2 * kNewGroupUs, kNextGroupMs, 100},
                {kNewGroupUs + 10 * kStepUs, last_ms - kStartMs, kGroupBytes - 1});
}

TEST_CASE("InterArrival.OutOfOrderPacket") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  const int64_t last_ms = SendGroup(clocks, Order::kRising);
  // Older than the group's first: left out.
  clocks.ExpectNone({0, 281, 100});
  clocks.Expect({2 * kNewGroupUs, kNextGroupMs, 100},
                {kNewGroupUs + 10 * kStepUs, last_ms - kStartMs, kGroupBytes - 1});
}

TEST_CASE("InterArrival.OutOfOrderWithinGroup") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  // Behind each other, but not behind the group's first: they belong to it.
  const int64_t last_ms = SendGroup(clocks, Order::kFalling);
  clocks.ExpectNone({0, 281, 100});
  clocks.Expect({2 * kNewGroupUs, kNextGroupMs, 100},
                {kNewGroupUs + 10 * kStepUs, last_ms - kStartMs, kGroupBytes - 1});
}

TEST_CASE("InterArrival.TwoBursts") {
  constexpr int64_t kIntervalUs = 30'000;
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  // After a pause, packets that were sent 30 ms apart come 5 ms apart: one group.
  int64_t send_us = kNewGroupUs;
  int64_t arrival_ms = 100;
  for (int i = 0; i < 10; ++i) {
    send_us += kIntervalUs;
    arrival_ms += kBurstMs;
    clocks.ExpectNone({send_us, arrival_ms, 1});
  }
  clocks.Expect({send_us + kIntervalUs, arrival_ms + kApartMs, 100},
                {send_us, arrival_ms - kStartMs, 10 - 1});
}

TEST_CASE("InterArrival.NoBursts") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({kNewGroupUs, kGroupStartMs, 2});
  clocks.Expect({kNewGroupUs + 30'000, kGroupStartMs + kApartMs, 100},
                {kNewGroupUs, kGroupStartMs - kStartMs, 2 - 1});
}

// A burst lasts 100 ms at most.
TEST_CASE("InterArrival.LongBurstIsCut") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  int64_t send_us = 0;
  int64_t arrival_ms = 200;
  clocks.ExpectNone({send_us += 30'000, arrival_ms, 1});
  for (int i = 1; i < 20; ++i) clocks.ExpectNone({send_us += 30'000, arrival_ms += kBurstMs, 1});
  clocks.Expect({send_us + 30'000, arrival_ms + kBurstMs, 1}, {send_us, 295 - kStartMs, 20 - 1});
}

TEST_CASE("InterArrival: what comes as slowly as it was sent is no burst") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({kNewGroupUs, kStartMs + 5, 1});
  clocks.Expect({2 * kNewGroupUs, kStartMs + 10, 1}, {kNewGroupUs, 5, 0});
  // Sent 5.49 ms after it: in whole milliseconds the same.
  clocks.Expect({2 * kNewGroupUs + 5'490, kStartMs + 15, 1}, {kNewGroupUs, 5, 0});
  // And 5.51 ms after that: 6.
  clocks.ExpectNone({2 * kNewGroupUs + 11'000, kStartMs + 20, 1});
}

TEST_CASE("InterArrival: what was sent with a burst's newest packet belongs to it, however late") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({10'000, 100, 1});
  clocks.ExpectNone({40'000, 105, 1});  // a burst
  clocks.ExpectNone({40'000, 150, 1});
  clocks.ExpectNone({40'400, 160, 1});  // sent less than half a millisecond later
  clocks.Expect({80'000, 190, 1}, {40'400, 160 - kStartMs, 4 - 1});
}

TEST_CASE("InterArrival: a packet sent exactly 5 ms after the group's first belongs to it") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  clocks.ExpectNone({kGroupLengthUs, kStartMs + 50, 1});
  clocks.ExpectNone({40'000, 100, 1});
  clocks.Expect({80'000, 140, 1}, {40'000 - kGroupLengthUs, 50 - kStartMs, -1});
}

TEST_CASE("InterArrival: groups may have arrived at the same time") {
  BothClocks clocks;
  clocks.ExpectNone({0, kStartMs, 1});
  int64_t send_us = 0;
  int64_t arrival_ms = 200;
  for (int i = 0; i < 20; ++i) clocks.ExpectNone({send_us += 30'000, arrival_ms += kBurstMs, 1});
  // The burst has lasted 95 ms; this is beyond it.
  const int64_t burst_us = send_us;
  const int64_t burst_ms = arrival_ms;
  clocks.ExpectNone({send_us, arrival_ms += 5, 1});
  clocks.Expect({send_us += 30'000, arrival_ms, 1}, {burst_us, burst_ms + 5 - kStartMs, 20}, 1);
  clocks.Expect({send_us + 30'000, arrival_ms + 30, 1}, {30'000, 0, -20}, 1);
}

// In quarters of the clock's range up to the wrap, so that nothing looks out of order; the clocks'
// rounding may differ by a tick.
void TestWrap(int64_t wrap_us, Order order) {
  constexpr uint32_t kErrorTicks = 1;
  const int64_t quarter_us = wrap_us / 4;
  BothClocks clocks;
  int64_t arrival_ms = kStartMs;
  clocks.ExpectNone({0, arrival_ms, 1});
  clocks.ExpectNone({quarter_us, arrival_ms += kApartMs, 1});
  clocks.Expect({wrap_us / 2, arrival_ms += kApartMs, 1}, {quarter_us, kApartMs, 0});
  clocks.Expect({wrap_us / 2 + quarter_us, arrival_ms += kApartMs, 1}, {quarter_us, kApartMs, 0},
                kErrorTicks);
  const int64_t group4_ms = arrival_ms;
  clocks.Expect({wrap_us, arrival_ms += kApartMs, 2}, {quarter_us, kApartMs, 0}, kErrorTicks);
  for (int i = 0; i < 10; ++i) {  // across the wrap
    const int64_t step = order == Order::kRising ? i : 9 - i;
    clocks.ExpectNone({wrap_us + step * kStepUs, arrival_ms += kApartMs, 1});
  }
  const int64_t group5_ms = arrival_ms;
  clocks.ExpectNone({wrap_us - 100, arrival_ms += kApartMs, 100});  // too old

  arrival_ms += kApartMs;
  clocks.Expect({wrap_us + kNewGroupUs, arrival_ms, 10},
                {quarter_us + 9 * kStepUs, group5_ms - group4_ms, kGroupBytes - 1}, kErrorTicks);
  const int64_t group6_ms = arrival_ms;
  clocks.ExpectNone({wrap_us + kGroupLengthUs, arrival_ms += kApartMs, 100});  // too old
  clocks.Expect({wrap_us + 2 * kNewGroupUs, arrival_ms + kApartMs, 100},
                {kNewGroupUs - 9 * kStepUs, group6_ms - group5_ms, 10 - kGroupBytes}, kErrorTicks);
}

TEST_CASE("InterArrival.RtpTimestampWrap") { TestWrap(kRtpTimestampWrapUs, Order::kRising); }

TEST_CASE("InterArrival.AbsSendTimeWrap") { TestWrap(kAbsSendTimeWrapUs, Order::kRising); }

TEST_CASE("InterArrival.RtpTimestampWrapOutOfOrderWithinGroup") {
  TestWrap(kRtpTimestampWrapUs, Order::kFalling);
}

TEST_CASE("InterArrival.AbsSendTimeWrapOutOfOrderWithinGroup") {
  TestWrap(kAbsSendTimeWrapUs, Order::kFalling);
}

// Packets 30 ms apart, by a clock of milliseconds; arrivals may jump against the system's time.
class JumpingClock {
 public:
  // Whether the next packet completes a pair of groups.
  bool Next() {
    send_ms_ += kIntervalMs;
    arrival_ms_ += kIntervalMs;
    system_ms_ += kIntervalMs;
    const bool compared =
        inter_arrival_.OnPacket(send_ms_, TimestampMs::Millis(arrival_ms_),
                                TimestampMs::Millis(system_ms_), DataSize::Bytes(1000));
    if (compared) {
      CHECK(inter_arrival_.deltas().send_ticks == kIntervalMs);
      CHECK(inter_arrival_.deltas().arrival_ms == kIntervalMs);
      CHECK(inter_arrival_.deltas().size_bytes == 0);
    }
    return compared;
  }
  void Jump(int64_t ms) { arrival_ms_ += ms; }

 private:
  static constexpr uint32_t kIntervalMs = 30;

  InterArrival inter_arrival_{kGroupLengthUs / 1000, 1.0};
  uint32_t send_ms_ = 10'000;
  int64_t arrival_ms_ = 20'000;
  int64_t system_ms_ = 30'000;
};

TEST_CASE("InterArrival.PositiveArrivalTimeJump") {
  JumpingClock clock;
  CHECK_FALSE(clock.Next());
  CHECK_FALSE(clock.Next());
  clock.Jump(3000);
  CHECK(clock.Next());        // of the two groups before the jump
  CHECK_FALSE(clock.Next());  // sees it and starts over
  for (int i = 0; i < 2; ++i) CHECK_FALSE(clock.Next());
  CHECK(clock.Next());
}

TEST_CASE("InterArrival.NegativeArrivalTimeJump") {
  JumpingClock clock;
  CHECK_FALSE(clock.Next());
  CHECK_FALSE(clock.Next());
  CHECK(clock.Next());
  clock.Jump(-1000);
  // Three groups in the wrong order, then it starts over: two more and the first pair.
  for (int i = 0; i < 3 + 3; ++i) CHECK_FALSE(clock.Next());
  CHECK(clock.Next());
}

// One packet a group; gives whether it completes a pair.
bool Feed(InterArrival& inter_arrival, uint32_t timestamp, int64_t arrival_ms, int64_t system_ms) {
  return inter_arrival.OnPacket(timestamp, TimestampMs::Millis(arrival_ms),
                                TimestampMs::Millis(system_ms), DataSize::Bytes(1000));
}

TEST_CASE("InterArrival: arrivals may leave the system's time by less than 3 s") {
  InterArrival inter_arrival(5, 1);
  Feed(inter_arrival, 1'000, 1'000, 1'000);
  Feed(inter_arrival, 2'000, 2'000, 2'000);
  CHECK(Feed(inter_arrival, 3'000, 3'000 + 2'999, 3'000));
  CHECK(Feed(inter_arrival, 4'000, 4'000 + 2'999, 4'000));
  CHECK(inter_arrival.deltas().arrival_ms == 3'999);
  // A pause is none, however long.
  Feed(inter_arrival, 64'000, 64'000 + 2'999, 64'000);
  CHECK(Feed(inter_arrival, 65'000, 65'000 + 2'999, 65'000));
  CHECK(inter_arrival.deltas().arrival_ms == 60'000);
}

TEST_CASE("InterArrival: half the clock's range ahead is behind") {
  InterArrival inter_arrival(5, 1);
  Feed(inter_arrival, 1'000, 1'000, 1'000);
  Feed(inter_arrival, 2'000, 2'000, 2'000);
  CHECK_FALSE(Feed(inter_arrival, 2'000 + 0x8000'0000, 3'000, 3'000));
  CHECK(Feed(inter_arrival, 2'000 + 0x7FFF'FFFFu, 3'000, 3'000));
}

TEST_CASE("InterArrival: the newest timestamp of a group counts to the tick") {
  InterArrival inter_arrival(5, 1);
  Feed(inter_arrival, 1'000, 1'000, 1'000);
  Feed(inter_arrival, 1'001, 1'001, 1'001);
  Feed(inter_arrival, 2'000, 2'000, 2'000);
  CHECK(Feed(inter_arrival, 3'000, 3'000, 3'000));
  CHECK(inter_arrival.deltas().send_ticks == 999);
}

TEST_CASE("InterArrival: each time it takes three groups in the wrong order to start over") {
  InterArrival inter_arrival(5, 1);
  uint32_t sent = 0;
  int64_t now_ms = 10'000;
  const auto next = [&](int64_t jump_ms) {
    now_ms += 1'000;
    return Feed(inter_arrival, sent += 1'000, now_ms + jump_ms, now_ms);
  };
  for (int64_t jump_ms = 0; jump_ms > -15'000; jump_ms -= 5'000) {
    CAPTURE(jump_ms);
    for (int i = 0; i < 2; ++i) CHECK_FALSE(next(jump_ms));
    // The first one joins the second group, as a burst's; then that is three times too early.
    for (int i = 0; i < 1 + 3; ++i) CHECK_FALSE(next(jump_ms - 5'000));
  }
  for (int i = 0; i < 2; ++i) CHECK_FALSE(next(-15'000));
  CHECK(next(-15'000));
}

}  // namespace
}  // namespace remb::core
