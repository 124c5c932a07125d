#include "tools/sim/encoder.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <memory>
#include <vector>

namespace remb::sim {
namespace {

struct Frame {
  Nanos time;
  int64_t bytes;
};

// What an encoder makes from `from` on; the time is then *from.
std::vector<Frame> Run(Encoder& encoder, Nanos* from, Nanos length) {
  std::vector<Frame> frames;
  for (const Nanos end = *from + length; *from < end; *from += encoder.NextInterval()) {
    frames.push_back({*from, encoder.Encode(*from)});
  }
  return frames;
}

double Bps(const std::vector<Frame>& frames, Nanos length) {
  int64_t bytes = 0;
  for (const Frame& frame : frames) bytes += frame.bytes;
  return static_cast<double>(bytes) * 8 / Seconds(length);
}

StreamConfig Quiet() {
  StreamConfig config;
  config.size_noise = 0;
  config.interval_noise = 0;
  config.frames_per_second = 25;  // 40 ms
  return config;
}

TEST_CASE("over 60 s the mean is the target within 1 %, over 1 s within 10 %") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    for (const int64_t bps : {150'000, 1'000'000, 4'000'000}) {
      SyntheticEncoder encoder({}, seed, "test");
      encoder.SetTarget(0, bps);
      Nanos now = 0;
      std::vector<Frame> frames;
      double variance = 0;
      for (int second = 1; second <= 60; ++second) {
        const std::vector<Frame> some = Run(encoder, &now, second * kSecond - now);
        const double off = Bps(some, kSecond) / static_cast<double>(bps) - 1;
        variance += off * off / 60;
        frames.insert(frames.end(), some.begin(), some.end());
      }
      CHECK(std::abs(Bps(frames, 60 * kSecond) / static_cast<double>(bps) - 1) < 0.01);
      CHECK(std::sqrt(variance) < 0.10);
      CHECK(frames.size() > 1'750);
      CHECK(frames.size() < 1'850);
    }
  }
}

TEST_CASE("noise of sizes and intervals is Laplace of the scale configured") {
  SyntheticEncoder encoder({}, 1, "test");
  encoder.SetTarget(0, 1'000'000);
  const double mean_interval = 1e9 / 30;
  const double mean_bytes = 1e6 / 8 / 30;
  double interval_deviation = 0;
  double size_deviation = 0;
  Nanos now = 0;
  constexpr int kFrames = 100'000;
  for (int i = 0; i < kFrames; ++i) {
    size_deviation += std::abs(static_cast<double>(encoder.Encode(now)) / mean_bytes - 1);
    const Nanos interval = encoder.NextInterval();
    interval_deviation += std::abs(static_cast<double>(interval) / mean_interval - 1);
    now += interval;
  }
  // Of Laplace the mean absolute deviation is the scale.
  CHECK(std::abs(interval_deviation / kFrames - 0.15) < 0.002);
  // Paying back adds some to it.
  CHECK(size_deviation / kFrames > 0.15);
  CHECK(size_deviation / kFrames < 0.17);
}

TEST_CASE("a target takes effect the lag later, or with the next frame") {
  StreamConfig config = Quiet();
  config.lag = 100 * kMillisecond;
  SyntheticEncoder encoder(config, 1, "test");
  encoder.SetTarget(-kSecond, 1'000'000);
  CHECK(encoder.Encode(0) == 5'000);
  encoder.SetTarget(20 * kMillisecond, 2'000'000);
  CHECK(encoder.Encode(40 * kMillisecond) == 5'000);
  CHECK(encoder.Encode(80 * kMillisecond) == 5'000);
  CHECK(encoder.Encode(120 * kMillisecond - 1) == 5'000);
  CHECK(encoder.Encode(160 * kMillisecond - 1) > 8'000);

  SyntheticEncoder prompt(Quiet(), 1, "test");
  prompt.SetTarget(0, 1'000'000);
  CHECK(prompt.Encode(0) == 5'000);
  prompt.SetTarget(40 * kMillisecond, 2'000'000);
  CHECK(prompt.Encode(40 * kMillisecond) > 8'000);
}

TEST_CASE("a lagging value keeps each change's own time") {
  Lagging value(100);
  value.Set(0, 1);
  value.Set(50, 2);
  CHECK(value.At(99) == 0);
  CHECK(value.At(100) == 1);
  CHECK(value.At(149) == 1);
  CHECK(value.At(150) == 2);
}

TEST_CASE("a burst: one large frame, smaller ones that make up for it") {
  StreamConfig config = Quiet();
  config.burst_frames = 8;
  config.burst_bytes = 13'500;
  SyntheticEncoder encoder(config, 1, "test");
  encoder.SetTarget(0, 1'000'000);
  Nanos now = 0;
  Run(encoder, &now, kSecond);
  encoder.SetTarget(now, 1'090'000);  // 9 %: none
  for (const Frame& frame : Run(encoder, &now, kSecond)) CHECK(frame.bytes < 6'000);
  encoder.SetTarget(now, 1'250'000);
  const std::vector<Frame> frames = Run(encoder, &now, 8 * 40 * kMillisecond);
  REQUIRE(frames.size() == 8);
  CHECK(frames[0].bytes == 13'500);
  for (size_t i = 1; i < 8; ++i) CHECK(frames[i].bytes == (8 * 6'250 - 13'500) / 7);
  CHECK(std::abs(Bps(Run(encoder, &now, 10 * kSecond), 10 * kSecond) - 1'250'000) < 12'500);
}

TEST_CASE("no more than the maximum is made of any target") {
  StreamConfig config;
  config.max_bps = 500'000;
  SyntheticEncoder encoder(config, 1, "test");
  encoder.SetTarget(0, 5'000'000);
  Nanos now = 0;
  CHECK(std::abs(Bps(Run(encoder, &now, 60 * kSecond), 60 * kSecond) - 500'000) < 5'000);
}

TEST_CASE("below the minimum frames keep its size and become rare") {
  SyntheticEncoder encoder(Quiet(), 1, "test");
  encoder.SetTarget(0, 50'000);
  Nanos now = 0;
  int made = 0;
  const std::vector<Frame> frames = Run(encoder, &now, 60 * kSecond);
  for (const Frame& frame : frames) {
    if (frame.bytes == 0) continue;
    ++made;
    CHECK(std::abs(static_cast<double>(frame.bytes) / (150'000.0 / 8 / 25) - 1) < 0.15);
  }
  CHECK(made > 460);  // a third of 1500
  CHECK(made < 540);
  CHECK(std::abs(Bps(frames, 60 * kSecond) - 50'000) < 500);
}

TEST_CASE("without a target there are no frames, and a skipped picture is not made up for") {
  SyntheticEncoder encoder(Quiet(), 1, "test");
  CHECK(encoder.Encode(0) == 0);
  encoder.SetTarget(0, 1'000'000);
  CHECK(encoder.Encode(40 * kMillisecond) == 5'000);
  encoder.Skip(80 * kMillisecond);
  CHECK(encoder.Encode(120 * kMillisecond) == 5'000);
  encoder.SetTarget(120 * kMillisecond, 0);
  CHECK(encoder.Encode(160 * kMillisecond) == 0);
}

TEST_CASE("the same seed and name make the same frames, another name others") {
  const auto frames = [](uint64_t seed, const std::string& name) {
    SyntheticEncoder encoder({}, seed, name);
    encoder.SetTarget(0, 1'000'000);
    Nanos now = 0;
    std::vector<int64_t> bytes;
    for (const Frame& frame : Run(encoder, &now, kSecond)) bytes.push_back(frame.bytes);
    return bytes;
  };
  CHECK(frames(1, "a") == frames(1, "a"));
  CHECK(frames(1, "a") != frames(1, "b"));
  CHECK(frames(1, "a") != frames(2, "a"));
}

}  // namespace
}  // namespace remb::sim
