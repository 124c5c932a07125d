#include "tools/replay/capture/rtp_finder.h"

#include <catch2/catch_test_macros.hpp>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

class Call {
 public:
  explicit Call(RtpFinder::Options options = {}) : finder(std::move(options)) {}

  void Send(uint32_t ssrc, uint16_t sequence_number, uint16_t port = 5004, size_t size = 100) {
    Give(Rtp(ssrc, sequence_number, 0, {}, size), port);
  }
  void Give(const Bytes& payload, uint16_t port = 5004) {
    finder.OnDatagram(Received(time_us_ += 1000, payload, port));
  }

  RtpFinder finder;

 private:
  int64_t time_us_ = 0;
};

TEST_CASE("four packets in sequence are RTP, across a wrap and with losses") {
  Call call;
  for (int sequence_number : {65534, 65535, 0, 2999}) {
    call.Send(7, static_cast<uint16_t>(sequence_number));
  }
  const std::optional<RtpFlow> flow = call.finder.TakeLargest();
  REQUIRE(flow);
  REQUIRE(flow->packets.size() == 4);
  CHECK(flow->packets[3].sequence_number == 2999);
  CHECK(flow->packets[3].time_us == 4000);
  CHECK(flow->packets[3].payload_bytes == 100);
  CHECK(flow->destination.port == 5004);
}

TEST_CASE("three are not, nor are numbers that jump or stand still") {
  Call call;
  SECTION("three") {
    for (uint16_t i = 0; i < 3; ++i) call.Send(7, i);
  }
  SECTION("jumps") {
    for (uint16_t i = 0; i < 100; ++i) call.Send(7, static_cast<uint16_t>(i * 3000));
  }
  SECTION("no steps") {
    for (uint16_t i = 0; i < 100; ++i) call.Send(7, 9);
  }
  SECTION("other SSRCs each time") {
    for (uint16_t i = 0; i < 100; ++i) call.Send(i, i);
  }
  CHECK_FALSE(call.finder.TakeLargest());
  CHECK(call.finder.not_rtp() >= 3);
}

TEST_CASE("on a flow that is RTP, SSRCs of few packets belong to it, and other protocols do not") {
  Call call;
  call.Send(8, 100);
  for (uint16_t i = 0; i < 10; ++i) call.Send(7, i);
  call.Give({0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42});  // STUN
  call.Give(Bytes{22, 0xfe, 0xfd} + Bytes(20, 0));  // DTLS
  call.Give(Bytes{0x80, 201, 0, 1, 0, 0, 0, 7});    // RTCP
  const std::optional<RtpFlow> flow = call.finder.TakeLargest();
  REQUIRE(flow);
  CHECK(flow->packets.size() == 11);
  CHECK(flow->packets[0].ssrc == 8);
  CHECK(call.finder.not_rtp() == 3);
}

TEST_CASE("of several flows the one with the most payload") {
  Call call;
  for (uint16_t i = 0; i < 20; ++i) {
    call.Send(7, i, 5004, 100);
    if (i < 10) call.Send(8, i, 5006, 500);
    call.Send(9, static_cast<uint16_t>(i * 5000), 5008, 1000);  // no RTP
  }
  const std::optional<RtpFlow> flow = call.finder.TakeLargest();
  REQUIRE(flow);
  CHECK(flow->destination.port == 5006);
  CHECK(call.finder.other_flows() == 1);
  CHECK(call.finder.other_packets() == 20);
  CHECK(call.finder.largest_other().port == 5004);
  CHECK(call.finder.not_rtp() == 20);
}

TEST_CASE("a port or SSRCs that are asked for need no sequence") {
  Call by_port({.port = 5006, .ssrcs = {}});
  for (uint16_t i = 0; i < 20; ++i) by_port.Send(7, i, 5004);
  by_port.Send(8, 1, 5006);
  std::optional<RtpFlow> flow = by_port.finder.TakeLargest();
  REQUIRE(flow);
  CHECK(flow->packets.size() == 1);
  CHECK(by_port.finder.other_flows() == 0);

  Call by_ssrc({.port = 0, .ssrcs = {8, 9}});
  for (uint16_t i = 0; i < 20; ++i) by_ssrc.Send(7, i);
  by_ssrc.Send(8, 1);
  by_ssrc.Send(9, 1);
  flow = by_ssrc.finder.TakeLargest();
  REQUIRE(flow);
  CHECK(flow->packets.size() == 2);
}

TEST_CASE("elements of header extensions are kept by packet") {
  Call call;
  for (uint16_t i = 0; i < 4; ++i) {
    call.Give(Rtp(7, i, 0, i == 1 ? Bytes() : OneByteExtension({{3, i}, {5, 50u + i}})));
  }
  const std::optional<RtpFlow> flow = call.finder.TakeLargest();
  REQUIRE(flow);
  CHECK(flow->Elements(flow->packets[0]).size() == 2);
  CHECK(flow->Elements(flow->packets[1]).empty());
  REQUIRE(flow->Elements(flow->packets[3]).size() == 2);
  CHECK(flow->Elements(flow->packets[3])[0].value == 3);
  CHECK(flow->Elements(flow->packets[3])[1].id == 5);
  CHECK(flow->Elements(flow->packets[3])[1].value == 53);
}

}  // namespace
}  // namespace remb::replay
