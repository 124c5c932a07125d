#include "tools/sim/media_receiver.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tools/sim/media_sender.h"
#include "tools/sim/reception.h"
#include "tools/sim/ssrcs.h"

namespace remb::sim {
namespace {

// Hands on after a delay, but each `lose`-th packet (0: all arrive).
class Way : public PacketSink {
 public:
  Way(EventQueue* events, Nanos delay, int lose) : events_(events), delay_(delay), lose_(lose) {}
  void OnPacket(const Packet& packet) override {
    ++count_;
    if (lose_ > 0 && count_ % lose_ == 0) return;
    passed.push_back(packet);
    events_->After(delay_, [this, packet] { to->OnPacket(packet); });
  }
  PacketSink* to = nullptr;
  std::vector<Packet> passed;

 private:
  EventQueue* events_;
  Nanos delay_;
  int lose_;
  int count_ = 0;
};

FlowConfig Plain() {
  FlowConfig config;
  config.name = "test";
  config.streams.emplace_back();
  config.receiver.profile = REMB_PROFILE_LIBWEBRTC;
  return config;
}

struct Call {
  explicit Call(const FlowConfig& config, int lose = 0, const Library& library = Library::Linked())
      : forward(&events, 50 * kMillisecond, lose),
        backward(&events, 50 * kMillisecond, 0),
        sender(config, 0, &events, 1, &forward),
        receiver(config, 0, &events, library, &backward) {
    forward.to = &receiver;
    backward.to = &sender;
    receiver.set_on_estimate([this](int64_t bps) { estimates.push_back(bps); });
    receiver.set_on_remb([this](int64_t bps) { rembs.push_back(bps); });
    receiver.set_on_frame([this](Nanos delay) { frame_delays.push_back(delay); });
  }
  void Start() {
    receiver.Start();
    sender.Start();
  }
  void RunUntil(int64_t seconds) { events.RunUntil(seconds * kSecond); }

  EventQueue events;
  Way forward;
  Way backward;
  MediaSender sender;
  MediaReceiver receiver;
  std::vector<int64_t> estimates;
  std::vector<int64_t> rembs;
  std::vector<Nanos> frame_delays;
};

TEST_CASE("REMBs say what the library estimates, in RTCP's size and precision") {
  Call call(Plain());
  call.Start();
  call.RunUntil(20);
  REQUIRE(call.rembs.size() >= 20);
  size_t remb = 0;
  for (const Packet& packet : call.backward.passed) {
    CHECK(packet.kind == Packet::Kind::kFeedback);
    CHECK(packet.backward);
    if (packet.feedback.remb_bps == 0) continue;
    CHECK(packet.bytes == 24);  // one SSRC
    REQUIRE(remb < call.rembs.size());
    CHECK(packet.feedback.remb_bps == call.rembs[remb++]);
  }
  CHECK(remb == call.rembs.size());
  // Each is one of the estimates, rounded down to 18 bits.
  size_t next = 0;
  for (const int64_t bps : call.rembs) {
    const auto matches = [bps](int64_t estimate) {
      return bps <= estimate && estimate - bps < (estimate >> 17) + 1;
    };
    while (next < call.estimates.size() && !matches(call.estimates[next])) ++next;
    CHECK(next < call.estimates.size());
  }
}

TEST_CASE("with nothing in the way the sender gets to its source's maximum") {
  Call call(Plain());
  call.Start();
  call.RunUntil(60);
  CHECK(call.sender.target_bps() > 4'000'000);
}

TEST_CASE("reports tell of lost packets, each second, in 1/256") {
  Call call(Plain(), 10);
  call.Start();
  call.RunUntil(30);
  int reports = 0;
  int64_t lost = 0;
  for (const Packet& packet : call.backward.passed) {
    if (!packet.feedback.has_report) continue;
    ++reports;
    CHECK(packet.sent == reports * kSecond);
    CHECK(packet.bytes == 32);
    CHECK(packet.feedback.lost >= lost);
    lost = packet.feedback.lost;
    const double steps = packet.feedback.fraction_lost * 256;
    CHECK(steps == static_cast<int>(steps));
    if (reports > 1) {
      CHECK(packet.feedback.fraction_lost > 0.05);
      CHECK(packet.feedback.fraction_lost < 0.15);
    }
    CHECK(packet.echo <= packet.sent - 50 * kMillisecond);
    CHECK(packet.echo > packet.sent - 50 * kMillisecond - kMicrosecond);
  }
  CHECK(reports == 30);
}

TEST_CASE("a frame counts once all of it is there") {
  FlowConfig config = Plain();
  config.streams[0].start_bps = 2'000'000;
  Call whole(config);
  whole.Start();
  whole.RunUntil(10);
  size_t markers = 0;
  for (const Packet& packet : whole.forward.passed) {
    markers += packet.marker && packet.sent <= 9'950 * kMillisecond ? 1 : 0;
  }
  CHECK(whole.frame_delays.size() == markers);
  for (const Nanos delay : whole.frame_delays) CHECK(delay >= 50 * kMillisecond);

  Call lossy(config, 20);  // about seven packets a frame: one in three lacks one
  lossy.Start();
  lossy.RunUntil(10);
  CHECK(lossy.frame_delays.size() < whole.frame_delays.size() * 8 / 10);
  CHECK(lossy.frame_delays.size() > whole.frame_delays.size() / 2);
}

TEST_CASE("late packets are no longer lost") {
  Reception reception;
  Packet packet;
  packet.ssrc = 7;
  for (const int64_t sequence : {0, 1, 3, 4}) {
    packet.sequence = sequence;
    reception.OnPacket(packet, 0);
  }
  Feedback report = reception.Report();
  CHECK(report.expected == 5);
  CHECK(report.lost == 1);
  CHECK(report.fraction_lost == 51.0 / 256);
  packet.sequence = 2;
  reception.OnPacket(packet, 0);
  report = reception.Report();
  CHECK(report.expected == 5);
  CHECK(report.lost == 0);
  CHECK(report.fraction_lost == 0);
}

TEST_CASE("audio is left out of what the library counts") {
  FlowConfig config = Plain();
  config.padding_probes = false;
  config.streams[0].kind = StreamConfig::Kind::kAudio;
  Call call(config);
  call.Start();
  call.RunUntil(20);
  CHECK(call.forward.passed.size() > 900);
  CHECK(call.estimates.empty());
  CHECK(call.rembs.empty());
}

TEST_CASE("a clock that is set forward or back leaves the call going") {
  for (const Nanos jump : {30 * kSecond, -30 * kSecond, 20 * kMillisecond}) {
    Call call(Plain());
    call.Start();
    call.RunUntil(20);
    call.receiver.JumpClock(jump);
    const size_t before = call.rembs.size();
    call.RunUntil(40);
    CHECK(call.rembs.size() >= before + 15);
  }
}

TEST_CASE("the knowing receiver's share is the target, and needs no library") {
  FlowConfig config = Plain();
  config.receiver.kind = ReceiverConfig::Kind::kKnowing;
  config.receiver.share = 0.8;
  config.receiver.lag = 300 * kMillisecond;
  Call call(config);
  call.receiver.SetFairShare(2'000'000);
  call.Start();
  std::vector<Nanos> changes;
  call.sender.set_on_target([&](int64_t) { changes.push_back(call.events.now()); });
  call.RunUntil(5);
  CHECK(call.sender.target_bps() == 1'600'000);
  call.receiver.SetFairShare(1'000'000);
  call.RunUntil(6);
  CHECK(call.sender.target_bps() == 800'000);
  CHECK(changes == std::vector<Nanos>{350 * kMillisecond, 5'350 * kMillisecond});
  CHECK(call.estimates.empty());
}

TEST_CASE("stopped, it says nothing more") {
  Call call(Plain());
  call.Start();
  call.RunUntil(10);
  call.receiver.Stop();
  const size_t before = call.backward.passed.size();
  call.RunUntil(20);
  CHECK(call.backward.passed.size() == before);
}

TEST_CASE("a library that cannot be loaded says why") {
  const auto none = Library::Open("./no-such-library.so");
  REQUIRE(!none.ok());
  CHECK(none.status().message().find("no-such-library.so") != std::string::npos);
  const auto other = Library::Open("libm.so.6");
  REQUIRE(!other.ok());
  CHECK(other.status().message() == "libm.so.6 has no remb_version_string");
}

TEST_CASE("two runs of the same seed are the same") {
  Call a(Plain());
  Call b(Plain());
  for (Call* call : {&a, &b}) {
    call->Start();
    call->RunUntil(20);
  }
  CHECK(a.estimates == b.estimates);
  CHECK(a.rembs == b.rembs);
  CHECK(a.frame_delays == b.frame_delays);
  CHECK(a.events.events() == b.events.events());
}

}  // namespace
}  // namespace remb::sim
