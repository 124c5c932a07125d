#include "tools/sim/padding_prober.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tools/sim/event_queue.h"

namespace remb::sim {
namespace {

struct Probes {
  Probes(bool rtx, uint64_t seed)
      : prober(&events, rtx, 1'200, Random(seed, "test"), [this](int32_t size) {
          times.push_back(events.now());
          bytes.push_back(size);
        }) {}

  // Of all packets but the last, over the time to the last.
  double Bps() const {
    double bits = 0;
    for (size_t i = 0; i + 1 < bytes.size(); ++i) bits += bytes[i] * 8.0;
    return bits / Seconds(times.back() - times.front());
  }

  EventQueue events;
  PaddingProber prober;
  std::vector<Nanos> times;
  std::vector<int32_t> bytes;
};

TEST_CASE("with RTX: 5 to 12 packets at 1.1 to 2.2 Mbit/s, over by 110 ms") {
  size_t least = 100;
  size_t most = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Probes probes(true, seed);
    probes.prober.Start();
    probes.events.RunUntil(kSecond);
    least = std::min(least, probes.bytes.size());
    most = std::max(most, probes.bytes.size());
    CHECK(probes.bytes[0] == 255);
    for (size_t i = 1; i < probes.bytes.size(); ++i) CHECK(probes.bytes[i] == 1'200);
    CHECK(probes.Bps() > 1.09e6);
    CHECK(probes.Bps() < 2.21e6);
    CHECK(probes.times.front() == 0);
    CHECK(probes.times.back() < 110 * kMillisecond);
  }
  CHECK(least == 5);
  CHECK(most == 12);
}

TEST_CASE("without RTX: 53 packets of padding alone") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Probes probes(false, seed);
    probes.prober.Start();
    probes.events.RunUntil(kSecond);
    CHECK(probes.bytes == std::vector<int32_t>(53, 255));
    CHECK(probes.times.back() < 110 * kMillisecond);
    CHECK(probes.Bps() > 1.09e6);
    CHECK(probes.Bps() < 2.21e6);
  }
}

TEST_CASE("stopped, it sends no more") {
  Probes probes(false, 1);
  probes.prober.Start();
  probes.events.RunUntil(10 * kMillisecond);
  const size_t sent = probes.bytes.size();
  probes.prober.Stop();
  probes.events.RunUntil(kSecond);
  CHECK(sent > 1);
  CHECK(probes.bytes.size() == sent);
}

}  // namespace
}  // namespace remb::sim
