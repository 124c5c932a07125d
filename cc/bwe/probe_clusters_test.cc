#include "cc/bwe/probe_clusters.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

uint32_t AbsSendTime(int64_t us) {
  return static_cast<uint32_t>(((us << 18) + 500'000) / 1'000'000) & 0xFF'FFFF;
}

// The same in libwebrtc's way: a list of packets that is walked through for each new one. Numbers:
// modules/remote_bitrate_estimator/remote_bitrate_estimator_abs_send_time.cc.
class PlainProbeClusters {
 public:
  std::optional<DataRate> OnPacket(uint32_t abs_send_time, Timestamp arrival, DataSize size,
                                   std::optional<DataRate> estimate) {
    probes_.push_back({int64_t{abs_send_time} * 1'000'000 / (1 << 18), arrival.us(), size.bytes()});
    const std::vector<Cluster> clusters = FindClusters();
    if (clusters.empty()) {
      if (probes_.size() >= 15) probes_.pop_front();
      return std::nullopt;
    }
    const int64_t best_bps = Best(clusters);
    if (best_bps > (estimate ? estimate->bps() : 0)) return DataRate::BitsPerSec(best_bps);
    if (clusters.size() >= 3) probes_.clear();
    return std::nullopt;
  }

  size_t list_size() const { return probes_.size(); }

 private:
  struct Probe {
    int64_t send_us;
    int64_t arrival_us;
    int64_t bytes;
  };
  struct Cluster {
    int64_t count = 0;
    int64_t send_us = 0;
    int64_t receive_us = 0;
    int64_t bytes = 0;
    int64_t long_deltas = 0;
  };

  std::vector<Cluster> FindClusters() const {
    std::vector<Cluster> clusters;
    Cluster open;
    auto close = [&] {
      if (open.count >= 4 && open.send_us > 0 && open.receive_us > 0) clusters.push_back(open);
      open = Cluster();
    };
    for (size_t i = 1; i < probes_.size(); ++i) {
      const int64_t send_us = probes_[i].send_us - probes_[i - 1].send_us;
      const int64_t receive_us = probes_[i].arrival_us - probes_[i - 1].arrival_us;
      if (send_us >= 1000 && receive_us >= 1000) ++open.long_deltas;
      if (open.count > 0 && std::abs(send_us - open.send_us / open.count) >= 2500) close();
      ++open.count;
      open.send_us += send_us;
      open.receive_us += receive_us;
      open.bytes += probes_[i].bytes;
    }
    close();
    return clusters;
  }

  static int64_t Best(const std::vector<Cluster>& clusters) {
    int64_t best_bps = 0;
    for (const Cluster& cluster : clusters) {
      const int64_t send_us = cluster.send_us / cluster.count;
      const int64_t receive_us = cluster.receive_us / cluster.count;
      if (send_us == 0 || receive_us == 0) continue;
      const bool good = cluster.long_deltas > cluster.count / 2 && receive_us - send_us <= 2000 &&
                        send_us - receive_us <= 5000;
      if (!good) break;
      const int64_t bits = cluster.bytes / cluster.count * 8 * 1'000'000;
      best_bps = std::max(best_bps, std::min(bits / send_us, bits / receive_us));
    }
    return best_bps;
  }

  std::deque<Probe> probes_;
};

// Packets as they might come: probes, video, pauses, loss, jitter, reordering; send times wrap
// every 64 s.
class RandomPackets {
 public:
  struct Packet {
    uint32_t abs_send_time;
    Timestamp arrival;
    DataSize size;
  };

  explicit RandomPackets(uint64_t seed) : random_(seed) {}

  Packet Next() {
    if (random_.OneIn(30)) ChangePace();
    const int64_t sent = 1 + (random_.OneIn(20) ? random_.Uniform(1, 3) : 0);  // the rest is lost
    send_us_ += sent * (interval_us_ + random_.Uniform(0, interval_jitter_us_));
    if (random_.OneIn(4)) send_us_ += step_us_;
    if (random_.OneIn(500)) send_us_ += random_.Uniform(0, 70'000'000);
    arrival_us_ = std::max(arrival_us_, send_us_ + random_.Uniform(0, arrival_jitter_us_)) +
                  serialisation_us_;
    const int64_t late_us = random_.OneIn(40) ? random_.Uniform(0, 20'000) : 0;  // reordered
    return {.abs_send_time = AbsSendTime(send_us_ - late_us),
            .arrival = Timestamp::Micros(arrival_us_),
            .size = DataSize::Bytes(random_.Uniform(201, 1200))};
  }
  testing::Random& random() { return random_; }

 private:
  void ChangePace() {
    interval_us_ = random_.OneIn(3) ? 0 : random_.Uniform(0, 15'000);
    interval_jitter_us_ = random_.OneIn(2) ? 0 : random_.Uniform(0, 4000);
    step_us_ = random_.OneIn(3) ? 2500 : 0;  // at the bounds of a cluster
    arrival_jitter_us_ = random_.OneIn(2) ? 0 : random_.Uniform(0, 10'000);
    serialisation_us_ = random_.OneIn(3) ? 0 : random_.Uniform(0, 10'000);
  }

  testing::Random random_;
  int64_t send_us_ = 50'000'000;
  int64_t arrival_us_ = 0;
  int64_t interval_us_ = 5000;
  int64_t interval_jitter_us_ = 0;
  int64_t step_us_ = 0;
  int64_t arrival_jitter_us_ = 0;
  int64_t serialisation_us_ = 1000;
};

TEST_CASE("ProbeClusters answers every packet as the list does") {
  int answers = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomPackets packets(seed);
    ProbeClusters probes;
    PlainProbeClusters plain;
    std::optional<DataRate> estimate;
    for (int i = 0; i < 1000; ++i) {
      const RandomPackets::Packet packet = packets.Next();
      const auto actual =
          probes.OnPacket(packet.abs_send_time, packet.arrival, packet.size, estimate);
      const auto expected =
          plain.OnPacket(packet.abs_send_time, packet.arrival, packet.size, estimate);
      CAPTURE(seed, i);
      REQUIRE(actual == expected);
      if (actual) {
        estimate = actual;
        ++answers;
      }
      if (packets.random().OneIn(50)) {
        estimate = DataRate::KilobitsPerSec(packets.random().Uniform(5, 3000));
      }
    }
  }
  CHECK(answers > 1000);
}

// Send times that go to and fro, so that a cluster that counted may cease to. When it is longer
// than 31 packets by then, the answers may differ: docs/algorithm.md has that among the deviations.
TEST_CASE("ProbeClusters answers as the list does where send times go backwards") {
  constexpr size_t kMaxList = 31;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    testing::Random random(seed);
    ProbeClusters probes;
    PlainProbeClusters plain;
    const int64_t low_us = -random.Uniform(0, 2500);
    const int64_t high_us = random.Uniform(0, 2500);
    int64_t send_us = 10'000'000;
    int64_t arrival_us = 0;
    while (plain.list_size() < kMaxList && arrival_us < 1'000'000) {
      send_us += random.Uniform(low_us, high_us);
      arrival_us += random.Uniform(1, 3000);
      const auto estimate = DataRate::KilobitsPerSec(random.Uniform(100, 100'000));
      const uint32_t abs_send_time = AbsSendTime(send_us);
      const Timestamp arrival = Timestamp::Micros(arrival_us);
      const DataSize size = DataSize::Bytes(1000);
      CAPTURE(seed, arrival_us);
      REQUIRE(probes.OnPacket(abs_send_time, arrival, size, estimate) ==
              plain.OnPacket(abs_send_time, arrival, size, estimate));
    }
  }
}

// A burst of packets of 1000 bytes; gives the last answer.
struct Burst {
  int packets;
  int64_t send_interval_us;
  int64_t arrival_interval_us;
};

class Prober {
 public:
  std::optional<DataRate> Send(const Burst& burst,
                               std::optional<DataRate> estimate = std::nullopt) {
    std::optional<DataRate> answer;
    for (int i = 0; i < burst.packets; ++i) {
      answer = probes_.OnPacket(AbsSendTime(send_us_), Timestamp::Micros(arrival_us_),
                                DataSize::Bytes(1000), estimate);
      send_us_ += burst.send_interval_us;
      arrival_us_ += burst.arrival_interval_us;
    }
    return answer;
  }

 private:
  ProbeClusters probes_;
  int64_t send_us_ = 1'000'000;
  int64_t arrival_us_ = 5'000'000;
};

TEST_CASE("ProbeClusters: four deltas make a cluster") {
  Prober prober;
  CHECK_FALSE(prober.Send({4, 10'000, 10'000}));
  // 10 ms is 2621.44 ticks of abs-send-time.
  const auto rate = prober.Send({1, 10'000, 10'000});
  REQUIRE(rate);
  CHECK(rate->kbps() == 800);
}

TEST_CASE("ProbeClusters: the slower side counts") {
  CHECK(Prober().Send({5, 5'000, 7'000})->kbps() == 1143);
  CHECK(Prober().Send({5, 8'000, 5'000})->kbps() == 1000);
}

TEST_CASE("ProbeClusters: a probe that arrives too slowly or too fast is none") {
  CHECK_FALSE(Prober().Send({5, 5'000, 7'100}));   // more than 2 ms behind
  CHECK_FALSE(Prober().Send({5, 10'000, 4'900}));  // more than 5 ms ahead
  CHECK_FALSE(Prober().Send({5, 500, 500}));       // deltas below 1 ms
}

TEST_CASE("ProbeClusters: deltas of 1 ms are long enough at either end") {
  CHECK(Prober().Send({5, 1'500, 1'000}));
  CHECK_FALSE(Prober().Send({5, 1'500, 999}));
}

// Less than a microsecond from packet to packet: no rate at all, so not a bad one either.
TEST_CASE("ProbeClusters: what comes or was sent all at once does not end the search") {
  SECTION("sent 10 ms apart, of which 1 us was left in all") {
    Prober prober;
    prober.Send({5, 10'000, 0});
    prober.Send({1, 10'000, 1});
    CHECK(prober.Send({6, 5'000, 5'000})->kbps() == 1600);
  }
  SECTION("sent within a tick of abs-send-time") {
    Prober prober;
    prober.Send({5, 0, 5'000});
    prober.Send({1, 4, 5'000});
    prober.Send({1, 5'000, 5'000});
    CHECK(prober.Send({6, 5'000, 5'000})->kbps() == 1600);
  }
}

TEST_CASE("ProbeClusters: only what is above the estimate is an answer") {
  Prober prober;
  CHECK_FALSE(prober.Send({5, 10'000, 10'000}, DataRate::KilobitsPerSec(801)));
  CHECK(prober.Send({5, 5'000, 5'000}, DataRate::KilobitsPerSec(801)));
}

TEST_CASE("ProbeClusters: a wrap of the send time parts clusters") {
  constexpr int64_t kWrapUs = 64'000'000;
  ProbeClusters probes;
  int answers = 0;
  for (int64_t i = -3; i < 4; ++i) {  // three and four packets: no cluster on either side
    const auto answer =
        probes.OnPacket(AbsSendTime(kWrapUs + i * 10'000), Timestamp::Micros(kWrapUs + i * 10'000),
                        DataSize::Bytes(1000), std::nullopt);
    answers += answer.has_value();
  }
  CHECK(answers == 0);
}

}  // namespace
}  // namespace remb::core
