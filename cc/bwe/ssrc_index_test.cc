#include "cc/bwe/ssrc_index.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

constexpr uint64_t kSeed = 0x0123456789ABCDEF;

void Add(SsrcIndex& index, uint32_t ssrc, int32_t place) {
  index.Reserve(ssrc);
  index.Insert(ssrc, place);
}

// How many buckets Find looks at, on average over all of `ssrcs`.
double MeanProbes(const SsrcIndex& index, const std::vector<uint32_t>& ssrcs) {
  double probes = 0;
  for (uint32_t ssrc : ssrcs) probes += index.ProbesOf(ssrc);
  return probes / static_cast<double>(ssrcs.size());
}

std::vector<uint32_t> RandomSsrcs(size_t count) {
  testing::Random random(3);
  std::vector<uint32_t> ssrcs;
  for (size_t i = 0; i < count; ++i) ssrcs.push_back(static_cast<uint32_t>(random.Next() >> 32));
  std::sort(ssrcs.begin(), ssrcs.end());
  ssrcs.erase(std::unique(ssrcs.begin(), ssrcs.end()), ssrcs.end());
  return ssrcs;
}

TEST_CASE("SsrcIndex finds what a map finds, whatever comes and goes") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    testing::Random random(seed);
    SsrcIndex index(seed);
    std::map<uint32_t, int32_t> map;
    const int64_t range = seed % 2 ? 200 : 5000;
    for (int32_t i = 0; i < 20'000; ++i) {
      const auto ssrc = static_cast<uint32_t>(random.Uniform(0, range)) * 0x10001u;
      const auto known = map.find(ssrc);
      REQUIRE(index.Find(ssrc) == (known == map.end() ? SsrcIndex::kNone : known->second));
      if (known == map.end()) {
        Add(index, ssrc, i);
        map[ssrc] = i;
      } else if (random.OneIn(2)) {
        index.Erase(ssrc);
        map.erase(known);
      }
    }
    for (const auto& [ssrc, place] : map) REQUIRE(index.Find(ssrc) == place);
  }
}

TEST_CASE("SsrcIndex: SSRCs in any regular order cost no more than twice what random ones cost") {
  constexpr uint32_t kCount = 10'000;
  SsrcIndex of_random(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(kCount);
  for (uint32_t ssrc : random) Add(of_random, ssrc, 0);
  const double usual = MeanProbes(of_random, random);
  CHECK(usual < 2);
  for (const uint32_t step : {1u, 2u, 3u, 0x100u, 0x10000u, 0x10001u, 0x9E3779B9u, 0xFFFFFFFFu}) {
    CAPTURE(step);
    SsrcIndex index(kSeed);
    std::vector<uint32_t> ssrcs;
    for (uint32_t i = 1; i <= kCount; ++i) ssrcs.push_back(i * step);
    // Steps of many zeros at the end come round before that.
    std::sort(ssrcs.begin(), ssrcs.end());
    ssrcs.erase(std::unique(ssrcs.begin(), ssrcs.end()), ssrcs.end());
    for (uint32_t ssrc : ssrcs) Add(index, ssrc, 0);
    CHECK(MeanProbes(index, ssrcs) <= 2 * usual);
  }
}

// Who knows the seed, and so each hash as it comes to be used: the worst there can be.
TEST_CASE("SsrcIndex: SSRCs chosen to collide cost no more than twice what random ones cost") {
  SsrcIndex index(kSeed);
  std::vector<uint32_t> ssrcs;
  int changes = 0;
  uint32_t next = 1;
  for (int i = 0; i < 2000; ++i) {
    // The next SSRC that wants the first bucket or one of its neighbours.
    while (index.Home(next) > 1) ++next;
    const uint32_t ssrc = next++;
    const uint32_t home = index.Home(ssrcs.empty() ? ssrc : ssrcs.front());
    Add(index, ssrc, i);
    ssrcs.push_back(ssrc);
    changes += index.Home(ssrcs.front()) != home;
  }
  SsrcIndex of_random(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(ssrcs.size());
  for (uint32_t one : random) Add(of_random, one, 0);
  CHECK(MeanProbes(index, ssrcs) <= 2 * MeanProbes(of_random, random));
  for (uint32_t ssrc : ssrcs) REQUIRE(index.ProbesOf(ssrc) <= SsrcIndex::kMaxDistance + 1);
  // Each time that made the whole table anew, which is so seldom that it costs little for each.
  CHECK(changes > 5);
  CHECK(changes < 200);
}

}  // namespace
}  // namespace remb::core
