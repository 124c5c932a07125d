#include "tools/sim/media_sender.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <vector>

#include "tools/sim/collector.h"
#include "tools/sim/ssrcs.h"

namespace remb::sim {
namespace {

FlowConfig Plain() {
  FlowConfig config;
  config.name = "test";
  config.streams.emplace_back();
  config.padding_probes = false;
  return config;
}

struct Sending {
  explicit Sending(const FlowConfig& config, uint64_t seed = 1)
      : sender(config, 0, &events, seed, &out) {}

  void Remb(int64_t bps) {
    Packet packet;
    packet.kind = Packet::Kind::kFeedback;
    packet.feedback.remb_bps = bps;
    sender.OnPacket(packet);
  }
  void Report(int64_t expected, int64_t lost) {
    Packet packet;
    packet.kind = Packet::Kind::kFeedback;
    packet.feedback.has_report = true;
    packet.feedback.expected = expected;
    packet.feedback.lost = lost;
    packet.echo = events.now();
    sender.OnPacket(packet);
  }
  void RunUntil(double seconds) { events.RunUntil(FromSeconds(seconds)); }

  // Bit/s of an SSRC, or 0 for all, from a time to now.
  double Bps(double from, uint32_t ssrc = 0) const {
    int64_t bytes = 0;
    for (const Packet& packet : out.packets) {
      if (packet.sent >= FromSeconds(from) && (ssrc == 0 || packet.ssrc == ssrc)) {
        bytes += packet.bytes;
      }
    }
    return static_cast<double>(bytes) * 8 / (Seconds(events.now()) - from);
  }

  EventQueue events;
  Collector out;
  MediaSender sender;
};

bool Near(double value, double expected, double share) {
  return std::abs(value / expected - 1) < share;
}

TEST_CASE("it starts at 300 kbit/s, jumps to an early REMB, and obeys a lower one at once") {
  Sending sending(Plain());
  std::vector<int64_t> targets;
  sending.sender.set_on_target([&](int64_t bps) { targets.push_back(bps); });
  sending.sender.Start();
  sending.RunUntil(2.6);
  CHECK(Near(sending.Bps(0), 300'000, 0.08));
  sending.Remb(2'000'000);
  sending.RunUntil(3);
  sending.Remb(800'000);
  sending.RunUntil(4);
  sending.Remb(1'500'000);  // its own rate, 2 Mbit/s, has not been forgotten
  CHECK(targets == std::vector<int64_t>{300'000, 2'000'000, 800'000, 1'500'000});
}

TEST_CASE("behind 2.6 s a REMB is grown to by 8 % a second") {
  Sending sending(Plain());
  sending.sender.Start();
  sending.RunUntil(2.65);
  sending.Remb(2'000'000);
  sending.Report(100, 0);
  CHECK(sending.sender.target_bps() == 325'000);
  sending.RunUntil(3.6);
  CHECK(sending.sender.target_bps() == 325'000);
  sending.RunUntil(3.651);
  CHECK(sending.sender.target_bps() == 352'000);
}

TEST_CASE("the packets of a frame keep 2.5 times the target, and make up the frame") {
  FlowConfig config = Plain();
  config.streams[0].start_bps = 2'000'000;
  Sending sending(config);
  sending.sender.Start();
  sending.RunUntil(10);
  const std::vector<Packet>& packets = sending.out.packets;
  REQUIRE(packets.size() > 2'000);
  std::map<uint32_t, int> of_frame;
  for (size_t i = 0; i < packets.size(); ++i) {
    CHECK(packets[i].bytes <= 1'200);
    CHECK(packets[i].sequence == static_cast<int64_t>(i));
    CHECK(packets[i].flow == 0);
    CHECK(packets[i].ssrc == StreamSsrc(0, 0));
    ++of_frame[packets[i].rtp_timestamp];
    if (i == 0) continue;
    const Nanos gap = packets[i].sent - packets[i - 1].sent;
    const auto least = static_cast<Nanos>(packets[i - 1].bytes * 8 / 5e6 * 1e9);
    if (packets[i].rtp_timestamp == packets[i - 1].rtp_timestamp) {
      CHECK(std::abs(gap - least) <= 1);
      CHECK(!packets[i - 1].marker);
    } else {
      CHECK(gap >= least - 1);
      CHECK(packets[i - 1].marker);
      CHECK(of_frame[packets[i - 1].rtp_timestamp] == packets[i - 1].frame_packets);
    }
  }
}

TEST_CASE("abs-send-time is the sender's clock in 6.18 bits, drift and wraps included") {
  FlowConfig config = Plain();
  config.clock_ppm = 200;
  Sending sending(config);
  sending.sender.Start();
  sending.RunUntil(200);
  const Packet& first = sending.out.packets.front();
  int wraps = 0;
  uint32_t former = first.abs_send_time;
  for (const Packet& packet : sending.out.packets) {
    REQUIRE(packet.abs_send_time < 1u << 24);
    const double seconds = Seconds(packet.sent - first.sent) * 1.0002;
    const auto ticks = static_cast<int64_t>(std::llround(seconds * (1 << 18)));
    const int64_t off = (ticks + first.abs_send_time - packet.abs_send_time) & 0xffffff;
    CHECK((off <= 1 || off == 0xffffff));
    wraps += packet.abs_send_time < former ? 1 : 0;
    former = packet.abs_send_time;
    // RTP timestamp and offset together tell the send time too, within two ticks.
    const uint32_t rtp = packet.rtp_timestamp + static_cast<uint32_t>(packet.transmission_offset);
    const uint32_t rtp_first =
        first.rtp_timestamp + static_cast<uint32_t>(first.transmission_offset);
    CHECK(std::abs(static_cast<double>(rtp - rtp_first) - seconds * 90'000) < 2);
    CHECK(packet.transmission_offset >= 0);
  }
  CHECK(wraps == 3);
}

TEST_CASE("audio: 50 packets of 50 bytes a second, taken off the video's rate, never waiting") {
  FlowConfig config = Plain();
  config.streams.emplace_back();
  config.streams[1].kind = StreamConfig::Kind::kAudio;
  Sending sending(config);
  sending.sender.Start();
  sending.RunUntil(20);
  Nanos former = -1;
  int count = 0;
  for (const Packet& packet : sending.out.packets) {
    if (packet.ssrc != StreamSsrc(0, 1)) continue;
    ++count;
    CHECK(packet.bytes == 50);
    CHECK(packet.sent == packet.captured);
    if (former >= 0) CHECK(packet.sent - former == 20 * kMillisecond);
    former = packet.sent;
  }
  CHECK(count == 1'000);
  CHECK(Near(sending.Bps(0, StreamSsrc(0, 0)), 280'000, 0.02));
  CHECK(sending.sender.source_max_bps() == 4'020'000);
}

TEST_CASE("simulcast fills the lowest layer first, and a layer only from its minimum on") {
  FlowConfig config = Plain();
  config.streams.assign(3, {});
  config.streams[0].min_bps = 30'000;
  config.streams[0].max_bps = 150'000;
  config.streams[1].min_bps = 100'000;
  config.streams[1].max_bps = 500'000;
  config.streams[2].min_bps = 400'000;
  config.streams[2].max_bps = 2'500'000;
  Sending sending(config);
  sending.sender.Start();
  CHECK(sending.sender.source_max_bps() == 3'150'000);
  const auto layers = [&](int64_t bps) {
    const double from = Seconds(sending.events.now());
    sending.sender.SetSourceMax(bps);
    sending.RunUntil(from + 30);
    std::vector<int> kbps;
    for (size_t i = 0; i < 3; ++i) {
      kbps.push_back(static_cast<int>(sending.Bps(from, StreamSsrc(0, i)) / 10'000 + 0.5) * 10);
    }
    return kbps;
  };
  sending.Remb(4'000'000);
  CHECK(layers(100'000) == std::vector<int>{100, 0, 0});
  CHECK(layers(240'000) == std::vector<int>{150, 0, 0});
  CHECK(layers(350'000) == std::vector<int>{150, 200, 0});
  CHECK(layers(1'000'000) == std::vector<int>{150, 500, 0});
  CHECK(layers(1'450'000) == std::vector<int>{150, 500, 800});
  // All layers encode the same pictures.
  std::map<Nanos, int> pictures;
  for (const Packet& packet : sending.out.packets) {
    if (packet.captured > 121 * kSecond && packet.marker) ++pictures[packet.captured];
  }
  int all = 0;
  for (const auto& [time, count] : pictures) all += count == 3 ? 1 : 0;
  CHECK(all > 0.98 * static_cast<double>(pictures.size()));
}

TEST_CASE("a pause sends nothing, and what follows starts at the target of then") {
  FlowConfig config = Plain();
  config.streams[0].start_bps = 1'000'000;
  Sending sending(config);
  sending.sender.Start();
  sending.RunUntil(10);
  sending.sender.Pause();
  const size_t before = sending.out.packets.size();
  sending.RunUntil(20);
  sending.Remb(400'000);
  sending.RunUntil(30);
  CHECK(sending.out.packets.size() == before);
  sending.sender.Resume();
  sending.RunUntil(60);
  CHECK(Near(sending.Bps(30), 400'000, 0.02));
  CHECK(sending.out.packets[before].sequence == static_cast<int64_t>(before));
  CHECK(sending.out.packets[before].bytes < 2 * 400'000 / 8 / 30);
  sending.sender.Stop();
  const size_t stopped = sending.out.packets.size();
  sending.RunUntil(70);
  CHECK(sending.out.packets.size() == stopped);
}

TEST_CASE("a source may make less than the target, which the pacer keeps to") {
  FlowConfig config = Plain();
  config.streams[0].start_bps = 2'000'000;
  Sending sending(config);
  sending.sender.Start();
  sending.sender.SetSourceMax(500'000);
  CHECK(sending.sender.source_max_bps() == 500'000);
  sending.RunUntil(30);
  CHECK(sending.sender.target_bps() == 2'000'000);
  CHECK(Near(sending.Bps(0), 500'000, 0.02));
  for (size_t i = 1; i < sending.out.packets.size(); ++i) {
    const Packet& former = sending.out.packets[i - 1];
    if (former.marker) continue;
    const double gap = Seconds(sending.out.packets[i].sent - former.sent);
    CHECK(Near(gap, former.bytes * 8 / 5e6, 1e-6));
  }
  sending.sender.SetSourceMax(0);
  CHECK(sending.sender.source_max_bps() == 4'000'000);
  sending.RunUntil(60);
  CHECK(Near(sending.Bps(31), 2'000'000, 0.02));
}

TEST_CASE("below the source's minimum the target is still kept, by rarer frames") {
  Sending sending(Plain());
  sending.sender.Start();
  sending.Remb(40'000);
  sending.RunUntil(120);
  CHECK(Near(sending.Bps(60), 40'000, 0.05));
  sending.Remb(1);
  CHECK(sending.sender.target_bps() == 5'000);
}

TEST_CASE("pictures are skipped while the pacer holds 250 ms") {
  FlowConfig config = Plain();
  config.streams[0].start_bps = 2'000'000;
  config.streams[0].lag = 2 * kSecond;  // goes on at the old rate for that long
  Sending sending(config);
  sending.sender.Start();
  sending.Remb(2'000'000);
  sending.RunUntil(5);
  sending.Remb(200'000);
  sending.RunUntil(7);
  // 2.5 * 200 kbit/s leave the pacer, however much the encoder would make.
  CHECK(Near(sending.Bps(5), 500'000, 0.05));
  Nanos longest = 0;
  for (const Packet& packet : sending.out.packets) {
    longest = std::max(longest, packet.sent - packet.captured);
  }
  CHECK(longest > 250 * kMillisecond);
  CHECK(longest < 450 * kMillisecond);  // 250 and a frame's own time, 133
}

TEST_CASE("padding probes come with the start, on the RTX SSRC if there is one") {
  for (const bool rtx : {false, true}) {
    FlowConfig config = Plain();
    config.padding_probes = true;
    config.rtx = rtx;
    Sending sending(config);
    sending.sender.Start();
    sending.RunUntil(5);
    std::vector<Packet> probes;
    for (const Packet& packet : sending.out.packets) {
      if (packet.padding) probes.push_back(packet);
    }
    if (rtx) {
      CHECK(probes.size() >= 5);
      CHECK(probes.size() <= 12);
    } else {
      CHECK(probes.size() == 53);
    }
    for (const Packet& packet : probes) {
      CHECK(packet.ssrc == (rtx ? RtxSsrc(0) : StreamSsrc(0, 0)));
      CHECK(packet.sent < 110 * kMillisecond);
    }
  }
}

TEST_CASE("links carry the overhead as well, where it is configured") {
  FlowConfig config = Plain();
  config.overhead_bytes = 40;
  Sending sending(config);
  sending.sender.Start();
  sending.RunUntil(30);
  const auto packets = static_cast<double>(sending.out.packets.size());
  CHECK(Near(sending.Bps(0) - packets * 40 * 8 / 30, 300'000, 0.02));
}

}  // namespace
}  // namespace remb::sim
