// The plain implementation answers as libwebrtc did, and the library as the plain one does.
#include <remb/remb.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cc/testing/packets.h"
#include "cc/testing/plain/estimator.h"
#include "cc/testing/plain/random_calls.h"
#include "cc/testing/random.h"

namespace remb::plain {
namespace {

struct Clock {
  int32_t clock;
  const char* suffix;  // of the file of answers
};
constexpr std::array<Clock, 3> kClocks = {
    {{REMB_CLOCK_ABS_SEND_TIME, ".expected.csv"},
     {REMB_CLOCK_TRANSMISSION_OFFSET, ".toffset-expected.csv"},
     {REMB_CLOCK_RTP_TIMESTAMP, ".rtptime-expected.csv"}}};

// The rows below the header; none if there is no such file.
std::vector<std::string> ReadRows(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<std::string> rows;
  while (std::getline(file, line)) rows.push_back(line);
  return rows;
}

std::string Row(const remb_stats& stats) {
  char row[200];
  int size = std::snprintf(row, sizeof row, "%" PRId64 ",%" PRId64 ",%" PRId32,
                           stats.last_report_us, stats.estimate_bps, stats.stream_count);
  if (stats.clock == REMB_CLOCK_ABS_SEND_TIME) {
    size += std::snprintf(row + size, sizeof row - static_cast<size_t>(size),
                          ",%" PRId32 ",%.9g,%.9g,%.9g", stats.state, stats.offset_ms,
                          stats.noise_variance_ms2, stats.threshold_ms);
  }
  return std::string(row, static_cast<size_t>(size));
}

// Each report, the periodic updates run at their due times.
std::vector<std::string> Reports(const std::vector<remb_packet>& packets, int32_t clock) {
  remb_config config = {};
  config.clock = clock;
  config.profile = REMB_PROFILE_LIBWEBRTC;
  Estimator estimator(config);
  std::vector<std::string> rows;
  const auto handle = [&](int32_t facts, int64_t now) {
    if (facts & REMB_ESTIMATE_UPDATED) rows.push_back(Row(estimator.Stats()));
    if (facts & REMB_DUE) estimator.Sent(now, estimator.Estimate());
  };
  for (const remb_packet& packet : packets) {
    for (;;) {
      const int64_t due = estimator.NextPollUs();
      if (due > packet.arrival_us) break;
      handle(estimator.Poll(due), due);
    }
    handle(estimator.OnPacket(packet), packet.arrival_us);
  }
  return rows;
}

TEST_CASE("plain: every report of every reference trace, by every clock") {
  const std::string name = GENERATE(from_range(testing::kReferenceTraces));
  const std::vector<remb_packet> packets = testing::ReadReferenceTrace(name);
  int answers = 0;
  for (const auto& [clock, suffix] : kClocks) {
    const std::vector<std::string> expected = ReadRows("testdata/reference/" + name + suffix);
    if (expected.empty()) continue;
    ++answers;
    INFO(name << suffix);
    CHECK(Reports(packets, clock) == expected);
  }
  CHECK(answers == (name.starts_with("chromium") ? 2 : 3));
}

// What differs, and the bytes that show it, for testdata/fuzz/differential.
std::string Difference(uint64_t seed, int most_commands) {
  testing::Random random(seed);
  std::vector<uint8_t> bytes(
      static_cast<size_t>(kConfigBytes + 2 * random.Uniform(1, most_commands)));
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Uniform(0, 255));
  try {
    MakeCalls(bytes);
    return "";
  } catch (const std::logic_error& difference) {
    std::string text = difference.what();
    for (const uint8_t byte : bytes) text += ' ' + std::to_string(byte);
    return text;
  }
}

TEST_CASE("the library and the plain implementation agree: short random calls") {
  for (uint64_t seed = 1; seed <= 2'000; ++seed) {
    INFO("seed " << seed);
    REQUIRE(Difference(seed, 12) == "");
  }
}

TEST_CASE("the library and the plain implementation agree: long random calls") {
  for (uint64_t seed = 1'000'001; seed <= 1'000'030; ++seed) {
    INFO("seed " << seed);
    REQUIRE(Difference(seed, 200) == "");
  }
}

}  // namespace
}  // namespace remb::plain
