// The automatic choice among streams some of which have capture times: whatever the mix, there is
// an estimate soon, it stays, and the source changes seldom.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <vector>

#include "cc/testing/capture_times.h"
#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/random.h"

namespace remb::testing {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1 * kSecond;
constexpr double kFirstNtp = 3'900'000'000;

enum class Stamps {
  kNone,
  kSteady,
  kZero,    // the time of capture is always 0
  kRandom,  // or any
};

struct TestStream {
  uint32_t ssrc;
  bool added = true;
  Stamps stamps = Stamps::kNone;
  int64_t stamp_interval_us = kSecond;
  int64_t frame_us = 33'333;
  int packets_per_frame = 7;
  int32_t packet_bytes = 1000;
  bool audio = false;
  int64_t from_us = 0;
  int64_t until_us = 1000 * kSecond;
  double ntp_ahead = 0;
};

std::vector<remb_packet> PacketsOf(const std::vector<TestStream>& streams, int64_t duration_us) {
  Random random(1);
  std::vector<remb_packet> packets;
  for (const TestStream& stream : streams) {
    int64_t next_stamp = stream.from_us;
    for (int64_t frame = stream.from_us; frame < std::min(duration_us, stream.until_us);
         frame += stream.frame_us) {
      for (int i = 0; i < stream.packets_per_frame; ++i) {
        remb_packet packet = MakePacket(stream.ssrc, kStart + frame + 500 * i, stream.packet_bytes);
        packet.stamps = REMB_STAMP_RTP_TIMESTAMP;
        packet.rtp_timestamp = static_cast<uint32_t>(frame * (stream.audio ? 48 : 90) / 1000);
        if (i == 0 && frame >= next_stamp && stream.stamps != Stamps::kNone) {
          next_stamp = frame + stream.stamp_interval_us;
          packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
          if (stream.stamps == Stamps::kSteady) {
            packet.abs_capture_time =
                NtpTime(kFirstNtp + static_cast<double>(frame) / 1e6 + stream.ntp_ahead);
          } else if (stream.stamps == Stamps::kRandom) {
            packet.abs_capture_time = static_cast<int64_t>(random.Next());
          }
        }
        packets.push_back(packet);
      }
    }
  }
  std::stable_sort(packets.begin(), packets.end(), [](const remb_packet& a, const remb_packet& b) {
    return a.arrival_us < b.arrival_us;
  });
  return packets;
}

struct Result {
  double first_estimate = -1;  // seconds after the first packet
  double first_share = 0;      // of the throughput
  bool lost = false;           // there was an estimate, and then there was none
  int messages = 0;
  int64_t lowest = 0;            // estimate
  double overuse_after = -1;     // seconds of congestion
  std::vector<int64_t> changes;  // of the source, after that of the first packet
  int32_t clock = REMB_CLOCK_NONE;

  int most_in_a_minute() const {
    int most = 0;
    for (auto first = changes.begin(); first != changes.end(); ++first) {
      const auto end = std::lower_bound(first, changes.end(), *first + 60 * kSecond);
      most = std::max(most, static_cast<int>(end - first));
    }
    return most;
  }
};

// From `congested_us` on a queue grows, by 50 ms a second.
Result Play(const std::vector<TestStream>& streams, int64_t duration_us = 120 * kSecond,
            int64_t congested_us = 1000 * kSecond) {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.count_audio = 1;
  const Handle handle = Create(config);
  for (const TestStream& stream : streams) {
    if (!stream.added) continue;
    remb_stream added = {};
    added.struct_size = sizeof added;
    added.ssrc = stream.ssrc;
    if (stream.audio) {
      added.kind = REMB_KIND_AUDIO;
      added.clock_rate_hz = 48'000;
    }
    REQUIRE(remb_add_stream(handle.get(), &added) == REMB_OK);
  }
  Result result;
  std::vector<remb_packet> packets = PacketsOf(streams, duration_us);
  for (remb_packet& packet : packets) {
    const int64_t congestion_us = std::max<int64_t>(packet.arrival_us - kStart - congested_us, 0);
    packet.arrival_us += congestion_us / 20;
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
    const int32_t clock = StatsOf(handle.get()).clock;
    if (clock != result.clock && result.clock != REMB_CLOCK_NONE) {
      result.changes.push_back(packet.arrival_us);
    }
    result.clock = clock;
    if (congestion_us > 0 && result.overuse_after < 0 &&
        StatsOf(handle.get()).state == REMB_STATE_OVERUSING) {
      result.overuse_after = static_cast<double>(congestion_us) / 1e6;
    }
    const bool has_estimate = remb_estimate(handle.get()) != 0;
    if (result.first_estimate < 0 && has_estimate) {
      result.first_share = static_cast<double>(remb_estimate(handle.get())) /
                           static_cast<double>(StatsOf(handle.get()).incoming_bitrate_bps);
      result.first_estimate =
          static_cast<double>(packet.arrival_us - packets.front().arrival_us) / 1e6;
    }
    if (has_estimate) {
      result.lowest = result.lowest == 0 ? remb_estimate(handle.get())
                                         : std::min(result.lowest, remb_estimate(handle.get()));
    }
    result.lost |= result.first_estimate >= 0 && !has_estimate;
    result.messages += SendIfDue(handle.get(), packet.arrival_us).bitrate_bps > 0;
  }
  return result;
}

void CheckSound(const Result& result) {
  CHECK(result.first_estimate >= 0);
  CHECK(result.first_estimate <= 10);
  CHECK(result.first_share > 0.5);
  CHECK_FALSE(result.lost);
  CHECK(result.messages > 50);
  CHECK(result.most_in_a_minute() <= 4);
}

TEST_CASE("a stamped screen share of few frames beside audio without stamps") {
  const int64_t frame_us = GENERATE(33'333, 200'000, 480'000, 666'667, 1'000'000);
  CAPTURE(frame_us);
  const Result result =
      Play({{.ssrc = 1, .stamps = Stamps::kSteady, .frame_us = frame_us, .packets_per_frame = 20},
            {.ssrc = 2,
             .frame_us = 20'000,
             .packets_per_frame = 1,
             .packet_bytes = 100,
             .audio = true}});
  CheckSound(result);
  CHECK(result.changes.size() <= 2);
  // By who has most of the packets.
  if (frame_us <= 200'000) CHECK(result.clock == REMB_CLOCK_ABS_CAPTURE_TIME);
  if (frame_us >= 1'000'000) CHECK(result.clock == REMB_CLOCK_TRANSMISSION_OFFSET);
}

TEST_CASE("a stamped stream of few packets leaves the choice to a camera without stamps") {
  const bool added = GENERATE(false, true);
  const Result result = Play({{.ssrc = 1,
                               .added = added,
                               .stamps = Stamps::kSteady,
                               .frame_us = kSecond,
                               .packets_per_frame = 1},
                              {.ssrc = 2, .added = added}},
                             120 * kSecond, 60 * kSecond);
  CheckSound(result);
  CHECK(result.changes.size() == 1);  // the first packet is a stamped one
  CHECK(result.clock == REMB_CLOCK_TRANSMISSION_OFFSET);
  CHECK(result.lowest > 1'000'000);  // of 1.7 Mbit/s: not what the few packets amount to
  CHECK(result.overuse_after > 0);
  CHECK(result.overuse_after < 1);
}

TEST_CASE("clocks that jump with each stamp are left, however many streams have them") {
  const Stamps stamps = GENERATE(Stamps::kZero, Stamps::kRandom);
  const bool added = GENERATE(false, true);
  const auto count = GENERATE(1u, 2u, 5u);
  CAPTURE(stamps, added, count);
  std::vector<TestStream> streams;
  for (uint32_t i = 0; i < count; ++i) {
    streams.push_back({.ssrc = 1 + i, .added = added, .stamps = stamps, .from_us = 2000 * i});
  }
  const Result result = Play(streams);
  CheckSound(result);
  CHECK(result.changes.size() <= 2);
  CHECK(result.clock == REMB_CLOCK_TRANSMISSION_OFFSET);
}

TEST_CASE("a stamped camera that joins later is worth a change, and the estimate stays") {
  const Result result = Play({{.ssrc = 1, .frame_us = 20'000, .packets_per_frame = 1},
                              {.ssrc = 2, .stamps = Stamps::kSteady, .from_us = 20 * kSecond}});
  CheckSound(result);
  CHECK(result.changes.size() == 1);
  CHECK(result.clock == REMB_CLOCK_ABS_CAPTURE_TIME);
}

TEST_CASE("streams that come and go by turns make the source change ever more seldom") {
  std::vector<TestStream> streams;
  for (uint32_t i = 0; i < 120; ++i) {  // 5 s each
    const int64_t from_us = 5 * kSecond * i;
    streams.push_back({.ssrc = 1 + i,
                       .stamps = i % 2 ? Stamps::kNone : Stamps::kSteady,
                       .from_us = from_us,
                       .until_us = from_us + 5 * kSecond});
  }
  const Result result = Play(streams, 600 * kSecond);
  CheckSound(result);
  CHECK(result.changes.size() >= 4);
  CHECK(result.changes.size() <= 14);
}

TEST_CASE("any mix has an estimate within 10 s, and seldom changes its source") {
  Random random(7);
  for (int round = 0; round < 150; ++round) {
    // One that is always there, so that there is media, and up to four of any kind.
    std::vector<TestStream> streams;
    const auto count = static_cast<uint32_t>(random.Uniform(1, 5));
    for (uint32_t i = 0; i < count; ++i) {
      TestStream stream = {.ssrc = 1 + i,
                           .added = random.OneIn(2),
                           .stamps = static_cast<Stamps>(random.Uniform(0, 3)),
                           .stamp_interval_us = random.OneIn(3) ? 0 : kSecond,
                           .frame_us = random.Uniform(20'000, i == 0 ? 200'000 : 3'000'000),
                           .packets_per_frame = static_cast<int>(random.Uniform(1, 12)),
                           .packet_bytes = static_cast<int32_t>(random.Uniform(60, 1200)),
                           .audio = random.OneIn(4)};
      if (i > 0 && random.OneIn(2)) stream.from_us = random.Uniform(0, 60 * kSecond);
      if (i > 0 && random.OneIn(2)) {
        stream.until_us = stream.from_us + random.Uniform(0, 60 * kSecond);
      }
      if (random.OneIn(3)) stream.ntp_ahead = static_cast<double>(random.Uniform(-100, 100));
      streams.push_back(stream);
    }
    CAPTURE(round);
    const Result result = Play(streams);
    CheckSound(result);
  }
}

}  // namespace
}  // namespace remb::testing
