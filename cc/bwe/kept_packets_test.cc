#include "cc/bwe/kept_packets.h"

#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

// Packets of a sender that sends one each 33 ms, and their receiver. All times in ms.
class Receiver {
 public:
  // A packet that comes `late` after it should have; 50 ms are usual.
  bool Comes(int64_t sent, int64_t late) {
    const Timestamp arrival = Timestamp::Millis(sent + 50 + late);
    const bool kept = late > 0 && packets_.OnLate({.send_us = sent * 1'000,
                                                   .arrival = arrival,
                                                   .late_us = late * 1'000,
                                                   .send_gap_us = (sent - last_) * 1'000});
    if (late == 0) last_ = sent;
    return kept;
  }
  // It stands still from the packet sent at 10 s, that just comes, until `end`.
  int Stall(int64_t end) {
    Comes(10'000, 0);
    int kept = 0;
    for (int64_t sent = 10'033; sent + 50 < end; sent += 33) kept += Comes(sent, end - 50 - sent);
    return kept;
  }
  KeptPackets& packets() { return packets_; }

 private:
  KeptPackets packets_;
  int64_t last_ = 0;
};

TEST_CASE("KeptPackets: all that came while the receiver stood still") {
  Receiver receiver;
  CHECK(receiver.Stall(12'050) == 60);
  CHECK(receiver.packets().HasJustEnded(Timestamp::Millis(12'150)));
  CHECK_FALSE(receiver.packets().HasJustEnded(Timestamp::Millis(12'151)));
}

TEST_CASE("KeptPackets: again and again") {
  Receiver receiver;
  CHECK(receiver.Stall(12'050) == 60);
  CHECK_FALSE(receiver.Comes(12'013, 0));
  for (int64_t sent = 12'046; sent < 14'950; sent += 33) CHECK(receiver.Comes(sent, 14'950 - sent));
}

TEST_CASE("KeptPackets: half a second is the least") {
  Receiver receiver;
  CHECK(receiver.Stall(10'583) == 0);
  CHECK(Receiver().Stall(10'584) == 16);
}

TEST_CASE("KeptPackets: the receiver may be interrupted while it takes them") {
  Receiver receiver;
  receiver.Comes(10'000, 0);
  CHECK(receiver.Comes(10'033, 2'000));
  CHECK(receiver.Comes(10'066, 1'967 + 30));
  CHECK(receiver.Comes(10'099, 1'964));
  CHECK_FALSE(receiver.Comes(10'132, 1'931 + 60));
  CHECK_FALSE(receiver.Comes(10'165, 1'898 + 60));
}

TEST_CASE("KeptPackets: what it takes must come in a third of the time it was sent in") {
  // 33 ms, and an interruption of 25 ms.
  for (const int64_t took : {36, 37}) {
    Receiver receiver;
    receiver.Comes(10'000, 0);
    CHECK(receiver.Comes(10'033, 2'000));
    CHECK(receiver.Comes(10'066, 1'967 + took) == (took == 36));
  }
}

TEST_CASE("KeptPackets: who paused for longer than half a second may have another clock") {
  for (const int64_t gap : {0, 1, 500, 501}) {  // 0: the rest of the same frame
    Receiver receiver;
    receiver.Comes(10'000, 0);
    CHECK(receiver.Comes(10'000 + gap, 2'000) == (gap <= 500));
  }
}

TEST_CASE("KeptPackets: at first nothing was kept") {
  CHECK_FALSE(KeptPackets().HasJustEnded(Timestamp::Millis(50)));
}

TEST_CASE("KeptPackets: a path that stood still and has a queue since") {
  // It delivers at the rate at which packets are sent, or at 2.5 times that.
  for (int64_t faster : {0, 20}) {
    Receiver receiver;
    receiver.Comes(10'000, 0);
    CHECK(receiver.Comes(10'033, 2'000));
    int kept = 0;
    for (int64_t n = 2; n < 50; ++n) kept += receiver.Comes(10'000 + 33 * n, 2'000 - faster * n);
    CHECK(kept <= 13);
    CHECK_FALSE(receiver.packets().HasJustEnded(Timestamp::Millis(12'100)));
  }
}

TEST_CASE("KeptPackets: a queue after a stall is none of it") {
  Receiver receiver;
  receiver.Stall(12'050);
  int kept = 0;
  for (int64_t sent = 12'013; sent < 15'000; sent += 33) kept += receiver.Comes(sent, 300);
  CHECK(kept <= 2);
}

TEST_CASE("KeptPackets: another clock, or a pause, is no stall") {
  for (int64_t clock : {-5'000, -600, 510, 5'000}) {
    CAPTURE(clock);
    Receiver receiver;
    receiver.Comes(10'000, 0);
    // Sent at 12.0 s, by a clock at which it is that much later.
    int kept = 0;
    for (int64_t n = 0; n < 10; ++n) {
      kept += receiver.Comes(12'000 + clock + 33 * n, -clock);
    }
    CHECK(kept == 0);
  }
}

}  // namespace
}  // namespace remb::core
