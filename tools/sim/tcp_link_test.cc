// TCP over a link: how much of it one flow takes, and how two of them share it.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tools/sim/delay_line.h"
#include "tools/sim/link.h"
#include "tools/sim/tcp_receiver.h"
#include "tools/sim/tcp_sender.h"

namespace remb::sim {
namespace {

using Tcp = FlowConfig::Tcp;

// Flows that share one link forward, of 50 ms each way.
class SharedLink : public PacketSink {
 public:
  SharedLink(int64_t bps, Nanos queue, const std::vector<Tcp>& algorithms, uint64_t seed = 1)
      : link_(Config(bps, queue), &events_, seed, this) {
    flows_.reserve(algorithms.size());
    for (size_t i = 0; i < algorithms.size(); ++i) {
      flows_.push_back(std::make_unique<Flow>());
      Flow& flow = *flows_.back();
      flow.config.name = "tcp";
      flow.config.kind = FlowConfig::Kind::kTcp;
      flow.config.tcp = algorithms[i];
      flow.sender = std::make_unique<TcpSender>(flow.config, i, &events_, seed, &link_);
      flow.acks = std::make_unique<DelayLine>(50 * kMillisecond, &events_, flow.sender.get());
      flow.receiver = std::make_unique<TcpReceiver>(i, &events_, flow.acks.get());
      flow.receiver->set_on_data([&flow](int64_t bytes) { flow.bytes += bytes; });
    }
  }

  void OnPacket(const Packet& packet) override { flows_[packet.flow]->receiver->OnPacket(packet); }

  void Start() {
    for (const auto& flow : flows_) flow->sender->Start();
  }
  // bit/s of a flow from now on for this long.
  std::vector<double> Rates(Nanos length) {
    for (const auto& flow : flows_) flow->bytes = 0;
    events_.RunUntil(events_.now() + length);
    std::vector<double> rates;
    for (const auto& flow : flows_) {
      rates.push_back(static_cast<double>(flow->bytes) * 8 / Seconds(length));
    }
    return rates;
  }
  const TcpSender& sender(size_t i) const { return *flows_[i]->sender; }
  EventQueue& events() { return events_; }
  Link& link() { return link_; }

 private:
  struct Flow {
    FlowConfig config;
    std::unique_ptr<TcpSender> sender;
    std::unique_ptr<DelayLine> acks;
    std::unique_ptr<TcpReceiver> receiver;
    int64_t bytes = 0;
  };

  static LinkConfig Config(int64_t bps, Nanos queue) {
    LinkConfig config;
    config.name = "bottleneck";
    config.capacity.bps = bps;
    config.delay = 50 * kMillisecond;
    config.queue.limit = queue;
    return config;
  }

  EventQueue events_;
  Link link_;
  std::vector<std::unique_ptr<Flow>> flows_;
};

constexpr Nanos kQueue = 300 * kMillisecond;

TEST_CASE("Tcp.OneCubicFlowFillsALink") {
  SharedLink shared(10'000'000, kQueue, {Tcp::kCubic});
  shared.Start();
  shared.Rates(5 * kSecond);
  const double rate = shared.Rates(60 * kSecond)[0];
  INFO(rate);
  CHECK(rate >= 0.95 * 10e6);
  CHECK(rate <= 10e6);
  CHECK(shared.sender(0).timeouts() == 0);
}

TEST_CASE("Tcp.OneNewRenoFlowFillsALink") {
  for (const int64_t bps : {2'000'000, 10'000'000}) {
    SharedLink shared(bps, kQueue, {Tcp::kNewReno});
    shared.Start();
    shared.Rates(5 * kSecond);
    const double rate = shared.Rates(60 * kSecond)[0];
    INFO(rate);
    CHECK(rate >= 0.9 * static_cast<double>(bps));
    CHECK(shared.sender(0).timeouts() == 0);
  }
}

TEST_CASE("Tcp.TwoNewRenoFlowsShareALink") {
  for (const int64_t bps : {2'000'000, 10'000'000}) {
    SharedLink shared(bps, kQueue, {Tcp::kNewReno, Tcp::kNewReno});
    shared.Start();
    const std::vector<double> rates = shared.Rates(120 * kSecond);
    INFO(rates[0] << " " << rates[1]);
    CHECK(rates[0] < 1.5 * rates[1]);
    CHECK(rates[1] < 1.5 * rates[0]);
    CHECK(rates[0] + rates[1] > 0.95 * static_cast<double>(bps));
  }
}

TEST_CASE("Tcp.AFlowTakesMoreWhenTheCapacityRises") {
  for (const Tcp tcp : {Tcp::kNewReno, Tcp::kCubic}) {
    SharedLink shared(2'000'000, kQueue, {tcp});
    shared.Start();
    shared.Rates(20 * kSecond);
    shared.link().SetCapacity(500'000);
    shared.Rates(10 * kSecond);
    CHECK(shared.Rates(20 * kSecond)[0] > 0.9 * 500e3);
    shared.link().SetCapacity(4'000'000);
    shared.Rates(20 * kSecond);
    CHECK(shared.Rates(20 * kSecond)[0] > 0.9 * 4e6);
  }
}

TEST_CASE("Tcp.RandomLossSlowsItDownByTheSquareRootLaw") {
  // RFC 3819 section 8.5.2.1: sqrt(3 / 2) segments in a round trip, over the square root of the
  // probability; here without delayed acknowledgements, on a link far larger.
  SharedLink shared(1'000'000'000, kQueue, {Tcp::kNewReno});
  shared.link().SetLoss(0.01);
  shared.Start();
  shared.Rates(10 * kSecond);
  const double rate = shared.Rates(300 * kSecond)[0];
  INFO(rate);
  CHECK(rate > 0.85 * 12.25 * 8000 / 0.1);
  CHECK(rate < 1.15 * 12.25 * 8000 / 0.1);
}

}  // namespace
}  // namespace remb::sim
