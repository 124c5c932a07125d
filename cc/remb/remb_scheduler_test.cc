#include "cc/remb/remb_scheduler.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

constexpr Timestamp kStart = Timestamp::Millis(100'000);

constexpr DataRate Bps(int64_t bps) { return DataRate::BitsPerSec(bps); }
constexpr Timestamp At(int64_t ms) { return kStart + TimeDelta::Millis(ms); }

// libwebrtc modules/congestion_controller/remb_throttler_unittest.cc: an estimate that changes, and
// whether that sends a REMB. There the interval is 200 ms and the comparison is by "greater".
class RembThrottler {
 public:
  // The rate sent, or 0.
  int64_t OnReceiveBitrateChanged(int64_t bps, int64_t ms) {
    estimate_ = Bps(bps);
    return Poll(ms);
  }
  int64_t SetMaxDesiredReceiveBitrate(int64_t bps, int64_t ms) {
    max_ = Bps(bps);
    scheduler_.SetMaxBitrate(max_);
    return Poll(ms);
  }

 private:
  int64_t Poll(int64_t ms) {
    std::optional<DataRate> rate = estimate_;
    if (rate && max_) rate = std::min(*rate, *max_);
    if (!scheduler_.IsDue(rate, At(ms))) return 0;
    scheduler_.OnSent(At(ms), *rate);
    return rate->bps();
  }

  static RembScheduler::Config Schedule() {
    RembScheduler::Config config;
    config.interval = TimeDelta::Millis(200);
    return config;
  }

  RembScheduler scheduler_{Schedule()};
  std::optional<DataRate> estimate_;
  std::optional<DataRate> max_;
};

TEST_CASE("RembThrottler.CallRembSenderOnFirstReceiveBitrateChange") {
  RembThrottler throttler;
  CHECK(throttler.OnReceiveBitrateChanged(12'345, 0) == 12'345);
}

TEST_CASE("RembThrottler.ThrottlesSmallReceiveBitrateDecrease") {
  RembThrottler throttler;
  CHECK(throttler.OnReceiveBitrateChanged(12'346, 0) == 12'346);
  CHECK(throttler.OnReceiveBitrateChanged(12'345, 100) == 0);
  CHECK(throttler.OnReceiveBitrateChanged(12'345, 201) == 12'345);
}

TEST_CASE("RembThrottler.DoNotThrottleLargeReceiveBitrateDecrease") {
  RembThrottler throttler;
  CHECK(throttler.OnReceiveBitrateChanged(2345, 0) == 2345);
  CHECK(throttler.OnReceiveBitrateChanged(1234, 1) == 1234);
}

TEST_CASE("RembThrottler.ThrottlesReceiveBitrateIncrease") {
  RembThrottler throttler;
  CHECK(throttler.OnReceiveBitrateChanged(1234, 0) == 1234);
  CHECK(throttler.OnReceiveBitrateChanged(2345, 100) == 0);
  CHECK(throttler.OnReceiveBitrateChanged(2345, 201) == 2345);
}

// libwebrtc answers a maximum at once, even before an estimate, unless it sent a rate below it
// within the interval. Here there is no REMB before an estimate, and a maximum makes one due at
// once only if it is below the last rate sent; a higher one waits for the interval.
TEST_CASE("RembThrottler.CallRembSenderOnSetMaxDesiredReceiveBitrate") {
  RembThrottler throttler;
  CHECK(throttler.SetMaxDesiredReceiveBitrate(1234, 0) == 0);
  CHECK(throttler.OnReceiveBitrateChanged(12'345, 1) == 1234);

  RembThrottler later;
  CHECK(later.OnReceiveBitrateChanged(1240, 0) == 1240);
  CHECK(later.SetMaxDesiredReceiveBitrate(1234, 1) == 1234);  // though not 3 % less
  CHECK(later.SetMaxDesiredReceiveBitrate(2000, 2) == 0);
  CHECK(later.SetMaxDesiredReceiveBitrate(2000, 201) == 1240);
}

TEST_CASE("RembThrottler.CallRembSenderWithMinOfMaxDesiredAndOnReceivedBitrate") {
  RembThrottler throttler;
  CHECK(throttler.OnReceiveBitrateChanged(1234, 0) == 1234);
  CHECK(throttler.SetMaxDesiredReceiveBitrate(4567, 1) == 0);
  CHECK(throttler.OnReceiveBitrateChanged(5678, 201) == 4567);
}

TEST_CASE("RembScheduler: nothing is due without a rate") {
  RembScheduler scheduler({});
  CHECK_FALSE(scheduler.IsDue(std::nullopt, At(0)));
  CHECK(scheduler.NextDue(Bps(100'000)) <= At(0));
  scheduler.OnSent(At(0), Bps(100'000));
  CHECK_FALSE(scheduler.IsDue(std::nullopt, At(10'000)));
}

TEST_CASE("RembScheduler: the first rate is due until it was sent") {
  RembScheduler scheduler({});
  CHECK(scheduler.IsDue(Bps(100'000), At(0)));
  CHECK(scheduler.IsDue(Bps(100'000), At(100)));  // the send failed
  CHECK(scheduler.IsDue(Bps(100'000), At(200)));
  CHECK_FALSE(scheduler.last_sent());
  scheduler.OnSent(At(200), Bps(100'000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(200)));
  CHECK(scheduler.last_sent()->rate == Bps(100'000));
  CHECK(scheduler.last_sent()->time == At(200));
}

TEST_CASE("RembScheduler: the first rate is due at time 0") {
  CHECK(RembScheduler({}).IsDue(Bps(100'000), Timestamp::Micros(0)));
}

TEST_CASE("RembScheduler: by default a REMB is due each second") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(0), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(1000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(1000) - TimeDelta::Micros(1)));
  CHECK_FALSE(scheduler.IsDue(Bps(900'000), At(1000) - TimeDelta::Micros(1)));
  CHECK(scheduler.IsDue(Bps(100'000), At(1000)));
}

TEST_CASE("RembScheduler: a rate that times 103 is the last one times 100 is due at once") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(0), Bps(103'000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'001), At(0)));
  CHECK(scheduler.IsDue(Bps(100'000), At(0)));
  CHECK(scheduler.IsDue(Bps(5'000), At(0)));
}

TEST_CASE("RembScheduler: the fall is against the last rate sent, however slow") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(0), Bps(1'030'000));
  for (int64_t kbps = 1029; kbps > 1000; --kbps) {
    CHECK_FALSE(scheduler.IsDue(DataRate::KilobitsPerSec(kbps), At(1030 - kbps)));
  }
  CHECK(scheduler.IsDue(DataRate::KilobitsPerSec(1000), At(30)));
}

TEST_CASE("RembScheduler: a maximum below the last rate sent is due until it was sent") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(0), Bps(100'000));
  scheduler.SetMaxBitrate(Bps(100'000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(1)));
  scheduler.SetMaxBitrate(Bps(99'999));
  CHECK(scheduler.IsDue(Bps(99'999), At(2)));
  CHECK(scheduler.IsDue(Bps(99'999), At(3)));
  scheduler.OnSent(At(3), Bps(99'999));
  CHECK_FALSE(scheduler.IsDue(Bps(99'999), At(4)));
}

TEST_CASE("RembScheduler: a released maximum waits for the interval") {
  RembScheduler scheduler({});
  scheduler.SetMaxBitrate(Bps(50'000));
  scheduler.OnSent(At(0), Bps(50'000));
  scheduler.SetMaxBitrate(std::nullopt);
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(999)));
  CHECK(scheduler.IsDue(Bps(100'000), At(1000)));
}

TEST_CASE("RembScheduler: the largest rates do not overflow") {
  RembScheduler scheduler({});
  const DataRate largest = Bps(1'000'000'000'000);  // 1 Tbit/s
  scheduler.OnSent(At(0), largest);
  CHECK_FALSE(scheduler.IsDue(largest, At(1)));
  CHECK(scheduler.IsDue(Bps(largest.bps() / 2), At(1)));
}

TEST_CASE("RembScheduler: reset forgets what was sent") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(0), Bps(100'000));
  scheduler.Reset();
  CHECK(scheduler.IsDue(Bps(100'000), At(1)));
  CHECK(scheduler.NextDue(Bps(100'000)) <= At(0));
}

TEST_CASE("RembScheduler: after the clock was set back the interval counts from then") {
  RembScheduler scheduler({});
  scheduler.OnSent(At(50'000), Bps(100'000));
  scheduler.OnClockSetBack(At(0));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(1000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(999)));
  CHECK(scheduler.IsDue(Bps(90'000), At(1)));
  RembScheduler nothing_sent({});
  nothing_sent.OnClockSetBack(At(0));
  CHECK_FALSE(nothing_sent.last_sent());
}

// The adaptive profile's schedule, in short.
RembScheduler::Config Quick() {
  RembScheduler::Config config;
  config.start_interval = TimeDelta::Millis(100);
  config.rise_percent = 5;
  return config;
}

TEST_CASE("RembScheduler: intervals are short until the start is over") {
  RembScheduler scheduler(Quick());
  int64_t ms = 0;
  for (scheduler.OnSent(At(0), Bps(100'000)); ms < 3000; scheduler.OnSent(At(ms), Bps(100'000))) {
    CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(ms + 100) - TimeDelta::Micros(1)));
    ms += 100;
    CHECK(scheduler.NextDue(Bps(100'000)) == At(ms));
    CHECK(scheduler.IsDue(Bps(100'000), At(ms)));
  }
  CHECK(ms == 3000);
  CHECK(scheduler.NextDue(Bps(100'000)) == At(4000));
  CHECK_FALSE(scheduler.IsDue(Bps(100'000), At(3999)));
}

TEST_CASE(
    "RembScheduler: the start counts from the first REMB, anew after a reset or a jump back") {
  RembScheduler scheduler(Quick());
  scheduler.OnSent(At(0), Bps(100'000));
  scheduler.OnSent(At(5000), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(6000));
  scheduler.OnClockSetBack(At(1000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(1100));
  scheduler.OnSent(At(1100), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(1200));
  scheduler.OnSent(At(4100), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(5100));
  scheduler.Reset();
  scheduler.OnSent(At(6000), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(6100));
}

TEST_CASE("RembScheduler: the start is never slower than later on") {
  RembScheduler::Config config = Quick();
  config.interval = TimeDelta::Millis(50);
  RembScheduler scheduler(config);
  scheduler.OnSent(At(0), Bps(100'000));
  CHECK(scheduler.NextDue(Bps(100'000)) == At(50));
}

TEST_CASE("RembScheduler: a rise is due at once, but not sooner than min_interval") {
  RembScheduler::Config config = Quick();
  config.start_interval.reset();
  RembScheduler scheduler(config);
  scheduler.OnSent(At(0), Bps(100'000));
  CHECK_FALSE(scheduler.IsDue(Bps(104'999), At(999)));
  CHECK(scheduler.NextDue(Bps(104'999)) == At(1000));
  CHECK(scheduler.NextDue(Bps(105'000)) == At(100));
  CHECK_FALSE(scheduler.IsDue(Bps(105'000), At(99)));
  CHECK(scheduler.IsDue(Bps(105'000), At(100)));
  CHECK(scheduler.IsDue(Bps(97'000), At(1)));  // a fall does not wait
  CHECK_FALSE(scheduler.IsDue(Bps(97'100), At(999)));
  scheduler.OnSent(At(100), Bps(105'000));
  CHECK_FALSE(scheduler.IsDue(Bps(110'000), At(1099)));  // less than 5 % above that
  CHECK(scheduler.IsDue(Bps(110'250), At(200)));
}

TEST_CASE("RembScheduler: a rise is that many per cent at least, to the bit/s") {
  RembScheduler::Config config = Quick();
  config.start_interval.reset();
  RembScheduler scheduler(config);
  scheduler.OnSent(At(0), Bps(100'001));
  CHECK(scheduler.NextDue(Bps(105'001)) == At(1000));
  CHECK(scheduler.NextDue(Bps(105'002)) == At(100));
}

TEST_CASE(
    "RembScheduler: without the rules on falls and rises only the interval and maxima count") {
  RembScheduler::Config config;
  config.fall_percent.reset();
  RembScheduler scheduler(config);
  scheduler.OnSent(At(0), Bps(100'000));
  CHECK_FALSE(scheduler.IsDue(Bps(5'000), At(999)));
  CHECK_FALSE(scheduler.IsDue(Bps(900'000), At(999)));
  scheduler.SetMaxBitrate(Bps(99'999));
  CHECK(scheduler.IsDue(Bps(5'000), At(1)));
}

TEST_CASE("RembScheduler: the percentages are those asked for") {
  RembScheduler::Config config;
  config.fall_percent = 100;  // to a half
  config.rise_percent = 1000;
  RembScheduler scheduler(config);
  const DataRate largest = Bps(1'000'000'000'000);
  scheduler.OnSent(At(0), largest);
  CHECK_FALSE(scheduler.IsDue(Bps(largest.bps() / 2 + 1), At(999)));
  CHECK(scheduler.IsDue(Bps(largest.bps() / 2), At(1)));
  scheduler.OnSent(At(0), Bps(largest.bps() / 11));
  CHECK(scheduler.IsDue(largest, At(100)));
  scheduler.OnSent(At(0), Bps(largest.bps() / 11 + 1));
  CHECK_FALSE(scheduler.IsDue(largest, At(100)));
}

}  // namespace
}  // namespace remb::core
