#include "cc/bwe/packet_trains.h"

#include <algorithm>
#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <utility>

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
      if (frame == 0) continue;
      CHECK(*sender.trains.Capacity(sender.now()) == Approx(within ? 2e6 * 5 / 3 : 2e6));
    }
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
  CHECK(sender.completed == 0);
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

TEST_CASE("PacketTrains: overtaken packets count in their train alone") {
  for (const int late : {2, 0, -15}) {  // ms after the first packet
    CAPTURE(late);
    Sender sender;
    for (int i = 0; i < 20; ++i) {
      const int64_t begin = sender.now_us;
      for (const int ms : {0, 4, late, 6, 8}) {
        sender.Feed(begin + ms * 1'000, begin + kDelayUs + std::max(ms, 4) * 1'000 - 4'000);
      }
      sender.now_us += 33'333;
    }
    CHECK(sender.starts == 20);
    const int packets = late < 0 ? 3 : 4;  // after the first, in 4 ms
    CHECK(*sender.trains.Capacity(sender.now()) == Approx(8.0 * kBytes * packets / 0.004));
  }
}

TEST_CASE("PacketTrains: packets of no size show no rate") {
  Sender sender;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 5; ++j) {
      sender.Feed(sender.now_us + j * 1'000, sender.now_us + j * 1'000 + kDelayUs, true,
                  j == 0 ? kBytes : 0);
    }
    sender.now_us += 33'333;
  }
  CHECK(sender.completed == 0);
  CHECK_FALSE(sender.trains.Capacity(sender.now()));
}

TEST_CASE("PacketTrains: a train has send times only if all of its packets do") {
  Sender sender;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 5; ++j) {
      sender.Feed(sender.now_us + j * 1'000, sender.now_us + j * 4'800 + kDelayUs, j != 2);
    }
    sender.now_us += 33'333;
  }
  CHECK(sender.trains.Capacity(sender.now()));
  CHECK_FALSE(sender.trains.completed().send_rate);
}

TEST_CASE("PacketTrains: rates hold for a second after the last packet of their train") {
  Sender sender;
  sender.Frame(5, 1'000, 1'000);
  sender.Frame(5, 1'000, 1'000);
  // The first frame's last packet arrived 5 ms of service after its first was sent.
  const Timestamp until = Timestamp::Micros(1'000'000 + 5'000 + kDelayUs + 1'000'000);
  CHECK(sender.trains.Capacity(until));
  CHECK(sender.trains.SendRate(until));
  CHECK_FALSE(sender.trains.Capacity(until + TimeDelta::Micros(1)));
  CHECK_FALSE(sender.trains.SendRate(until + TimeDelta::Micros(1)));
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

// Packets of which only the send times matter.
class SendTimes {
 public:
  // So many packets, each `gap_us` after the one before; how many began a train.
  int Send(int packets, int64_t gap_us) {
    int starts = 0;
    for (int i = 0; i < packets; ++i) starts += Next(gap_us).is_start;
    return starts;
  }
  PacketTrains::Start Next(int64_t gap_us) {
    now_us_ += gap_us;
    return trains.OnPacket(now_us_, Timestamp::Micros(now_us_ + delay_us), DataSize::Bytes(kBytes),
                           true);
  }

  PacketTrains trains;
  int64_t delay_us = kDelayUs;

 private:
  int64_t now_us_ = 1'000'000;
};

TEST_CASE("PacketTrains: a gap of 4 ms ends a train if it is 2.5 times the usual") {
  for (const auto& [gap_us, starts] : {std::pair(3'999, 0), std::pair(4'000, 1)}) {
    SendTimes packets;
    packets.Send(1 + 40, 1'000);
    CHECK(packets.Send(1, gap_us) == starts);
  }
}

TEST_CASE("PacketTrains: a gap of 20 ms ends any train") {
  for (const auto& [gap_us, starts] : {std::pair(19'999, 0), std::pair(20'000, 1)}) {
    SendTimes packets;
    packets.Send(100, 12'000);
    packets.Send(1, 60'000);
    CHECK(packets.Send(1, gap_us) == starts);
  }
}

TEST_CASE("PacketTrains: a train is 50 ms long at most") {
  SendTimes packets;
  packets.Send(1, 0);
  CHECK(packets.Send(50, 1'000) == 0);
  CHECK(packets.Send(1, 1'000) == 1);
}

TEST_CASE("PacketTrains: the usual gap is learned within some ten gaps, from 7 ms at first") {
  // 6 ms are less than 2.5 times 1 + 6 * 0.9^n ms up to n = 13.
  for (const auto& [gaps, starts] : {std::pair(13, 0), std::pair(14, 1)}) {
    SendTimes packets;
    packets.Send(1 + gaps, 1'000);
    CHECK(packets.Send(1, 6'000) == starts);
  }
}

TEST_CASE("PacketTrains: the usual gap grows slowly with those between trains") {
  // 10 ms are less than 2.5 times 20 - 19 * 0.98^n ms from n = 9 on.
  for (const auto& [breaks, starts] : {std::pair(8, 1), std::pair(9, 0)}) {
    SendTimes packets;
    packets.Send(1 + 50, 1'000);
    CHECK(packets.Send(breaks, 33'000) == breaks);
    CHECK(packets.Send(1, 10'000) == starts);
  }
}

TEST_CASE("PacketTrains: the interval is an average of ten") {
  SendTimes packets;
  packets.Send(2, 100'000);
  CHECK(packets.trains.interval() == Approx(0.033 + 0.1 * (0.1 - 0.033)));
}

TEST_CASE("PacketTrains: a pause is longer than 0.5 s and four intervals, or than 2 s") {
  for (const auto& [interval_us, pause_us] :
       {std::pair(33'000, 500'000), std::pair(200'000, 800'000), std::pair(600'000, 2'000'000)}) {
    CAPTURE(interval_us);
    for (const bool pauses : {true, false}) {
      SendTimes packets;
      packets.Send(200, std::min(interval_us, 400'000));  // 600 ms at once would be pauses
      packets.Send(200, interval_us);
      const double before = packets.trains.interval();
      CHECK(packets.Next(pause_us + (pauses ? 10 : -10)).after_pause == pauses);
      CHECK((packets.trains.interval() == before) == pauses);
    }
  }
}

TEST_CASE("PacketTrains: 0.5 s are no pause yet") {
  SendTimes packets;
  packets.Send(10, 33'000);
  CHECK_FALSE(packets.Next(500'000).after_pause);
  SendTimes paused;
  paused.Send(10, 33'000);
  CHECK(paused.Next(500'001).after_pause);
}

TEST_CASE("PacketTrains: jitter shows with the third train") {
  SendTimes packets;
  packets.Send(1, 0);
  packets.delay_us += 10'000;
  packets.Send(1, 33'000);
  packets.delay_us -= 10'000;
  packets.Send(1, 33'000);
  CHECK(packets.trains.jitter() == 0);
  packets.Send(1, 33'000);
  CHECK(packets.trains.jitter() == Approx(0.05 * 0.55 * 0.02));
}

TEST_CASE("PacketTrains: frames at uneven intervals are no jitter") {
  SendTimes packets;
  for (int i = 0; i < 20; ++i) packets.Send(1, i % 2 ? 33'000 : 66'000);
  CHECK(packets.trains.jitter() == 0);
}

TEST_CASE("PacketTrains: jitter is that of the least delays, in whatever order packets come") {
  for (const bool overtaken : {true, false}) {
    CAPTURE(overtaken);
    Sender sender;
    for (int i = 0; i < 30; ++i) {
      const int64_t late_us = i % 2 ? 15'000 : 0;
      const int64_t begin_us = sender.now_us;
      if (overtaken) {  // the second packet comes late, after the third
        sender.Feed(begin_us, begin_us + kDelayUs);
        sender.Feed(begin_us + 2'000, begin_us + 2'000 + kDelayUs);
        sender.Feed(begin_us + 1'000, begin_us + 2'000 + kDelayUs + late_us);
      } else {  // the first one comes late, the second with it
        sender.Feed(begin_us, begin_us + kDelayUs + late_us);
        sender.Feed(begin_us + 15'000, begin_us + 15'000 + kDelayUs);
      }
      sender.now_us += 50'000;
    }
    CHECK(sender.starts == 30);
    CHECK(sender.trains.jitter() == Approx(0).margin(1e-9));
  }
}

TEST_CASE("PacketTrains: jitter is of twenty trains, each with 50 ms at most") {
  for (const auto& [late_us, differences_ms] : {std::pair(10'000, std::array{5.5, 11.0, 5.5}),
                                                std::pair(500'000, std::array{50., 50., 50.})}) {
    SendTimes packets;
    packets.Send(3, 33'000);
    CHECK(packets.trains.jitter() == 0);
    packets.delay_us += late_us;
    packets.Send(1, 33'000);
    packets.delay_us -= late_us;
    packets.Send(1, 33'000);
    double jitter_ms = 0;
    for (const double difference_ms : differences_ms) {
      jitter_ms += 0.05 * (difference_ms - jitter_ms);
      CHECK(packets.trains.jitter() == Approx(jitter_ms * 1e-3));
      packets.Send(1, 33'000);
    }
  }
}

TEST_CASE("PacketTrains: what changed in a pause, or with the clock, is no jitter") {
  for (const bool pause : {true, false}) {
    SendTimes packets;
    packets.Send(10, 33'000);
    packets.delay_us += 40'000;
    if (!pause) packets.trains.RestartClock();
    packets.Send(1, pause ? 600'000 : 33'000);
    packets.Send(10, 33'000);
    CHECK(packets.trains.jitter() == 0);
  }
}

TEST_CASE("PacketTrains: a limit shows where they arrive in more than 1 / 0.85 of the time") {
  for (const auto& [pace_us, limited] : {std::pair(1'600, true), std::pair(1'800, false)}) {
    Sender sender;
    for (int i = 0; i < 30; ++i) sender.Frame(5, pace_us, 2'000);
    CHECK(sender.trains.Limit(sender.now()).has_value() == limited);
  }
}

TEST_CASE("PacketTrains: how fast they are sent is smoothed on a logarithmic scale") {
  Sender sender;
  for (int i = 0; i < 10; ++i) sender.Frame(5, 1'000, 500);
  CHECK(*sender.trains.SendRate(sender.now()) == Approx(9.6e6));
  for (int i = 0; i < 2; ++i) sender.Frame(5, 4'000 / 9, 100);  // 9 / 4 times as fast
  CHECK(*sender.trains.SendRate(sender.now()) == Approx(1.5 * 9.6e6).epsilon(0.01));
  CHECK_FALSE(sender.trains.SendRate(sender.now() + TimeDelta::Millis(1'100)));
}

TEST_CASE("PacketTrains: no rate is finer than a tick of abs-send-time") {
  Sender sender;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 6; ++j) sender.Feed(sender.now_us, sender.now_us + kDelayUs);
    sender.now_us += 33'333;
  }
  CHECK(*sender.trains.Capacity(sender.now()) == Approx(8.0 * 5 * kBytes / 4e-6));
}

}  // namespace
}  // namespace remb::core
