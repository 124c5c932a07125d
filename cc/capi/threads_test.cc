// The rules on threads: different estimators are independent, and one may have several readers.
// Says most under --config=tsan.
#include <remb/remb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::testing {
namespace {

// All that a const estimator can be asked, of each stream too.
struct WholeView {
  View view;
  std::vector<remb_stream_stats> streams;

  bool operator==(const WholeView& other) const {
    return view == other.view &&
           std::equal(streams.begin(), streams.end(), other.streams.begin(), other.streams.end(),
                      [](const remb_stream_stats& a, const remb_stream_stats& b) {
                        return std::memcmp(&a, &b, sizeof a) == 0;
                      });
  }
};

WholeView WholeViewOf(const remb_estimator* estimator) {
  WholeView whole = {.view = ViewOf(estimator), .streams = {}};
  std::array<uint32_t, 16> ssrcs = {};
  const int32_t known = remb_streams(estimator, ssrcs.data(), ssrcs.size());
  for (int32_t i = 0; i < known; ++i) {
    remb_stream_stats stats = {};
    stats.struct_size = sizeof stats;
    remb_get_stream_stats(estimator, ssrcs.at(static_cast<size_t>(i)), &stats);
    whole.streams.push_back(stats);
  }
  return whole;
}

// A call from creation to the end, without Catch, whose assertions are for one thread.
WholeView Play(int32_t profile, const std::vector<remb_packet>& packets) {
  remb_config config = ConfigOf(profile);
  config.initial_bitrate_bps = 300'000;
  config.abs_send_time_id = kAbsSendTimeId;
  const Handle handle = Create(config);
  for (const remb_packet& packet : packets) {
    const std::vector<uint8_t> bytes = RtpBytes(packet);
    const int32_t facts = remb_on_rtp_packet(handle.get(), packet.arrival_us, bytes.data(),
                                             static_cast<int32_t>(bytes.size()));
    if (facts > 0 && (facts & REMB_DUE)) SendIfDue(handle.get(), packet.arrival_us);
  }
  return WholeViewOf(handle.get());
}

TEST_CASE("eight estimators of both profiles on eight threads") {
  constexpr std::array<const char*, 4> kTraces = {"rfc52", "simulcast", "clockjump", "steady"};
  constexpr std::array<int32_t, 2> kProfiles = {REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE};
  struct Run {
    int32_t profile;
    std::vector<remb_packet> packets;
    std::optional<WholeView> seen;
  };
  std::vector<Run> runs;
  for (const char* trace : kTraces) {
    for (const int32_t profile : kProfiles) {
      runs.push_back({profile, ReadReferenceTrace(trace), {}});
    }
  }
  {
    std::vector<std::thread> threads;
    threads.reserve(runs.size());
    for (Run& run : runs) {
      threads.emplace_back([&run] { run.seen = Play(run.profile, run.packets); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  for (const Run& run : runs) {
    REQUIRE(!run.seen->streams.empty());
    CHECK(*run.seen == Play(run.profile, run.packets));
  }
}

TEST_CASE("several readers of one estimator") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const int32_t clock = GENERATE(REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP);
  const std::vector<remb_packet> packets = ReadReferenceTrace("simulcast");
  remb_config config = ConfigOf(profile);
  config.clock = clock;
  const Handle handle = Create(config);
  for (size_t start = 0; start + 2000 <= packets.size(); start += 2000) {
    REQUIRE(remb_on_packets(handle.get(), &packets[start], 2000) >= 0);
    const WholeView expected = WholeViewOf(handle.get());
    REQUIRE(expected.streams.size() > 1);
    std::atomic<int> different = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        for (int k = 0; k < 30; ++k) {
          if (!(WholeViewOf(handle.get()) == expected)) ++different;
        }
      });
    }
    for (std::thread& reader : readers) reader.join();
    CHECK(different == 0);
  }
}

}  // namespace
}  // namespace remb::testing
