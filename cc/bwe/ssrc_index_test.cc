#include "cc/bwe/ssrc_index.h"

#include <algorithm>
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
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

// In how many buckets the SSRC might be by its distance, on average over all of `ssrcs`.
double MeanProbes(const SsrcIndex& index, const std::vector<uint32_t>& ssrcs) {
  double probes = 0;
  for (uint32_t ssrc : ssrcs) probes += index.DistanceOf(ssrc) + 1;
  return probes / static_cast<double>(ssrcs.size());
}

// How many Find looks at.
double MeanLooks(const SsrcIndex& index, const std::vector<uint32_t>& ssrcs) {
  int looks = 0;
  for (uint32_t ssrc : ssrcs) index.Find(ssrc, &looks);
  return looks / static_cast<double>(ssrcs.size());
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

TEST_CASE("SsrcIndex: SSRCs that follow each other change no hash, whatever it is") {
  // The buckets of some, which are others by another hash.
  const auto homes = [](const SsrcIndex& index) {
    std::vector<uint32_t> all;
    for (uint32_t ssrc = 1; ssrc <= 16; ++ssrc) all.push_back(index.Home(ssrc * 0x1234567));
    return all;
  };
  int changes = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    for (uint32_t step : {1u, 2u, 4096u, 1u << 20}) {
      SsrcIndex index(seed);
      for (uint32_t i = 0; i < 64; ++i) {
        const std::vector<uint32_t> before = homes(index);
        index.Reserve(i * step);
        index.Insert(i * step, static_cast<int32_t>(i));
        const bool grows = std::has_single_bit(i);  // it was half full
        changes += !grows && homes(index) != before;
      }
    }
  }
  CHECK(changes == 0);
}

TEST_CASE("SsrcIndex: half of its buckets are used at most, and a quarter at least") {
  SsrcIndex index(kSeed);
  const std::vector<uint32_t> others = RandomSsrcs(50'000);
  const auto check_buckets = [&](uint32_t count) {
    CAPTURE(count);
    uint32_t last = 0;
    for (uint32_t ssrc : others) last = std::max(last, index.Home(ssrc));
    REQUIRE(last + 1 == std::max(2u, std::bit_ceil(2 * count)));
  };
  check_buckets(0);
  for (uint32_t i = 1; i <= 300; ++i) {
    Add(index, 0x10001 * i, 0);
    if (i < 20 || std::has_single_bit(i - 1) || std::has_single_bit(i)) check_buckets(i);
  }
  for (uint32_t i = 1; i <= 200; ++i) {  // in their place
    index.Erase(0x10001 * i);
    Add(index, 0x30003 * i, 0);
  }
  check_buckets(300);
}

TEST_CASE("SsrcIndex: SSRCs in any regular order cost no more than twice what random ones cost") {
  constexpr uint32_t kCount = 10'000;
  SsrcIndex of_random(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(kCount);
  for (uint32_t ssrc : random) Add(of_random, ssrc, 0);
  const double usual = MeanProbes(of_random, random);
  // By linear probing, a table filled to a: (1 + 1 / (1 - a)) / 2. Here a is 10 000 of 32 768.
  CHECK(usual > 1.2);
  CHECK(usual < 1.25);
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

TEST_CASE("SsrcIndex looks at two buckets for nearly all SSRCs that are not there") {
  SsrcIndex index(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(24'576);
  const auto there = std::vector(random.begin(), random.begin() + 16'384);
  const auto others = std::vector(random.begin() + 16'384, random.end());
  for (uint32_t ssrc : there) Add(index, ssrc, 0);  // half full
  CHECK(MeanLooks(index, there) < 1.6);
  // The first two, and of the 16 the eight with another's tag: one in 127 has that.
  CHECK(MeanLooks(index, others) >= 2);
  CHECK(MeanLooks(index, others) < 2 + 1.3 * 8 / 127);
}

TEST_CASE("SsrcIndex: all stay near, by the same hash, after many have come and gone") {
  SsrcIndex index(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(200'000);
  constexpr size_t kHalf = 16'384;
  std::vector<uint32_t> homes(random.size());
  for (size_t i = 0; i < random.size(); ++i) {
    if (i >= kHalf) {
      index.Erase(random[i - kHalf]);
      REQUIRE(index.Find(random[i - kHalf]) == SsrcIndex::kNone);
    }
    Add(index, random[i], static_cast<int32_t>(i));
    if (i + 1 == kHalf) {
      std::transform(random.begin(), random.end(), homes.begin(),
                     [&](uint32_t ssrc) { return index.Home(ssrc); });
    }
  }
  const std::vector<uint32_t> there(random.end() - kHalf, random.end());
  for (size_t i = random.size() - kHalf; i < random.size(); ++i) {
    REQUIRE(index.Find(random[i]) == static_cast<int32_t>(i));
    REQUIRE(index.DistanceOf(random[i]) <= SsrcIndex::kMaxDistance);
  }
  // Nothing moves up where one has gone.
  CHECK(MeanProbes(index, there) < 2.5);
  CHECK(MeanLooks(index, there) < 2);
  for (size_t i = 0; i < random.size(); ++i) REQUIRE(index.Home(random[i]) == homes[i]);
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
    REQUIRE(index.Find(ssrc) == i);
    REQUIRE(index.DistanceOf(ssrc) <= SsrcIndex::kMaxDistance);
    ssrcs.push_back(ssrc);
    changes += index.Home(ssrcs.front()) != home;
  }
  SsrcIndex of_random(kSeed);
  const std::vector<uint32_t> random = RandomSsrcs(ssrcs.size());
  for (uint32_t one : random) Add(of_random, one, 0);
  CHECK(MeanProbes(index, ssrcs) <= 2 * MeanProbes(of_random, random));
  CHECK(SsrcIndex::kMaxDistance == 15);
  for (uint32_t ssrc : ssrcs) REQUIRE(index.DistanceOf(ssrc) <= 15);
  // Each time that made the whole table anew, which is so seldom that it costs little for each.
  CHECK(changes > 5);
  CHECK(changes < 200);
}

// Whoever changes the hash changes these two on purpose: what is found is the same by any.
TEST_CASE("SsrcIndex: each hash is of splitmix64's next number, made odd") {
  struct Case {
    uint64_t seed;
    uint32_t ssrcs;   // half the buckets
    uint64_t number;  // as published with the generator
    int bucket_bits;
  };
  // The fifth of one seed, with 2, 4, 8, 16 and then 32 buckets, and the second of another, even.
  const Case each = GENERATE(Case{1'234'567, 16, 16'408'922'859'458'223'821u, 5},
                             Case{0, 2, 0x6E789E6AA1B965F4, 2});
  CAPTURE(each.seed);
  SsrcIndex index(each.seed);
  for (uint32_t i = 1; i <= each.ssrcs; ++i) Add(index, i, 0);
  for (uint32_t ssrc = 0; ssrc < 1'000; ++ssrc) {
    const uint64_t product = ssrc * (each.number | 1);
    // Fibonacci hashing: by 2^64 over the golden ratio, of which the highest bits are taken.
    const uint64_t spread = (product ^ product >> 32) * 11'400'714'819'323'198'485u;
    REQUIRE(index.Home(ssrc) == spread >> (64 - each.bucket_bits));
  }
}

TEST_CASE("SsrcIndex: a hash by which those there collide is passed over") {
  // The seventh hash, the first one of 128 buckets, as it is without the SSRCs below.
  SsrcIndex next(kSeed);
  for (uint32_t i = 1; i <= 33; ++i) Add(next, i, 0);
  std::vector<uint32_t> ssrcs;
  for (uint32_t ssrc = 100; ssrcs.size() < 32; ++ssrc) {
    if (next.Home(ssrc) == 0) ssrcs.push_back(ssrc);
  }
  // The one that the buckets are doubled for would have its place.
  ssrcs.push_back(ssrcs.back() + 1);
  while (next.Home(ssrcs.back()) < 64) ++ssrcs.back();
  SsrcIndex index(kSeed);
  for (uint32_t ssrc : ssrcs) Add(index, ssrc, static_cast<int32_t>(ssrc));
  for (uint32_t ssrc : ssrcs) {
    REQUIRE(index.Find(ssrc) == static_cast<int32_t>(ssrc));
    CHECK(index.DistanceOf(ssrc) <= SsrcIndex::kMaxDistance);
  }
  // By the next one there is no need of more buckets.
  for (uint32_t ssrc = 0; ssrc < 1'000; ++ssrc) REQUIRE(index.Home(ssrc) < 128);
}

}  // namespace
}  // namespace remb::core
