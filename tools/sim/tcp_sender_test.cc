#include "tools/sim/tcp_sender.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tools/sim/delay_line.h"
#include "tools/sim/tcp_receiver.h"

namespace remb::sim {
namespace {

using Catch::Matchers::WithinRel;

constexpr Nanos kDelay = 50 * kMillisecond;

// A sender and its receiver, 50 ms apart both ways, over a path without limit that drops what it
// is told to.
class Pair : public PacketSink {
 public:
  explicit Pair(FlowConfig config, uint64_t seed = 1, Nanos delay = kDelay)
      : config_(std::move(config)),
        sender_(config_, 0, &events_, seed, this),
        acks_(delay, &events_, &sender_),
        receiver_(0, &events_, &acks_),
        data_(delay, &events_, &receiver_) {
    receiver_.set_on_data([this](int64_t bytes) { received_ += bytes; });
  }

  void OnPacket(const Packet& packet) override {
    sent_.push_back(packet);
    if (!drops_ || !drops_(packet)) data_.OnPacket(packet);
  }
  void set_drops(std::function<bool(const Packet&)> drops) { drops_ = std::move(drops); }

  void SetDelay(Nanos delay) { data_.SetDelay(delay); }

  EventQueue& events() { return events_; }
  TcpSender& sender() { return sender_; }
  const std::vector<Packet>& sent() const { return sent_; }
  int64_t received() const { return received_; }
  int SentWithin(Nanos begin, Nanos end) const {
    int count = 0;
    for (const Packet& packet : sent_) count += packet.sent >= begin && packet.sent < end;
    return count;
  }

 private:
  FlowConfig config_;
  EventQueue events_;
  TcpSender sender_;
  DelayLine acks_;
  TcpReceiver receiver_;
  DelayLine data_;
  std::function<bool(const Packet&)> drops_;
  std::vector<Packet> sent_;
  int64_t received_ = 0;
};

FlowConfig LongFlow(FlowConfig::Tcp tcp = FlowConfig::Tcp::kNewReno) {
  FlowConfig config;
  config.name = "tcp";
  config.kind = FlowConfig::Kind::kTcp;
  config.tcp = tcp;
  return config;
}

FlowConfig ShortFlow() {
  FlowConfig config = LongFlow();
  config.kind = FlowConfig::Kind::kShortTcp;
  return config;
}

TEST_CASE("TcpSender.SlowStartDoublesInEachRoundTrip") {
  Pair pair(LongFlow());
  pair.sender().Start();
  pair.events().RunUntil(549 * kMillisecond);
  int window = 10;
  for (int round = 0; round < 5; ++round, window *= 2) {
    const Nanos begin = round * 100 * kMillisecond;
    CHECK(pair.SentWithin(begin, begin + 100 * kMillisecond) == window);
  }
  CHECK(pair.received() == (10 + 20 + 40 + 80 + 160) * 1000);
  CHECK(pair.sent()[0].bytes == 1000);
  CHECK(pair.sender().rtt().smoothed() == 2 * kDelay);
}

TEST_CASE("TcpSender.HalvesOnceForWhatIsLostOfOneWindow") {
  Pair pair(LongFlow());
  // Two of the third round's forty.
  pair.set_drops([](const Packet& packet) {
    return !packet.retransmission && (packet.sequence == 40'000 || packet.sequence == 50'000);
  });
  pair.sender().Start();
  pair.events().RunUntil(kSecond);
  CHECK(pair.sender().recoveries() == 1);
  CHECK(pair.sender().timeouts() == 0);
  int again = 0;
  for (const Packet& packet : pair.sent()) again += packet.retransmission;
  CHECK(again == 2);
  // The loss shows at 300 ms, with the window grown by those before it: 40 + 10.
  CHECK(pair.sender().control().slow_start_threshold() == 25);
}

TEST_CASE("TcpSender.RecoversFromABurstOfLossesWithoutATimeout") {
  for (const auto tcp : {FlowConfig::Tcp::kNewReno, FlowConfig::Tcp::kCubic}) {
    Pair pair(LongFlow(tcp));
    pair.set_drops([](const Packet& packet) {  // twenty in a row
      return !packet.retransmission && packet.sequence >= 80'000 && packet.sequence < 100'000;
    });
    pair.sender().Start();
    pair.events().RunUntil(kSecond);
    CHECK(pair.sender().timeouts() == 0);
    CHECK(pair.sender().recoveries() == 1);
    CHECK(pair.received() > 200'000);
  }
}

TEST_CASE("TcpSender.FindsALostRetransmissionWithoutATimeout") {
  Pair pair(LongFlow());
  int drops = 0;
  pair.set_drops([&drops](const Packet& packet) {
    return packet.sequence == 40'000 && drops < 3 && ++drops <= 3;
  });
  pair.sender().Start();
  pair.events().RunUntil(2 * kSecond);
  CHECK(drops == 3);
  CHECK(pair.sender().timeouts() == 0);
  CHECK(pair.sender().recoveries() == 3);  // RFC 5681 4.3: each is an indication of its own
  CHECK(pair.received() > 100'000);
}

TEST_CASE("TcpSender.FindsItWhereTwoRoundTripsAreLongerThanTheTimeout") {
  Pair pair(LongFlow(), 1, 400 * kMillisecond);
  int drops = 0;
  pair.set_drops([&drops](const Packet& packet) {  // in the tenth round trip
    return packet.sequence == 6'000'000 && drops < 2 && ++drops <= 2;
  });
  pair.sender().Start();
  pair.events().RunUntil(20 * kSecond);
  CHECK(drops == 2);
  CHECK(pair.sender().rtt().Timeout(0) < 1600 * kMillisecond);
  CHECK(pair.sender().timeouts() == 0);
  CHECK(pair.sender().recoveries() == 2);
}

TEST_CASE("TcpSender.SamplesOnceInARoundTrip") {
  Pair pair(LongFlow());
  pair.sender().Start();
  pair.events().RunUntil(300 * kMillisecond);
  pair.SetDelay(150 * kMillisecond);
  pair.events().RunUntil(650 * kMillisecond);
  // Dozens of acknowledgements were 200 ms under way, and count as one: an eighth.
  CHECK(pair.sender().rtt().smoothed() == 112'500 * kMicrosecond);
}

TEST_CASE("TcpSender.PassesOverReordering") {
  // What is overtaken by two is no loss.
  Pair pair(LongFlow());
  pair.sender().Start();
  pair.events().RunUntil(120 * kMillisecond);
  Packet ack = {.kind = Packet::Kind::kTcpAck, .bytes = 40};
  // 30 segments are outstanding from 10'000; segments 12 and 13 arrive before 10 and 11.
  const auto acknowledge = [&](int64_t segment, int64_t next, std::vector<int64_t> beyond) {
    ack.sequence = segment * 1000;
    ack.acknowledged = next * 1000;
    ack.echo = 100 * kMillisecond;
    ack.sack = {};
    if (!beyond.empty()) {
      ack.sack[0] = {static_cast<int32_t>((beyond[0] - next) * 1000),
                     static_cast<int32_t>((beyond[1] - next) * 1000)};
    }
    pair.sender().OnPacket(ack);
  };
  acknowledge(12, 10, {12, 13});
  CHECK(pair.sender().recoveries() == 0);
  acknowledge(11, 10, {11, 13});
  acknowledge(10, 13, {});
  CHECK(pair.sender().recoveries() == 0);
  acknowledge(16, 13, {16, 17});  // three after 13
  CHECK(pair.sender().recoveries() == 1);
}

TEST_CASE("TcpSender.LearnsWhatLostAcknowledgementsTold") {
  Pair pair(LongFlow());
  pair.set_drops([](const Packet& packet) { return packet.sequence == 10'000; });
  pair.sender().Start();
  pair.events().RunUntil(120 * kMillisecond);
  REQUIRE(pair.sent().size() == 30);
  // Of twenty acknowledgements only the last arrives, and says: all but segment 10.
  pair.sender().OnPacket({.kind = Packet::Kind::kTcpAck,
                          .sequence = 29'000,
                          .acknowledged = 10'000,
                          .echo = 100 * kMillisecond,
                          .sack = {{{1000, 20'000}}}});
  CHECK(pair.sender().recoveries() == 1);
  // The hole, and new ones up to the halved window.
  REQUIRE(pair.sent().size() == 40);
  CHECK(pair.sent()[30].sequence == 10'000);
  CHECK(pair.sent()[30].retransmission);
  CHECK(pair.sent()[31].sequence == 30'000);
}

TEST_CASE("TcpSender.DoublesItsTimeout") {
  Pair pair(LongFlow());
  pair.set_drops([&pair](const Packet&) { return pair.events().now() < 20 * kSecond; });
  pair.sender().Start();
  pair.events().RunUntil(32 * kSecond);
  REQUIRE(pair.sent().size() > 15);
  // Ten at once, then the first of them at 1, 3, 7, 15 s; at 31 s it goes through.
  for (size_t i = 0; i < 5; ++i) {
    const Packet& packet = pair.sent()[10 + i];
    CHECK(packet.retransmission);
    CHECK(packet.sequence == 0);
    CHECK(packet.sent == ((int64_t{2} << i) - 1) * kSecond);
  }
  CHECK(pair.sender().timeouts() == 5);
  CHECK(pair.received() > 50'000);  // the threshold is at five segments
  // From the start again at the next outage.
  const Nanos outage = pair.events().now();
  pair.set_drops([](const Packet&) { return true; });
  pair.events().RunUntil(outage + 1200 * kMillisecond);
  CHECK(pair.sender().timeouts() == 6);
}

TEST_CASE("TcpSender.SendsFilesWithIdleTimesBetween") {
  Pair pair(ShortFlow());
  pair.sender().Start();
  pair.events().RunUntil(20'000 * kSecond);
  // A file has 30 to 50 segments: 10, 20 and the rest, 0.3 s; with 10 s idle, one in 10.3 s.
  CHECK_THAT(pair.sender().connections(), WithinRel(20'000 / 10.3, 0.06));
  std::vector<int64_t> files;
  std::vector<double> idle;
  for (size_t i = 0; i < pair.sent().size(); ++i) {
    const Packet& packet = pair.sent()[i];
    if (i == 0 || packet.acknowledged != pair.sent()[i - 1].acknowledged) {
      files.push_back(0);
      if (i > 0) idle.push_back(Seconds(packet.sent - pair.sent()[i - 1].sent) - 0.1);
      CHECK(pair.SentWithin(packet.sent, packet.sent + 1) == 10);  // slow start anew
    }
    files.back() += packet.bytes;
  }
  double sum = 0;
  int low = 0;
  for (const int64_t bytes : files) {
    CHECK(bytes >= 30'000);
    CHECK(bytes <= 50'000);
    sum += static_cast<double>(bytes);
    low += bytes < 35'000;
  }
  const auto count = static_cast<double>(files.size());
  CHECK_THAT(sum / count, WithinRel(40'000, 0.02));
  CHECK_THAT(low / count, WithinRel(0.25, 0.15));
  // Exponential: a share of exp(-1) is longer than the mean, of exp(-3) three times as long.
  double mean = 0;
  for (const double time : idle) mean += time / static_cast<double>(idle.size());
  CHECK_THAT(mean, WithinRel(10, 0.06));
  const auto longer = [&idle](double limit) {
    int number = 0;
    for (const double time : idle) number += time > limit;
    return number / static_cast<double>(idle.size());
  };
  CHECK_THAT(longer(10), WithinRel(0.368, 0.1));
  CHECK_THAT(longer(30), WithinRel(0.0498, 0.3));
}

TEST_CASE("TcpSender.StartsIdleOrWithAFile") {
  FlowConfig config = ShortFlow();
  Pair on(config);
  on.sender().Start();
  CHECK(on.sent().size() == 10);
  config.starts_on = false;
  Pair off(config);
  off.sender().Start();
  off.events().RunUntil(kMillisecond);
  CHECK(off.sent().empty());
  off.events().RunUntil(200 * kSecond);
  CHECK(off.sent().size() > 100);
}

TEST_CASE("TcpSender.StopsAndStartsAnew") {
  for (const bool files : {false, true}) {
    Pair pair(files ? ShortFlow() : LongFlow());
    // A hole that stays open when it stops.
    pair.set_drops([](const Packet& packet) { return packet.sequence == 15'000; });
    pair.sender().Start();
    pair.events().RunUntil(210 * kMillisecond);
    pair.sender().Stop();
    const size_t sent = pair.sent().size();
    pair.events().RunUntil(50 * kSecond);
    CHECK(pair.sent().size() == sent);
    CHECK(pair.received() == 15'000);
    pair.sender().Start();
    pair.sender().Start();  // has no effect
    CHECK(pair.sent().size() == sent + 10);
    pair.events().RunUntil(50 * kSecond + 500 * kMillisecond);
    CHECK(pair.received() >= 45'000);
    CHECK(pair.sender().timeouts() == 0);
    CHECK(pair.sender().connections() == 2);
  }
}

TEST_CASE("TcpSender.IsTheSameForTheSameSeed") {
  const auto run = [](uint64_t seed) {
    Pair pair(ShortFlow(), seed);
    pair.sender().Start();
    pair.events().RunUntil(300 * kSecond);
    std::vector<Nanos> times;
    for (const Packet& packet : pair.sent()) times.push_back(packet.sent);
    return times;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

}  // namespace
}  // namespace remb::sim
