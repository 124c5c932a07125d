// What must hold of all answers, whatever they are: estimators that are to answer alike do, to the
// bit, over the calls of random peer connections.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/random.h"
#include "cc/testing/random_connection.h"

namespace remb::testing {
namespace {

constexpr int64_t kSecond = 1'000'000;

struct Case {
  remb_config config;
  RandomConnection connection;

  std::string Name() const {
    return "profile " + std::to_string(config.profile) + ", clock " + std::to_string(config.clock) +
           ", " + std::to_string(connection.ssrcs) + " SSRCs, seed " +
           std::to_string(connection.seed);
  }
};

constexpr int32_t kLibwebrtc = REMB_PROFILE_LIBWEBRTC;
constexpr int32_t kAdaptive = REMB_PROFILE_ADAPTIVE;
constexpr int32_t kProfiles[] = {kLibwebrtc, kAdaptive};

// With each clock, few SSRCs and many. The automatic choice of clocks has the most ways to go.
std::vector<Case> CasesOf(std::span<const int32_t> profiles) {
  std::vector<Case> cases;
  Random random(20'261'123);
  for (int32_t profile : profiles) {
    for (int32_t clock = REMB_CLOCK_AUTO; clock <= REMB_CLOCK_ABS_CAPTURE_TIME; ++clock) {
      const int count = clock == REMB_CLOCK_AUTO ? 32 : 8;
      for (int i = 0; i < count; ++i) {
        remb_config config = ConfigOf(profile);
        config.clock = clock;
        if (random.OneIn(4)) config.max_streams = 3;
        if (random.OneIn(4)) config.initial_bitrate_bps = 1'000'000;
        if (random.OneIn(4)) config.count_audio = 1;
        if (random.OneIn(8)) config.known_streams_only = 1;
        cases.push_back({config, {.seed = random.Next(), .ssrcs = i % 2 == 0 ? 5u : 60u}});
      }
    }
  }
  return cases;
}
// In the last one a queue is drained while a REMB is about to be due.
std::vector<Case> AllCases() {
  std::vector<Case> cases = CasesOf(kProfiles);
  cases.push_back({ConfigOf(kAdaptive), {.seed = 5'657'731'247'958'962'554, .ssrcs = 5}});
  return cases;
}

// All that can be asked after a call.
struct Answers {
  int32_t returned;
  View view;
  remb_stream_stats stream;  // of the call's SSRC; all 0 if there is none

  bool operator==(const Answers& other) const {
    return returned == other.returned && view == other.view &&
           std::memcmp(&stream, &other.stream, sizeof stream) == 0;
  }
};

uint32_t SsrcOf(const Call& call) {
  return call.kind == Call::Kind::kPacket ? call.packet.ssrc : call.stream.ssrc;
}

Answers AnswersOf(const Handle& handle, const Call& call, int32_t returned) {
  remb_stream_stats stream = {};
  stream.struct_size = sizeof stream;
  remb_get_stream_stats(handle.get(), SsrcOf(call), &stream);
  return {returned, ViewOf(handle), stream};
}

Answers AnswersTo(const Call& call, const Handle& handle) {
  const int32_t returned = Make(call, handle.get());
  return AnswersOf(handle, call, returned);
}

void RequireSameAnswers(const Handle& one, const Handle& other, const std::vector<Call>& calls) {
  for (size_t i = 0; i < calls.size(); ++i) {
    CAPTURE(i);
    REQUIRE(AnswersTo(calls[i], one) == AnswersTo(calls[i], other));
  }
}

bool HasTime(const Call& call) {
  return call.kind == Call::Kind::kPacket || call.kind == Call::Kind::kPoll;
}

int64_t TimeOf(const Call& call) {
  return call.kind == Call::Kind::kPacket ? call.packet.arrival_us : call.now_us;
}

// Whether a call tells the time, and a later one than the newest seen.
bool IsLater(const Call& call, int64_t now_us) { return HasTime(call) && TimeOf(call) > now_us; }

// The newest time seen after the call, if it was `now_us` before.
int64_t NewestTime(const Call& call, int64_t now_us) {
  if (!HasTime(call)) return now_us;
  const bool set_back = call.kind == Call::Kind::kPacket && TimeOf(call) < now_us - kSecond;
  return set_back ? TimeOf(call) : std::max(TimeOf(call), now_us);
}

TEST_CASE("a reset leaves nothing but added streams and the RTT") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  const Handle reset = Create(c.config);
  const Handle fresh = Create(c.config);
  for (const Call& call : MakeCalls(c.connection)) {
    Make(call, reset.get());
    if (!HasTime(call)) Make(call, fresh.get());
  }
  REQUIRE(remb_reset(reset.get()) == REMB_OK);
  RandomConnection next = c.connection;
  next.seed += 1;
  next.start_us = 5 * kSecond;
  RequireSameAnswers(reset, fresh, MakeCalls(next));
}

TEST_CASE("an array is answered as its packets one by one") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  const Handle array = Create(c.config);
  const Handle one_by_one = Create(c.config);
  Random random(c.connection.seed);
  std::vector<remb_packet> packets;
  int32_t facts = 0;
  for (const Call& call : MakeCalls(c.connection)) {
    if (call.kind == Call::Kind::kPacket) {
      // The estimate may be updated by any of them; whether a REMB is due is as of the last.
      facts = (facts & REMB_ESTIMATE_UPDATED) | Make(call, one_by_one.get());
      packets.push_back(call.packet);
      if (!random.OneIn(7)) continue;
    }
    REQUIRE(remb_on_packets(array.get(), packets.data(), static_cast<int32_t>(packets.size())) ==
            (packets.empty() ? 0 : facts));
    packets.clear();
    facts = 0;
    if (call.kind == Call::Kind::kPacket) {
      REQUIRE(AnswersOf(array, call, 0) == AnswersOf(one_by_one, call, 0));
    } else {
      REQUIRE(AnswersTo(call, array) == AnswersTo(call, one_by_one));
    }
  }
}

TEST_CASE("polls in between change no answer") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  const Handle polled = Create(c.config);
  const Handle not_polled = Create(c.config);
  int64_t now_us = c.connection.start_us;
  for (const Call& call : MakeCalls(c.connection)) {
    int32_t updated = 0;
    if (IsLater(call, now_us)) {
      for (int i = 0; i < 3; ++i) {
        const int64_t between_us = now_us + (TimeOf(call) - now_us) * i / 3;
        updated |= remb_poll(polled.get(), between_us, nullptr) & REMB_ESTIMATE_UPDATED;
      }
    }
    now_us = NewestTime(call, now_us);
    Answers answers = AnswersTo(call, polled);
    answers.returned |= updated;
    REQUIRE(answers == AnswersTo(call, not_polled));
  }
}

TEST_CASE("nothing is due before the next poll") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  const Handle handle = Create(c.config);
  int64_t now_us = c.connection.start_us;
  for (const Call& call : MakeCalls(c.connection)) {
    while (IsLater(call, now_us)) {
      const int64_t next_us = remb_next_poll_us(handle.get());
      if (next_us > TimeOf(call)) break;
      if (next_us > now_us + 1) {
        REQUIRE(remb_poll(handle.get(), next_us - 1, nullptr) == 0);
      }
      now_us = std::max(now_us, next_us);
      SendIfDue(handle.get(), now_us);
      REQUIRE(remb_next_poll_us(handle.get()) > now_us);
    }
    const int32_t facts = Make(call, handle.get());
    now_us = NewestTime(call, now_us);
    if (call.kind == Call::Kind::kPacket) {
      REQUIRE(((facts & REMB_DUE) != 0) == (remb_next_poll_us(handle.get()) <= now_us));
    }
  }
}

TEST_CASE("the adaptive estimate changes by updates alone, and is 50 kbit/s at least") {
  const Case c = GENERATE(from_range(CasesOf({&kAdaptive, 1})));
  INFO(c.Name());
  const Handle handle = Create(c.config);
  int64_t before = StatsOf(handle.get()).estimate_bps;
  for (const Call& call : MakeCalls(c.connection)) {
    const int32_t facts = Make(call, handle.get());
    const int64_t estimate = StatsOf(handle.get()).estimate_bps;
    REQUIRE(((facts & REMB_ESTIMATE_UPDATED) || estimate == before));
    REQUIRE((estimate == 0 || estimate >= 50'000));
    before = estimate;
  }
}

// `change` makes another call of one, `restore` the first one's answers of the other's.
template <typename Change, typename Restore>
void RequireSameBut(const Case& c, Change change, Restore restore) {
  const Handle one = Create(c.config);
  const Handle other = Create(c.config);
  std::vector<Call> calls = MakeCalls(c.connection);
  for (size_t i = 0; i < calls.size(); ++i) {
    CAPTURE(i);
    const Answers expected = AnswersTo(calls[i], one);
    change(calls[i]);
    Answers answers = AnswersTo(calls[i], other);
    restore(answers);
    REQUIRE(answers == expected);
  }
}

template <typename Change>
void RequireSame(const Case& c, Change change) {
  RequireSameBut(c, change, [](Answers&) {});
}

TEST_CASE("arrival times count from any time") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  constexpr int64_t kShift = 4'000 * kSecond;
  const auto earlier = [](int64_t& us) {
    if (us > 0 && us != std::numeric_limits<int64_t>::max()) us -= kShift;
  };
  RequireSameBut(
      c,
      [](Call& call) {
        call.now_us += kShift;
        call.packet.arrival_us += kShift;
      },
      [&](Answers& answers) {
        earlier(answers.view.next_poll_us);
        earlier(answers.view.stats.last_report_us);
        earlier(answers.view.stats.last_remb_us);
        earlier(answers.stream.last_packet_us);
      });
}

// In these three by whole seconds, as other times round to other microseconds.

// Not with the libwebrtc profile: to libwebrtc's probes a wrap, each 64 s, is a leap.
TEST_CASE("abs-send-times count from any time") {
  const Case c = GENERATE(from_range(CasesOf({&kAdaptive, 1})));
  INFO(c.Name());
  RequireSame(c, [](Call& call) {
    call.packet.abs_send_time = (call.packet.abs_send_time + (13u << 18)) & 0xFFFFFF;
  });
}

TEST_CASE("RTP timestamps count from any time") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  RequireSame(c, [](Call& call) { call.packet.rtp_timestamp += 2'088'000'000; });
}

// Whole wraps of abs-send-time, which they are made into.
TEST_CASE("capture times count from any time") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  RequireSame(c, [](Call& call) { call.packet.abs_capture_time += 0x1234'5640'0000'0000; });
}

TEST_CASE("sequence numbers count from any number") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  RequireSame(c, [](Call& call) {
    call.packet.sequence_number = (call.packet.sequence_number + 12'345) & 0xFFFF;
  });
}

TEST_CASE("SSRCs are but names") {
  const Case c = GENERATE(from_range(AllCases()));
  INFO(c.Name());
  constexpr uint32_t kFactor = 2'654'435'761;  // odd, so that no two become one
  constexpr uint32_t kInverse = 244'002'641;   // modulo 2^32
  static_assert(kFactor * kInverse == 1);
  RequireSameBut(
      c,
      [](Call& call) {
        call.packet.ssrc *= kFactor;
        call.stream.ssrc *= kFactor;
      },
      [](Answers& answers) {
        for (uint32_t& ssrc : answers.view.ssrcs) ssrc *= kInverse;
        std::sort(answers.view.ssrcs.begin(), answers.view.ssrcs.end());
        answers.stream.ssrc *= kInverse;
      });
}

}  // namespace
}  // namespace remb::testing
