#include "cc/bwe/packet_trains.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

using Catch::Approx;

constexpr int64_t kDelayUs = 50'000;
constexpr int64_t kBytes = 1'200;

// Sends frames over a link that needs `serve_us` for a packet.
struct Sender {
  PacketTrains trains;
  int64_t now_us = 1'000'000;
  int starts = 0;
  int completed = 0;

  void Feed(int64_t send_us, int64_t arrival_us, bool own_send_time = true,
            int64_t bytes = kBytes) {
    const PacketTrains::Start start = trains.OnPacket(send_us, Timestamp::Micros(arrival_us),
                                                      DataSize::Bytes(bytes), own_send_time);
    starts += start.is_start;
    completed += start.has_completed;
  }
  void Frame(int packets, int64_t pace_us, int64_t serve_us, int64_t interval_us = 33'333,
             bool own_send_time = true) {
    int64_t free_us = 0;
    for (int i = 0; i < packets; ++i) {
      const int64_t send_us = now_us + i * pace_us;
      free_us = std::max(free_us, send_us) + serve_us;
      Feed(own_send_time ? send_us : now_us, free_us + kDelayUs, own_send_time);
    }
    now_us += interval_us;
  }
  Timestamp now() const { return Timestamp::Micros(now_us); }
};

TEST_CASE("PacketTrains: frames are trains") {
  Sender sender;
  for (int i = 0; i < 90; ++i) sender.Frame(5, 2'000, 1'000);
  CHECK(sender.starts == 90);
  CHECK(sender.completed == 89);
  CHECK(sender.trains.count() == 89);
  CHECK(sender.trains.completed().gaps == 4);
  CHECK(sender.trains.interval() == Approx(0.0333).epsilon(0.01));
}

TEST_CASE("PacketTrains: slow pacing is a train by the usual gap, up to 50 ms") {
  Sender sender;
  for (int i = 0; i < 100; ++i) sender.Feed(i * 8'000, i * 8'000 + kDelayUs);
  // Seven packets each: an eighth would be 56 ms after the first.
  CHECK(sender.starts == 15);
  // A gap of 2.5 times the usual one ends it, unless it is below 4 ms.
  Sender fast;
  for (int i = 0; i < 40; ++i) fast.Frame(10, 1'000, 500, 12'900);
  CHECK(fast.starts == 10);
}

TEST_CASE("PacketTrains: the rate on arrival is the path's, where that is slower") {
  Sender limited;
  for (int i = 0; i < 30; ++i) limited.Frame(5, 1'000, 4'800);
  CHECK(*limited.trains.Capacity(limited.now()) == Approx(2e6));
  CHECK(*limited.trains.SendRate(limited.now()) == Approx(9.6e6));
  CHECK(limited.trains.Limit(limited.now()) == limited.trains.Capacity(limited.now()));
  Sender unlimited;
  for (int i = 0; i < 30; ++i) unlimited.Frame(5, 1'000, 100);
  CHECK(*unlimited.trains.Capacity(unlimited.now()) == Approx(9.6e6));
  CHECK_FALSE(unlimited.trains.Limit(unlimited.now()));
}

TEST_CASE("PacketTrains: packets without a send time count where they arrive within a train") {
  for (const bool within : {true, false}) {
    CAPTURE(within);
    Sender sender;
    for (int frame = 0; frame < 30; ++frame) {
      for (int i = 0; i < 4; ++i) {
        const int64_t send_us = sender.now_us + i * 1'000;
        sender.Feed(send_us, sender.now_us + kDelayUs + i * 4'800);
        if (i > 0 && i < 3 && within) sender.trains.OnUntimedPacket(DataSize::Bytes(kBytes));
      }
      if (!within) {
        for (int i = 0; i < 5; ++i) sender.trains.OnUntimedPacket(DataSize::Bytes(kBytes));
      }
      sender.now_us += 33'333;
    }
    CHECK(*sender.trains.Capacity(sender.now()) == Approx(within ? 2e6 * 5 / 3 : 2e6));
  }
}

TEST_CASE("PacketTrains: without send times of packets no limit is known") {
  for (const bool own_send_times : {true, false}) {
    Sender sender;
    for (int i = 0; i < 30; ++i) sender.Frame(5, 1'000, 4'800, 33'333, own_send_times);
    CHECK(sender.trains.Capacity(sender.now()));
    CHECK(sender.trains.Limit(sender.now()).has_value() == own_send_times);
  }
}

TEST_CASE("PacketTrains: a small last packet is no limit") {
  Sender sender;
  for (int frame = 0; frame < 30; ++frame) {
    for (int i = 0; i < 4; ++i) {
      const int64_t send_us = sender.now_us + i * 10'000;
      sender.Feed(send_us, send_us + kDelayUs, true, i == 3 ? 50 : kBytes);
    }
    sender.now_us += 66'667;
  }
  CHECK(*sender.trains.Capacity(sender.now()) < 0.7 * *sender.trains.SendRate(sender.now()));
  CHECK_FALSE(sender.trains.Limit(sender.now()));
}

TEST_CASE("PacketTrains: three gaps at least") {
  Sender sender;
  for (int i = 0; i < 30; ++i) sender.Frame(3, 1'000, 4'800);
  CHECK_FALSE(sender.trains.Capacity(sender.now()));
  CHECK(sender.trains.count() == 29);
}

TEST_CASE("PacketTrains: packets that waited together show at most three times the send rate") {
  Sender sender;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 5; ++j) {
      sender.Feed(sender.now_us + j * 2'000, sender.now_us + 20'000 + kDelayUs);
    }
    sender.now_us += 33'333;
  }
  CHECK(sender.trains.completed().arrival_rate == Approx(3 * 4.8e6));
}

TEST_CASE("PacketTrains: without send times of their own only arrival tells, within a limit") {
  Sender sender;
  for (int i = 0; i < 20; ++i) sender.Frame(5, 1'000, 4'800, 33'333, false);
  CHECK(sender.starts == 20);
  CHECK_FALSE(sender.trains.completed().send_rate);
  CHECK_FALSE(sender.trains.SendRate(sender.now()));
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(2e6));
  sender.trains.SetArrivalRateLimit(1.5e6);
  for (int i = 0; i < 2; ++i) sender.Frame(5, 1'000, 4'800, 33'333, false);
  CHECK(sender.trains.completed().arrival_rate == Approx(1.5e6));
}

TEST_CASE("PacketTrains: the rate is that of three trains together, and is good for 1 s") {
  Sender sender;
  for (int i = 0; i < 90; ++i) sender.Frame(5, 500, 4'800);
  // 2 Mbit/s, then 1 Mbit/s. The next frame ends the one before.
  sender.Frame(5, 500, 9'600);
  sender.Frame(5, 500, 9'600);
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(3.0 / (2 / 2e6 + 1 / 1e6)));
  for (int i = 0; i < 2; ++i) sender.Frame(5, 500, 9'600);
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(1e6));
  CHECK(sender.trains.Capacity(sender.now() + TimeDelta::Millis(900)));
  CHECK_FALSE(sender.trains.Capacity(sender.now() + TimeDelta::Millis(1'100)));
  // Those of before a long silence no longer count.
  sender.now_us += 2'000'000;
  for (int i = 0; i < 2; ++i) sender.Frame(5, 500, 4'800);
  for (int i = 0; i < 2; ++i) sender.Frame(5, 500, 4'800);
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(2e6));
}

TEST_CASE("PacketTrains: jitter that lengthens one train shortens the next") {
  Sender sender;
  for (int i = 0; i < 31; ++i) {
    // The last packet of each second train and the first of the next are late by 6 ms.
    const int64_t first_us = i % 2 ? 6'000 : 0;
    const int64_t last_us = i % 2 ? 0 : 6'000;
    for (int j = 0; j < 5; ++j) {
      const int64_t late_us = j == 0 ? first_us : j == 4 ? last_us : 3'000;
      sender.Feed(sender.now_us + j * 2'000, sender.now_us + kDelayUs + j * 4'800 + late_us);
    }
    sender.now_us += 33'333;
    if (i < 10) continue;
    CHECK(*sender.trains.Capacity(sender.now()) > 1.7e6);
    CHECK(*sender.trains.Capacity(sender.now()) < 2.3e6);
  }
}

TEST_CASE("PacketTrains: jitter is what varies, not queues that grow or empty") {
  Sender steady;
  for (int i = 0; i < 200; ++i) steady.Feed(i * 33'000, i * 33'000 + i * 3'000);
  CHECK(steady.trains.jitter() < 1e-4);
  testing::Random random(7);
  Sender wild;
  for (int i = 0; i < 2'000; ++i) {
    const double jitter_us = random.Gaussian(0, 5'000);
    wild.Feed(i * 33'000, i * 33'000 + kDelayUs + static_cast<int64_t>(jitter_us));
  }
  // About the standard deviation.
  CHECK(wild.trains.jitter() > 0.003);
  CHECK(wild.trains.jitter() < 0.008);
}

TEST_CASE("PacketTrains: an overtaken packet changes no rate") {
  Sender sender;
  for (int i = 0; i < 20; ++i) {
    const int64_t begin = sender.now_us;
    for (int j : {0, 1, 3, 2, 4}) sender.Feed(begin + j * 2'000, begin + kDelayUs + j * 2'000);
    // One of the frame before.
    sender.Feed(begin - 30'000, begin + kDelayUs + 9'000);
    sender.now_us += 33'333;
  }
  CHECK(sender.starts == 20);
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(4.8e6));
}

TEST_CASE("PacketTrains: a pause is one by the send times") {
  Sender sender;
  sender.Frame(5, 1'000, 1'000);
  CHECK_FALSE(sender.trains
                  .OnPacket(sender.now_us, sender.now() + TimeDelta::Seconds(3),
                            DataSize::Bytes(kBytes), true)
                  .after_pause);
  CHECK(sender.trains
            .OnPacket(sender.now_us + 600'000, sender.now() + TimeDelta::Seconds(3),
                      DataSize::Bytes(kBytes), true)
            .after_pause);
}

TEST_CASE("PacketTrains: equal times and no size give no nonsense") {
  Sender sender;
  for (int i = 0; i < 50; ++i) {
    for (int j = 0; j < 6; ++j) {
      sender.Feed(sender.now_us, sender.now_us + kDelayUs, true, i % 2 ? 0 : kBytes);
    }
    sender.now_us += 33'333;
  }
  const auto capacity = sender.trains.Capacity(sender.now());
  REQUIRE(capacity);
  CHECK(std::isfinite(*capacity));
  CHECK(*capacity > 0);
}

TEST_CASE("PacketTrains: another clock begins a train and keeps the rate") {
  Sender sender;
  for (int i = 0; i < 30; ++i) sender.Frame(5, 1'000, 4'800);
  const double capacity = *sender.trains.Capacity(sender.now());
  sender.trains.RestartClock();
  const PacketTrains::Start start =
      sender.trains.OnPacket(-77'000'000, sender.now(), DataSize::Bytes(kBytes), true);
  CHECK(start.is_start);
  CHECK_FALSE(start.has_completed);
  CHECK_FALSE(start.after_pause);
  CHECK(*sender.trains.Capacity(sender.now()) == capacity);
}

TEST_CASE("PacketTrains: a pause is no interval of frames, however long those before were") {
  PacketTrains trains;
  int64_t sent_us = 0;
  int64_t gap_us = 400'000;
  for (int i = 0; i < 100; ++i) {
    sent_us += gap_us;
    trains.OnPacket(sent_us, Timestamp::Micros(sent_us + 50'000), DataSize::Bytes(1'000), true);
    if (i % 10 == 9) gap_us = gap_us * 2;  // each less than four of those before
  }
  CHECK(trains.interval() <= 2);
}

}  // namespace
}  // namespace remb::core
