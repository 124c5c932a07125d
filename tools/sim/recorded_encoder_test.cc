#include "tools/sim/recorded_encoder.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace remb::sim {
namespace {

constexpr char kHeader[] = "time_us,target_bps,bytes,key_frame\n";

// The error's text without the path, or "" and the frames.
std::string Read(const std::string& text,
                 std::shared_ptr<const EncoderRecording>* frames = nullptr) {
  const std::string path = "encoder." + std::to_string(getpid()) + ".csv";
  std::ofstream(path, std::ios::binary) << text;
  const auto recording = ReadEncoderRecording(path);
  std::remove(path.c_str());
  if (!recording.ok()) {
    const std::string message(recording.status().message());
    REQUIRE(message.compare(0, path.size(), path) == 0);
    return message.substr(path.size());
  }
  if (frames != nullptr) *frames = *recording;
  return "";
}

// 25 frames at 1 Mbit/s, 40 ms apart but for 100 ms before the last: 1000, 1001 ... bytes.
std::string Rows() {
  std::string rows;
  for (int i = 0; i < 25; ++i) {
    rows += std::to_string(i * 40'000 + (i == 24 ? 60'000 : 0)) + ",1000000," +
            std::to_string(1'000 + i) + (i == 0 ? ",1\n" : ",0\n");
  }
  return rows;
}

TEST_CASE("a recording is read") {
  std::shared_ptr<const EncoderRecording> frames;
  REQUIRE(Read(kHeader + Rows(), &frames) == "");
  REQUIRE(frames->size() == 25);
  CHECK((*frames)[0].key_frame);
  CHECK(!(*frames)[1].key_frame);
  CHECK((*frames)[24].time == 1'020 * kMillisecond);
  CHECK((*frames)[24].target_bps == 1'000'000);
  CHECK((*frames)[24].bytes == 1'024);
}

TEST_CASE("frames before the encoder had a target are left out") {
  std::shared_ptr<const EncoderRecording> frames;
  REQUIRE(Read(std::string(kHeader) + "0,0,1404,1\n20000,0,1296,0\n" + Rows(), &frames) == "");
  CHECK(frames->size() == 25);
  CHECK(frames->front().target_bps == 1'000'000);
}

TEST_CASE("errors say where") {
  CHECK(Read("time,bytes\n") == ":1: the header is not time_us,target_bps,bytes,key_frame");
  CHECK(Read(kHeader + Rows() + "1020000,1000000,1,0\n") ==
        ":27: not a frame: 1020000,1000000,1,0");
  for (const char* row :
       {"2000000,1000000,1", "2000000,1000000,1,2", "2000000,0,1,0", "2000000,1000000,0,0", "",
        "2000000,1000000,1,0,0", "2000000;1000000,1,0", "99999999999999999999,1,1,0"}) {
    CAPTURE(row);
    CHECK(Read(kHeader + Rows() + row + "\n") == ":27: not a frame: " + std::string(row));
  }
  CHECK(Read(std::string(kHeader) + "0,1000000,100,1\n") == ": 1 frames, needs more than 21");
  CHECK(ReadEncoderRecording("no/such.csv").status().message() == "no/such.csv: cannot be read");
}

TEST_CASE("frames are scaled to the target, keep their times, and go on behind the first 20") {
  StreamConfig config;
  config.source = StreamConfig::Source::kRecorded;
  REQUIRE(Read(kHeader + Rows(), &config.frames) == "");
  const std::unique_ptr<Encoder> encoder = Encoder::Create(config, 1, "test");
  encoder->SetTarget(0, 2'000'000);
  for (int i = 0; i < 25; ++i) {
    CHECK(encoder->Encode(0) == 2 * (1'000 + i));
    CHECK(encoder->NextInterval() == (i == 23 ? 100 : 40) * kMillisecond);
  }
  CHECK(encoder->Encode(0) == 2 * 1'020);
  encoder->SetTarget(0, 500'000);
  CHECK(encoder->Encode(0) == 510);
  encoder->SetTarget(0, 1'000);
  CHECK(encoder->Encode(0) == 10);
  encoder->SetTarget(0, 0);
  CHECK(encoder->Encode(0) == 0);
}

}  // namespace
}  // namespace remb::sim
