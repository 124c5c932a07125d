#include "cc/bwe/competition.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <optional>
#include <utility>

namespace remb::core {
namespace {

using Catch::Approx;

constexpr double kElapsed = 0.025;

// Feeds updates 25 ms apart. The rate is cut to the share while there is no competition, as it
// would be.
class Fixture {
 public:
  double queue = 0;
  double share = 0.5e6;
  std::optional<double> trains = 2e6;
  double threshold = 0.004;
  double train_share = 1;
  bool loss = false;
  double rate = 1e6;

  bool active() const { return competition_.active(); }
  void Step() {
    now_ = now_ + TimeDelta::Millis(25);
    const double excess = queue - threshold;
    const auto next = competition_.Update({.now = now_,
                                           .elapsed = kElapsed,
                                           .queue = queue,
                                           .excess = excess,
                                           .receive_rate = share,
                                           .receive_peak = share,
                                           .busy = excess > 0,
                                           .share = share,
                                           .trains = trains,
                                           .train_share = train_share,
                                           .loss = loss},
                                          rate);
    rate = next ? *next : std::min(rate, excess > 0 ? 0.9 * share : rate);
  }
  // Gives the seconds until it holds, or `most`.
  double Until(const std::function<bool()>& condition, double most) {
    double seconds = 0;
    for (; seconds < most && !condition(); seconds += kElapsed) Step();
    return seconds;
  }
  void Run(double seconds) {
    Until([] { return false; }, seconds);
  }

 private:
  Competition competition_;
  Timestamp now_ = Timestamp::Millis(0);
};

TEST_CASE("Competition: begins with a queue that stands in spite of all") {
  Fixture fixture;
  fixture.Run(5);
  CHECK_FALSE(fixture.active());
  fixture.queue = 0.2;
  fixture.share = 0.7e6;
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) == Approx(2.5 + 0.4).margin(0.1));
  // What there was when the queue began to stand, less a part.
  CHECK(fixture.rate == Approx(0.8e6));
}

TEST_CASE("Competition: does not begin sooner with a queue that stays when the rate is halved") {
  Fixture fixture;
  fixture.queue = 0.2;
  fixture.share = 0.4e6;
  // After a fall of the capacity a browser's queue takes two seconds to empty.
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) == Approx(2.5 + 0.4).margin(0.1));
}

TEST_CASE("Competition: waits while the halved rate empties the queue") {
  Fixture fixture;
  fixture.queue = 0.2;
  fixture.share = 0.4e6;
  fixture.Run(1);
  fixture.queue = 0.1;
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) == Approx(2.5 + 0.4 - 1).margin(0.1));
}

TEST_CASE("Competition: does not begin alone") {
  Fixture fixture;
  fixture.queue = 0.2;
  fixture.share = 1.9e6;
  fixture.Run(60);
  CHECK_FALSE(fixture.active());
}

TEST_CASE("Competition: does not begin while the queue empties") {
  Fixture fixture;
  fixture.queue = 0.3;
  fixture.share = 0.7e6;
  for (int i = 0; i < 10; ++i) {
    fixture.Run(2);
    CHECK_FALSE(fixture.active());
    fixture.queue = 0.02;
    fixture.Run(0.1);
    fixture.queue = 0.3;
  }
}

TEST_CASE("Competition: does not begin with a short queue") {
  Fixture fixture;
  fixture.queue = 0.02;
  fixture.Run(60);
  CHECK_FALSE(fixture.active());
}

TEST_CASE("Competition: begins where trains of a while ago have told of others") {
  Fixture fixture;
  fixture.trains = std::nullopt;
  fixture.share = 0.2e6;
  fixture.rate = 0.22e6;
  // The threshold is a packet's time at so low a rate.
  fixture.threshold = 0.04;
  fixture.queue = 0.045;
  fixture.Run(10);
  CHECK_FALSE(fixture.active());
  fixture.train_share = 0.6;
  fixture.Run(1);
  CHECK(fixture.active());
}

TEST_CASE("Competition: begins without trains if the rate was halved, or the queue is a long one") {
  struct Stand {
    double threshold;
    double queue;
    double share;
    bool begins;
  };
  // The rate is cut to 0.9 of the share, from 1 Mbit/s.
  for (const Stand& stand : {Stand{0.12, 0.2, 0.5e6, true}, Stand{0.12, 0.2, 0.7e6, false},
                             Stand{0.05, 0.11, 0.7e6, true}, Stand{0.06, 0.11, 0.7e6, false}}) {
    CAPTURE(stand.threshold, stand.share);
    Fixture fixture;
    fixture.trains = std::nullopt;
    fixture.threshold = stand.threshold;
    fixture.queue = stand.queue;
    fixture.share = stand.share;
    fixture.Run(10);
    CHECK(fixture.active() == stand.begins);
  }
}

TEST_CASE("Competition: does not begin with few packets of one's own") {
  Fixture fixture;
  fixture.trains = std::nullopt;
  fixture.train_share = 0.6;
  fixture.share = 0.2e6;
  fixture.rate = 0.22e6;
  fixture.threshold = 0.05;
  for (int i = 0; i < 20; ++i) {
    fixture.queue = 0.06;
    fixture.Run(1.5);
    CHECK_FALSE(fixture.active());
    fixture.queue = 0.03;
    fixture.Step();
  }
}

TEST_CASE("Competition: holds until there is somebody, then grows") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Until([&] { return fixture.active(); }, 10);
  const double entry = fixture.rate;
  fixture.Run(2);
  CHECK(fixture.rate == entry);
  fixture.queue = 0.13;
  fixture.share = 2e6;
  fixture.Run(2);
  CHECK(fixture.rate == Approx(entry + 2 * 110e3).epsilon(0.02));
}

TEST_CASE("Competition: stops at 1.5 times what is received") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Until([&] { return fixture.active(); }, 10);
  fixture.share = 0.6e6;
  fixture.queue = 0.2;
  fixture.Run(8);
  CHECK(fixture.rate == Approx(0.9e6));
}

TEST_CASE("Competition: loss cuts, but not each one") {
  Fixture fixture;
  fixture.queue = 0.2;
  fixture.share = 0.8e6;
  fixture.Until([&] { return fixture.active(); }, 10);
  fixture.Run(2);
  const double before = fixture.rate;
  fixture.loss = true;
  fixture.Step();
  CHECK(fixture.rate == Approx(0.75 * before));
  fixture.Run(0.5);
  CHECK(fixture.rate > 0.75 * before);
}

TEST_CASE("Competition: loss takes no more than half") {
  Fixture fixture;
  fixture.queue = 0.2;
  fixture.Until([&] { return fixture.active(); }, 10);
  fixture.Run(2);
  const double before = fixture.rate;
  fixture.share = 0.1e6;
  fixture.loss = true;
  fixture.Step();
  CHECK(fixture.rate == Approx(0.5 * before));
}

TEST_CASE("Competition: each 20 s it looks whether anybody is there") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Until([&] { return fixture.active(); }, 10);
  const double rate = fixture.rate;
  CHECK(fixture.Until([&] { return fixture.rate < 0.6 * rate; }, 30) == Approx(20).margin(0.01));
  CHECK(fixture.Until([&] { return fixture.rate > 0.6 * rate; }, 30) == Approx(1).margin(0.01));
  CHECK(fixture.Until([&] { return fixture.rate < 0.6 * rate; }, 30) == Approx(20).margin(0.1));
  // The queue falls, so it looks longer.
  fixture.queue = 2;
  const double most = fixture.Until(
      [&] {
        fixture.queue = std::max(0.1, fixture.queue - 0.01);
        return fixture.rate > 0.6 * rate;
      },
      30);
  CHECK(most == Approx(4).margin(0.2));
}

TEST_CASE("Competition: ends with the queue, and comes back faster") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Until([&] { return fixture.active(); }, 10);
  fixture.queue = 0.13;
  fixture.Step();
  const double rate = fixture.rate;
  fixture.queue = 0.005;
  fixture.Run(1);
  CHECK_FALSE(fixture.active());
  fixture.Run(10);
  fixture.queue = 0.015;
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) == Approx(0.6).margin(0.1));
  CHECK(fixture.rate >= 0.9 * 1.5 * fixture.share * 0.99);
  CHECK(fixture.rate <= rate);
}

TEST_CASE("Competition: with nobody is not remembered") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Until([&] { return fixture.active(); }, 10);
  fixture.queue = 0.005;
  fixture.Run(1);
  CHECK_FALSE(fixture.active());
  fixture.queue = 0.1;
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) > 1.4);
}

// Until the competition has begun.
void Enter(Fixture& fixture) {
  fixture.Until([&] { return fixture.active(); }, 20);
  REQUIRE(fixture.active());
}

// And there is somebody: the queue rose though the rate did not.
void EnterWithSomebody(Fixture& fixture) {
  Enter(fixture);
  fixture.queue += 0.03;
  fixture.Step();
}

// How many updates it takes until the rate falls.
int UpdatesUntilFall(Fixture& fixture) {
  for (int i = 1; i <= 400; ++i) {
    const double before = fixture.rate;
    fixture.Step();
    if (fixture.rate < before) return i;
  }
  return 0;
}

TEST_CASE("Competition: a queue begins to stand 2 ms above its threshold") {
  for (const bool above : {false, true}) {
    Fixture fixture;
    fixture.queue = 0.1;
    fixture.threshold = above ? 0.0975 : 0.0985;
    fixture.Run(20);
    CHECK(fixture.active() == above);
  }
}

TEST_CASE("Competition: a threshold that rises does not end the time that a queue stands") {
  Fixture fixture;
  fixture.queue = 0.1;
  fixture.Run(2);
  fixture.threshold = 0.0995;
  fixture.Run(3);
  CHECK_FALSE(fixture.active());
  fixture.threshold = 0.004;
  fixture.Step();
  CHECK(fixture.active());
}

TEST_CASE("Competition: does not begin with what is left of a queue that emptied") {
  Fixture fixture;
  fixture.queue = 0.3;
  fixture.Run(2);
  fixture.queue = 0.06;
  fixture.Run(10);
  CHECK_FALSE(fixture.active());
  fixture.queue = 0.12;
  fixture.Step();
  CHECK(fixture.active());
}

TEST_CASE("Competition: without trains the queue has to stay near its threshold") {
  for (const double threshold : {0.06, 0.075}) {  // the queue is below it by a third, or more
    CAPTURE(threshold);
    Fixture fixture;
    fixture.trains = std::nullopt;
    fixture.train_share = 0.6;
    fixture.share = 0.2e6;
    fixture.rate = 0.22e6;
    fixture.queue = 0.045;
    fixture.threshold = 0.04;
    fixture.Step();
    fixture.threshold = threshold;
    fixture.Run(4);
    fixture.threshold = 0.04;
    fixture.Step();
    CHECK(fixture.active() == (threshold < 0.07));
  }
}

TEST_CASE("Competition: our part of trains is an average of half a second, of busy times alone") {
  Fixture fixture;
  fixture.Run(5);  // a low share while nothing stands tells nothing
  fixture.trains = std::nullopt;
  fixture.share = 0.7e6;
  fixture.queue = 0.1;
  fixture.threshold = 0.06;
  fixture.Run(4);
  REQUIRE_FALSE(fixture.active());
  fixture.trains = 2e6;
  // 0.35 + 0.65 * 0.95^n is below 0.8 from n = 8 on.
  CHECK(fixture.Until([&] { return fixture.active(); }, 10) == Approx(8 * kElapsed));
}

TEST_CASE("Competition: a queue that fell when the rate was halved is one's own") {
  Fixture fixture;
  fixture.trains = std::nullopt;
  fixture.threshold = 0.12;
  fixture.queue = 0.4;
  fixture.Step();
  fixture.queue = 0.2;
  fixture.Run(10);
  CHECK_FALSE(fixture.active());
}

TEST_CASE("Competition: below 100 kbit/s a rate is starved, and it begins with no less") {
  struct Start {
    double rate;
    double share;
    double entry;
  };
  for (const Start& start : {Start{0.15e6, 0.1e6, 0.12e6}, {0.05e6, 0.03e6, 0.1e6}}) {
    CAPTURE(start.rate);
    Fixture fixture;
    fixture.trains = std::nullopt;
    fixture.threshold = 0.12;
    fixture.queue = 0.2;
    fixture.rate = start.rate;
    fixture.share = start.share;
    Enter(fixture);
    CHECK(fixture.rate == Approx(start.entry));
  }
}

TEST_CASE("Competition: a competitor is remembered for 20 s, for queues of 10 ms or more") {
  for (const auto& [seconds, queue] :
       {std::pair(10, 0.015), std::pair(25, 0.015), std::pair(10, 0.008)}) {
    CAPTURE(seconds, queue);
    Fixture fixture;
    fixture.queue = 0.1;
    EnterWithSomebody(fixture);
    fixture.queue = 0;
    fixture.Run(seconds);
    REQUIRE_FALSE(fixture.active());
    fixture.queue = queue;
    fixture.Run(2);
    CHECK(fixture.active() == (seconds == 10 && queue > 0.01));
  }
}

TEST_CASE("Competition: comes back with no more than 1.5 times what is received then") {
  Fixture fixture;
  fixture.queue = 0.1;
  EnterWithSomebody(fixture);
  REQUIRE(fixture.rate > 1.5 * fixture.share);
  fixture.queue = 0;
  fixture.Run(5);
  fixture.queue = 0.015;
  Enter(fixture);
  CHECK(fixture.rate == Approx(0.9 * 1.5 * fixture.share));
}

TEST_CASE("Competition: a queue that rises by less than 25 ms shows nobody") {
  Fixture fixture;
  fixture.queue = 0.1;
  Enter(fixture);
  const double entry = fixture.rate;
  fixture.share = 2e6;
  fixture.queue = 0.124;
  fixture.Run(2);
  CHECK(fixture.rate == entry);
}

TEST_CASE("Competition: loss shows somebody only near the peak of the queue, of 10 s") {
  struct Row {
    double queue;
    double seconds;  // since a queue of 0.2 s
    bool near_peak;
  };
  for (const Row& row :
       {Row{0.12, 2, false}, {0.16, 2, true}, {0.12, 7.9, false}, {0.12, 10.1, true}}) {
    CAPTURE(row.queue, row.seconds);
    Fixture fixture;
    fixture.queue = 0.2;
    Enter(fixture);
    fixture.queue = row.queue;
    fixture.Run(row.seconds);
    fixture.loss = true;
    fixture.Step();
    fixture.loss = false;
    const double after_loss = fixture.rate;
    fixture.share = 2e6;
    fixture.Run(0.5);
    CHECK((fixture.rate > after_loss) == row.near_peak);
  }
}

TEST_CASE("Competition: a small rate grows by no more than itself a second") {
  Fixture fixture;
  fixture.trains = std::nullopt;
  fixture.threshold = 0.12;
  fixture.queue = 0.2;
  fixture.rate = 0.05e6;
  fixture.share = 0.03e6;
  Enter(fixture);
  REQUIRE(fixture.rate == Approx(0.1e6));
  fixture.share = 1e6;
  fixture.queue = 0.25;
  fixture.Step();
  CHECK(fixture.rate == Approx(0.1e6 * (1 + kElapsed)));
}

TEST_CASE("Competition: loss cuts a rate that is not used from what is received") {
  Fixture fixture;
  fixture.queue = 0.1;
  Enter(fixture);
  fixture.Run(2);
  const double before = fixture.rate;
  fixture.share = 0.8 * before;
  fixture.loss = true;
  fixture.Step();
  CHECK(fixture.rate == Approx(0.75 * 1.1 * 0.8 * before));
}

TEST_CASE("Competition: loss cuts each 1.2 s at most, or after the queue has passed") {
  // More than 1.2 s, or the queue and 0.1 s.
  for (const auto& [queue, updates] : {std::pair(0.2, 49), std::pair(2.0, 85)}) {
    CAPTURE(queue);
    Fixture fixture;
    fixture.queue = queue;
    Enter(fixture);
    fixture.Run(3);
    fixture.share = 2e6;
    fixture.loss = true;
    CHECK(UpdatesUntilFall(fixture) == 1);
    CHECK(UpdatesUntilFall(fixture) == updates);
  }
}

TEST_CASE("Competition: drains with half the rate for a second, longer while the queue falls") {
  // 39 ms in 0.3 s are no fall, 60 ms are one.
  for (const auto& [fall, updates] : {std::pair(0.13, 40), std::pair(0.2, 160)}) {
    CAPTURE(fall);
    Fixture fixture;
    fixture.queue = 1.5;
    Enter(fixture);
    const double rate = fixture.rate;
    int drained = 0;
    for (int i = 0; i < 1'000; ++i) {
      fixture.Step();
      if (fixture.rate < rate) {
        CHECK(fixture.rate == Approx(0.5 * rate));
        fixture.queue -= fall * kElapsed;
        ++drained;
      }
    }
    CHECK(drained == updates);
  }
}

TEST_CASE("Competition: ends below 6 ms, but not soon after a cut, and below 4 ms at once") {
  struct End {
    double queue;
    double after;  // the entry, which counts as a cut
  };
  for (const End& end : {End{0.003, 0.025}, {0.005, 0.3}, {0.007, 3}}) {
    CAPTURE(end.queue);
    Fixture fixture;
    fixture.queue = 0.1;
    fixture.threshold = 0.001;
    Enter(fixture);
    fixture.queue = end.queue;
    CHECK(fixture.Until([&] { return !fixture.active(); }, 3) == Approx(end.after).margin(0.03));
  }
}

}  // namespace
}  // namespace remb::core
