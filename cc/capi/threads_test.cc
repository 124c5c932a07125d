// The rules on threads: different estimators are independent, and one may have several readers.
// Says most under --config=tsan.
#include <remb/remb.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::testing {
namespace {

// Without Catch, whose assertions are for one thread.
View Play(const std::vector<remb_packet>& packets) {
  remb_config config = ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.initial_bitrate_bps = 300'000;
  const Handle handle = Create(config);
  for (const remb_packet& packet : packets) {
    if (remb_on_packet(handle.get(), &packet) & REMB_DUE) {
      SendIfDue(handle.get(), packet.arrival_us);
    }
  }
  return ViewOf(handle);
}

TEST_CASE("two estimators on two threads") {
  const std::array<std::vector<remb_packet>, 2> traces = {ReadReferenceTrace("rfc52"),
                                                          ReadReferenceTrace("simulcast")};
  std::array<std::optional<View>, 2> views;
  {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&, i] { views[i] = Play(traces[i]); });
    for (std::thread& thread : threads) thread.join();
  }
  for (int i = 0; i < 2; ++i) CHECK(*views[i] == Play(traces[i]));
}

TEST_CASE("several readers of one estimator") {
  const std::vector<remb_packet> packets = ReadReferenceTrace("simulcast");
  const Handle handle = Create(ConfigOf(REMB_PROFILE_LIBWEBRTC));
  for (size_t start = 0; start + 2000 <= packets.size(); start += 2000) {
    REQUIRE(remb_on_packets(handle.get(), &packets[start], 2000) >= 0);
    const View expected = ViewOf(handle);
    std::atomic<int> different = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        for (int k = 0; k < 100; ++k) different += !(ViewOf(handle) == expected);
      });
    }
    for (std::thread& reader : readers) reader.join();
    CHECK(different == 0);
  }
}

}  // namespace
}  // namespace remb::testing
