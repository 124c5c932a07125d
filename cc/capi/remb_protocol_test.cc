// When a REMB is due and what it says, through the C ABI.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::testing {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStepUs = 8'000;  // of 1000 bytes: 1 Mbit/s
constexpr int64_t kInterval = kSecond;

remb_config ConfigWithEstimate() {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.clock = REMB_CLOCK_ABS_SEND_TIME;
  config.initial_bitrate_bps = 300'000;
  return config;
}

remb_message Message() {
  remb_message message = {};
  message.struct_size = sizeof message;
  message.sender_ssrc = 77;
  return message;
}

// An estimator that hears one stream.
class Call {
 public:
  explicit Call(const remb_config& config = ConfigWithEstimate()) : handle_(Create(config)) {}

  remb_estimator* get() const { return handle_.get(); }
  int64_t now() const { return now_us_; }
  int64_t estimate() const { return remb_estimate(get()); }
  int64_t next_poll() const { return remb_next_poll_us(get()); }

  int32_t Hear(uint32_t ssrc = 1) {
    now_us_ += kStepUs;
    return HearAt(ssrc, now_us_);
  }
  int32_t HearAt(uint32_t ssrc, int64_t us) {
    const remb_packet packet = MakePacket(ssrc, us);
    return remb_on_packet(get(), &packet);
  }
  bool IsDueAt(int64_t us) { return remb_poll(get(), us, nullptr) & REMB_DUE; }
  void Send(int64_t rate) { REQUIRE(remb_sent(get(), now_us_, rate) == REMB_OK); }

 private:
  Handle handle_;
  int64_t now_us_ = kSecond;
};

TEST_CASE("the first estimate is due at once") {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.clock = GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP);
  Call call(config);
  CHECK(call.next_poll() == INT64_MAX);
  int32_t facts = 0;
  while (StatsOf(call.get()).estimate_bps == 0) {
    REQUIRE(facts == 0);
    facts = call.Hear();
    REQUIRE(call.now() < 10 * kSecond);
  }
  CHECK(facts == (REMB_ESTIMATE_UPDATED | REMB_DUE));
  CHECK(StatsOf(call.get()).reports == 1);
  CHECK(StatsOf(call.get()).last_report_us <= call.now());

  remb_message message = Message();
  CHECK(remb_poll(call.get(), call.now(), &message) == REMB_DUE);
  CHECK(message.sender_ssrc == 77);
  CHECK(message.bitrate_bps == call.estimate());
  REQUIRE(message.ssrc_count == 1);
  CHECK(message.ssrcs[0] == 1);
}

TEST_CASE("an initial bitrate is due with the first packet") {
  Call call;
  CHECK_FALSE(call.IsDueAt(0));
  CHECK(call.estimate() == 0);
  CHECK(call.Hear() & REMB_DUE);
  CHECK(call.estimate() >= 300'000);
}

TEST_CASE("a REMB stays due until it was sent") {
  Call call;
  for (int i = 0; i < 1000; ++i) {  // eight seconds of failed sends
    REQUIRE(call.Hear() & REMB_DUE);
    REQUIRE(call.next_poll() <= call.now());
    REQUIRE(call.IsDueAt(call.now()));
  }
  call.Send(call.estimate());
  CHECK_FALSE(call.IsDueAt(call.now()));
  CHECK(call.next_poll() == call.now() + kInterval);
  CHECK(StatsOf(call.get()).last_remb_us == call.now());
  CHECK(StatsOf(call.get()).last_remb_bps == call.estimate());
  CHECK_FALSE(call.Hear() & REMB_DUE);
}

TEST_CASE("a REMB is due each interval") {
  remb_config config = ConfigWithEstimate();
  const int64_t interval = GENERATE(kSecond, kSecond / 5);
  config.remb_interval_us = interval;
  Call call(config);
  call.Hear();
  for (int i = 0; i < 20; ++i) {
    call.Send(call.estimate());
    const int64_t due = call.now() + interval;
    REQUIRE(call.next_poll() == due);
    // With packets, which raise the rate meanwhile.
    while (call.now() + kStepUs < due) REQUIRE_FALSE(call.Hear() & REMB_DUE);
    REQUIRE_FALSE(call.IsDueAt(due - 1));
    REQUIRE(call.IsDueAt(due));
    REQUIRE(call.Hear() & REMB_DUE);
  }
}

TEST_CASE("a rate lower by 3 percent is due at once") {
  Call call;
  call.Hear();
  const int64_t rate = call.estimate();
  const int64_t least = (rate * 103 + 99) / 100;  // the least for which rate * 103 <= sent * 100
  call.Send(least - 1);
  CHECK_FALSE(call.IsDueAt(call.now()));
  call.Send(least);
  CHECK(call.IsDueAt(call.now()));
  CHECK(call.next_poll() <= call.now());
  call.Send(rate);
  CHECK_FALSE(call.IsDueAt(call.now()));
}

TEST_CASE("a rise is due at once, but some time after the last REMB") {
  remb_config config = ConfigWithEstimate();
  config.remb_rise_percent = 5;
  const int64_t between = GENERATE(0, 250'000);
  config.remb_min_interval_us = between;
  const int64_t wait = between == 0 ? 100'000 : between;
  Call call(config);
  call.Hear();
  const int64_t rate = call.estimate();
  call.Send(rate);
  const int64_t sent = call.now();
  const int64_t risen = (rate * 105 + 99) / 100;
  // The minimum is what raises the rate here. It is not asked for packet by packet whether a REMB
  // is due: what is known of that must follow.
  CHECK(remb_set_min_bitrate(call.get(), risen - 1) == REMB_OK);
  CHECK(call.next_poll() == sent + kInterval);
  CHECK(remb_set_min_bitrate(call.get(), risen) == REMB_OK);
  CHECK(call.next_poll() == sent + wait);
  CHECK_FALSE(call.HearAt(1, sent + wait - 1) & REMB_DUE);
  SECTION("with a packet") { CHECK(call.HearAt(1, sent + wait) & REMB_DUE); }
  SECTION("with a poll") { CHECK(call.IsDueAt(sent + wait)); }
  SECTION("with the rise itself") {
    CHECK(remb_set_min_bitrate(call.get(), 0) == REMB_OK);
    CHECK_FALSE(call.IsDueAt(sent + wait));
    CHECK(remb_set_min_bitrate(call.get(), risen) == REMB_DUE);
  }
}

TEST_CASE("without a least interval each rise is due at once") {
  remb_config config = ConfigWithEstimate();
  config.remb_rise_percent = 5;
  config.remb_min_interval_us = REMB_OFF;
  Call call(config);
  call.Hear();
  for (int64_t rate = 1'000'000; rate < 2'000'000; rate += rate / 10) {
    REQUIRE(remb_set_min_bitrate(call.get(), rate) == REMB_DUE);
    call.Send(rate);
    REQUIRE_FALSE(call.IsDueAt(call.now()));
  }
}

// The times in ms after the first REMB at which one goes out while the rate stays, up to 6 s.
std::vector<int64_t> TimesAtOneRate(remb_config config) {
  config.initial_bitrate_bps = 300'000;
  config.min_bitrate_bps = config.max_bitrate_bps = 300'000;
  Call call(config);
  call.Hear();
  const int64_t start = call.now();
  std::vector<int64_t> times;
  for (int64_t us = start; us <= start + 6 * kSecond; us += 10'000) {
    REQUIRE(call.HearAt(1, us) >= 0);
    if (SendIfDue(call.get(), us).bitrate_bps != 0) times.push_back((us - start) / 1000);
  }
  return times;
}

std::vector<int64_t> Times(std::vector<int64_t> times, int64_t from, int64_t to, int64_t step) {
  for (int64_t ms = from; ms <= to; ms += step) times.push_back(ms);
  return times;
}

TEST_CASE("each profile has its schedule, and every part of it can be changed") {
  const std::vector<int64_t> each_second = Times({}, 0, 6000, 1000);
  CHECK(TimesAtOneRate(ConfigOf(REMB_PROFILE_LIBWEBRTC)) == each_second);
  const std::vector<int64_t> quick_start = Times(Times({}, 0, 2900, 100), 3000, 6000, 1000);
  remb_config config = ConfigOf(REMB_PROFILE_ADAPTIVE);
  CHECK(TimesAtOneRate(config) == quick_start);
  CHECK(TimesAtOneRate(ConfigOf(REMB_PROFILE_DEFAULT)) == quick_start);
  config.remb_start_interval_us = REMB_OFF;
  CHECK(TimesAtOneRate(config) == each_second);
  config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.remb_interval_us = 2 * kSecond;
  config.remb_start_interval_us = 500'000;
  config.remb_start_duration_us = kSecond;
  CHECK(TimesAtOneRate(config) == std::vector<int64_t>{0, 500, 1000, 3000, 5000});
}

TEST_CASE("falls and rises are due at once, by the profile and as asked for") {
  const auto due = [](remb_config config, double factor) {
    config.clock = REMB_CLOCK_ABS_SEND_TIME;
    config.initial_bitrate_bps = 1'000'000;
    config.remb_start_interval_us = REMB_OFF;
    Call call(config);
    call.Hear();
    call.Send(static_cast<int64_t>(static_cast<double>(call.estimate()) / factor));
    return call.IsDueAt(call.now() + 100'000);
  };
  for (int32_t profile : {REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE}) {
    CAPTURE(profile);
    remb_config config = ConfigOf(profile);
    CHECK(due(config, 0.97));
    CHECK(due(config, 1.051) == (profile == REMB_PROFILE_ADAPTIVE));
    config.remb_fall_percent = 20;
    config.remb_rise_percent = 20;
    CHECK_FALSE(due(config, 0.84));
    CHECK(due(config, 0.83));
    CHECK_FALSE(due(config, 1.19));
    CHECK(due(config, 1.21));
    config.remb_rise_percent = REMB_OFF;
    CHECK_FALSE(due(config, 10));
    config.remb_fall_percent = REMB_OFF;
    CHECK_FALSE(due(config, 0.1));
    // A maximum below the last rate sent is due even then.
    config.max_bitrate_bps = 2'000'000;
    CHECK_FALSE(due(config, 0.6));
    CHECK(due(config, 0.4));
  }
}

TEST_CASE("the default profile is adaptive, and a profile can be named") {
  const auto profile_of = [](const remb_config* config) {
    remb_estimator* estimator = nullptr;
    REQUIRE(remb_create(config, &estimator) == REMB_OK);
    return StatsOf(Handle(estimator).get()).profile;
  };
  CHECK(profile_of(nullptr) == REMB_PROFILE_ADAPTIVE);
  remb_config config = DefaultConfig();
  CHECK(config.profile == REMB_PROFILE_ADAPTIVE);
  config.profile = REMB_PROFILE_DEFAULT;
  CHECK(profile_of(&config) == REMB_PROFILE_ADAPTIVE);
  config.profile = REMB_PROFILE_LIBWEBRTC;
  CHECK(profile_of(&config) == REMB_PROFILE_LIBWEBRTC);
}

TEST_CASE("a maximum below the last rate sent is due at once") {
  Call call;
  call.Hear();
  const int64_t rate = call.estimate();
  call.Send(rate);
  CHECK(remb_set_max_bitrate(call.get(), rate) == REMB_OK);
  CHECK(remb_set_max_bitrate(call.get(), rate - 1) == REMB_DUE);
  CHECK(call.IsDueAt(call.now()));
  CHECK(call.estimate() == rate - 1);
  remb_message message = Message();
  CHECK(remb_poll(call.get(), call.now(), &message) & REMB_DUE);
  CHECK(message.bitrate_bps == rate - 1);
  call.Send(rate - 1);
  CHECK_FALSE(call.IsDueAt(call.now()));
  CHECK(remb_set_max_bitrate(call.get(), 0) == REMB_OK);  // up again: in its turn
  CHECK(call.estimate() == rate);
  CHECK(call.next_poll() == call.now() + kInterval);
}

TEST_CASE("limits hold for what is said, not for what is measured") {
  Call call;
  call.Hear();
  CHECK(remb_set_min_bitrate(call.get(), 2'000'000) >= 0);
  CHECK(call.estimate() == 2'000'000);
  CHECK(StatsOf(call.get()).estimate_bps < 400'000);
  CHECK(remb_set_min_bitrate(call.get(), 0) >= 0);
  CHECK(call.estimate() == StatsOf(call.get()).estimate_bps);
  CHECK(remb_set_max_bitrate(call.get(), 10'000) == REMB_DUE);
  CHECK(call.estimate() == 10'000);
  CHECK(remb_set_min_bitrate(call.get(), 10'000) == REMB_DUE);
  CHECK(call.estimate() == 10'000);
}

TEST_CASE("there is no REMB once all streams are silent for two seconds") {
  Call call;
  call.Hear();
  call.Send(call.estimate());
  const int64_t rate = call.estimate();
  const int64_t last = call.now();
  CHECK(call.IsDueAt(last + 2 * kSecond));
  CHECK(call.estimate() == rate);
  CHECK(SsrcsOf(call.get()) == std::vector<uint32_t>{1});

  CHECK_FALSE(call.IsDueAt(last + 2 * kSecond + 1));
  CHECK(call.estimate() == 0);
  CHECK(SsrcsOf(call.get()).empty());
  CHECK(call.next_poll() == INT64_MAX);
  CHECK(StatsOf(call.get()).estimate_bps == rate);  // kept inside

  CHECK(call.HearAt(1, last + 5 * kSecond) & REMB_DUE);
  CHECK(call.estimate() > 0);
}

TEST_CASE("next_poll never asks for a poll that then has nothing to do") {
  remb_config config = ConfigOf(GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  config.clock = GENERATE(REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET);
  config.remb_interval_us = GENERATE(kSecond, 3 * kSecond);
  Call call(config);
  for (int i = 0; i < 1000; ++i) {
    if (call.Hear() & REMB_DUE) call.Send(call.estimate());
  }
  // Alone from now on: a loop driven by next_poll must come to rest.
  int polls = 0;
  for (int64_t next = call.next_poll(); next != INT64_MAX; next = call.next_poll()) {
    const remb_message message = SendIfDue(call.get(), next);
    if (message.bitrate_bps != 0) CHECK(next <= call.now() + 2 * kSecond);
    // With abs-send-time there are no periodic updates, so only a REMB is worth a poll.
    if (config.clock == REMB_CLOCK_ABS_SEND_TIME) CHECK(message.bitrate_bps != 0);
    REQUIRE(call.next_poll() > next);
    REQUIRE(++polls < 100);
  }
  CHECK(call.estimate() <= StatsOf(call.get()).estimate_bps);
}

TEST_CASE("a REMB lists the 255 SSRCs heard last, in order, without 0") {
  Call call;
  call.Hear(5);
  std::vector<uint32_t> expected;
  for (uint32_t i = 0; i < 300; ++i) {
    const uint32_t ssrc = i == 290 ? 0 : (i * 2654435761u) | 1;  // in no order
    REQUIRE(call.HearAt(ssrc, call.now() + i) >= 0);
    if (i >= 300 - 256 && ssrc != 0) expected.push_back(ssrc);
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(expected.size() == REMB_MAX_SSRCS);
  CHECK(SsrcsOf(call.get()) == expected);
  remb_message message = Message();
  REQUIRE(remb_poll(call.get(), call.now() + 300, &message) & REMB_DUE);
  CHECK(std::vector<uint32_t>(message.ssrcs, message.ssrcs + message.ssrc_count) == expected);
  CHECK(StatsOf(call.get()).stream_count == 301);

  // Heard once more, the oldest is among them again.
  CHECK(call.HearAt(5, call.now() + 400) >= 0);
  const std::vector<uint32_t> ssrcs = SsrcsOf(call.get());
  CHECK(std::count(ssrcs.begin(), ssrcs.end(), 5) == 1);
  CHECK(ssrcs.size() == REMB_MAX_SSRCS);
}

TEST_CASE("an SSRC silent for two seconds is not listed") {
  Call call;
  call.HearAt(1, kSecond);
  call.HearAt(2, 2 * kSecond);
  call.IsDueAt(3 * kSecond);
  CHECK(SsrcsOf(call.get()) == std::vector<uint32_t>{1, 2});
  call.IsDueAt(3 * kSecond + 1);
  CHECK(SsrcsOf(call.get()) == std::vector<uint32_t>{2});
}

TEST_CASE("a removed stream is not listed until it is heard again") {
  Call call;
  call.Hear(1);
  call.Hear(2);
  CHECK(remb_remove_stream(call.get(), 1) == REMB_OK);
  CHECK(SsrcsOf(call.get()) == std::vector<uint32_t>{2});
  CHECK(remb_remove_stream(call.get(), 1) == REMB_ERR_NOT_FOUND);
  call.Hear(1);
  CHECK(SsrcsOf(call.get()) == std::vector<uint32_t>{1, 2});
  CHECK(remb_remove_stream(call.get(), 1) == REMB_OK);
  CHECK(remb_remove_stream(call.get(), 2) == REMB_OK);
  CHECK(call.estimate() == 0);
  CHECK_FALSE(call.IsDueAt(call.now()));
  CHECK(call.next_poll() == INT64_MAX);
}

TEST_CASE("poll and sent take an older time as the newest") {
  Call call;
  call.Hear();
  REQUIRE(remb_sent(call.get(), 0, call.estimate()) == REMB_OK);
  CHECK(StatsOf(call.get()).last_remb_us == call.now());
  CHECK_FALSE(call.IsDueAt(0));
  CHECK(call.next_poll() == call.now() + kInterval);
}

TEST_CASE("after a jump back the interval counts from there, with the last rate sent") {
  Call call;
  for (int i = 0; i < 1000; ++i) call.Hear();
  const int64_t sent = 250'000;  // not above the estimate that it starts afresh with
  call.Send(sent);
  const int64_t back = call.now() - 3 * kSecond;
  CHECK_FALSE(call.HearAt(1, back) & REMB_DUE);
  CHECK(StatsOf(call.get()).last_remb_bps == sent);
  CHECK(call.next_poll() == back + kInterval);
  CHECK_FALSE(call.IsDueAt(back + kInterval - 1));
  CHECK(call.IsDueAt(back + kInterval));
}

}  // namespace
}  // namespace remb::testing
