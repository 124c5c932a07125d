// The C++ wrapper, from the first packet to the bytes of a REMB.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <remb/remb.hpp>
#include <utility>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb {
namespace {

TEST_CASE("an estimator answers as its handle does") {
  Config config;
  config.abs_send_time_id = testing::kAbsSendTimeId;
  config.initial_bitrate_bps = 300'000;
  Estimator estimator(config);
  const testing::Handle handle = testing::Create(config);
  for (const remb_packet& packet : testing::ReadReferenceTrace("rfc52")) {
    const std::vector<uint8_t> rtp = testing::RtpBytes(packet);
    const int32_t facts = remb_on_packet(handle.get(), &packet);
    REQUIRE(estimator.OnRtpPacket(packet.arrival_us, rtp) == facts);
    if (!(facts & REMB_DUE)) continue;
    Message message;
    REQUIRE(estimator.Poll(packet.arrival_us, message) & REMB_DUE);
    estimator.RembSent(packet.arrival_us, message.bitrate_bps);
    REQUIRE(testing::SendIfDue(handle.get(), packet.arrival_us).bitrate_bps == message.bitrate_bps);
  }
  const testing::View expected = testing::ViewOf(handle);
  CHECK(testing::View{.stats = estimator.Stats(),
                      .estimate_bps = estimator.Estimate(),
                      .next_poll_us = estimator.NextPollUs(),
                      .ssrcs = estimator.Ssrcs()} == expected);
}

TEST_CASE("streams are listed and looked at") {
  Estimator estimator;
  CHECK(estimator.Streams().empty());
  Stream stream(9);
  stream.kind = REMB_KIND_AUDIO;
  estimator.AddStream(stream);
  Packet packet;
  packet.ssrc = 4;
  packet.stamps = REMB_STAMP_RTP_TIMESTAMP;
  estimator.OnPacket(packet);
  CHECK(estimator.Streams() == std::vector<uint32_t>{4, 9});
  CHECK(estimator.StreamStats(4).clock_reason == REMB_REASON_NO_ABS_SEND_TIME);
  CHECK(estimator.StreamStats(9).clock_reason == REMB_REASON_AUDIO);
  CHECK_THROWS_AS(estimator.StreamStats(5), Error);
}

TEST_CASE("estimators move") {
  Estimator first;
  first.OnPacket(Packet());
  Estimator second = std::move(first);
  CHECK(second.Stats().packets == 1);
  first = Estimator();
  CHECK(first.Stats().packets == 0);
  std::swap(first, second);
  CHECK(first.Stats().packets == 1);
  CHECK_THROWS_AS(Estimator(std::move(second)).RemoveStream(1), Error);
}

TEST_CASE("errors are thrown and say why") {
  Estimator estimator;
  const auto status = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      CHECK(error.what() == std::string(remb_status_string(error.status())));
      return error.status();
    }
    return REMB_OK;
  };
  CHECK(status([&] { estimator.RemoveStream(1); }) == REMB_ERR_NOT_FOUND);
  CHECK(status([&] { estimator.Poll(-1); }) == REMB_ERR_TIME);
  CHECK(status([&] { estimator.SetRtt(-1); }) == REMB_ERR_ARGUMENT);
  CHECK(status([&] { estimator.SetMaxBitrate(1); }) == REMB_ERR_ARGUMENT);
  CHECK(status([&] { estimator.OnRtpPacket(0, std::vector<uint8_t>(4)); }) == REMB_ERR_MALFORMED);
  CHECK(status([&] { estimator.OnRtpPacket(0, {}); }) == REMB_ERR_MALFORMED);
  CHECK(status([&] { Message::Parse({}); }) == REMB_ERR_MALFORMED);
  CHECK(status([] {
          Message::Parse(std::vector<uint8_t>{0x80, 201, 0, 0});
        }) == REMB_ERR_NOT_FOUND);
  CHECK(status([] {
          Config config;
          config.clock = 99;
          Estimator bad(config);
        }) == REMB_ERR_ARGUMENT);
}

TEST_CASE("the other calls pass through") {
  Estimator estimator;
  Stream audio(7);
  audio.kind = REMB_KIND_AUDIO;
  estimator.AddStream(audio);
  Packet packet;
  packet.ssrc = 7;
  estimator.OnPackets(std::vector<remb_packet>{packet, packet});
  CHECK(estimator.Stats().packets == 0);
  packet.ssrc = 8;
  estimator.OnPackets(std::vector<Packet>{packet, packet});
  CHECK(estimator.Stats().packets == 2);
  CHECK(estimator.Ssrcs() == std::vector<uint32_t>{8});
  estimator.RemoveStream(7);
  estimator.SetRtt(50'000);
  CHECK(estimator.SetMinBitrate(10'000) == REMB_OK);
  CHECK(estimator.SetMaxBitrate(20'000) == REMB_OK);
  CHECK(estimator.Poll(0) == REMB_OK);
  estimator.Reset();
  CHECK(estimator.Stats().packets == 0);
}

TEST_CASE("messages become bytes and back") {
  Message message;
  message.sender_ssrc = 1;
  message.bitrate_bps = 1'000'000;
  message.ssrc_count = 2;
  message.ssrcs[0] = 7;
  message.ssrcs[1] = 8;
  const std::vector<uint8_t> bytes = message.Serialize();
  CHECK(bytes.size() == 28);
  const Message parsed = Message::Parse(bytes);
  CHECK(parsed.sender_ssrc == 1);
  CHECK(parsed.bitrate_bps == 1'000'000);
  CHECK(parsed.ssrc_count == 2);
  CHECK(parsed.ssrcs[1] == 8);
}

}  // namespace
}  // namespace remb
