#include <catch2/catch_test_macros.hpp>

#include "cc/bwe/stream_table.h"

namespace remb::core {
namespace {

TEST_CASE("StreamConfig: holds any clock rate up to 1 MHz") {
  for (uint32_t hz : {1u, 8'000u, 11'025u, 22'050u, 44'100u, 48'000u, 90'000u, 999'999u}) {
    CHECK((hz & StreamConfig::kClockRateBits) == hz);
  }
  CHECK((1'000'000u & StreamConfig::kClockRateBits) == 1'000'000u);
  StreamConfig config;
  config.clock_rate_hz = StreamConfig::kClockRateBits;  // the most that fits
  CHECK(config.clock_rate_hz == StreamConfig::kClockRateBits);
}

TEST_CASE("StreamConfig: video's clock rate, where nothing else is said") {
  CHECK(StreamConfig().clock_rate_hz == 90'000);
}

// RFC 8285: of two-byte headers.
TEST_CASE("StreamConfig: holds any extension id up to 255") {
  for (uint32_t id = 1; id <= 255; ++id) {
    StreamConfig config;
    config.abs_capture_time_id = id & 255;
    CHECK(config.abs_capture_time_id == id);
  }
}

TEST_CASE("Stream: one that was heard at time 0 was heard") {
  StreamTable table(1);
  Stream* stream = table.Add(1, {});
  REQUIRE(stream);
  CHECK(stream->last_packet == Stream::kNever);
  table.Touch(*stream, Timestamp::Micros(0));
  CHECK(stream->last_packet != Stream::kNever);
}

}  // namespace
}  // namespace remb::core
