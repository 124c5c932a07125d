#include "tools/sim/fair_share.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

namespace remb::sim {
namespace {

void RequireShares(const std::vector<double>& capacities, const std::vector<FairFlow>& flows,
                   const std::vector<double>& expected) {
  const std::vector<double> shares = FairShares(capacities, flows);
  REQUIRE(shares.size() == expected.size());
  for (size_t i = 0; i < shares.size(); ++i) {
    CAPTURE(i);
    REQUIRE_THAT(shares[i], Catch::Matchers::WithinAbs(expected[i], 1e-3));
  }
}

TEST_CASE("Flows on one link share it equally") {
  RequireShares({3e6}, {{.links = {0}}, {.links = {0}}, {.links = {0}}}, {1e6, 1e6, 1e6});
}

TEST_CASE("What a flow does not demand is for the others") {
  RequireShares({3e6}, {{.links = {0}, .demand_bps = 5e5}, {.links = {0}}, {.links = {0}}},
                {5e5, 1.25e6, 1.25e6});
  // Two limits, the second only in reach once the first has left something.
  RequireShares(
      {4e6},
      {{.links = {0}, .demand_bps = 4e5}, {.links = {0}, .demand_bps = 1.5e6}, {.links = {0}}},
      {4e5, 1.5e6, 2.1e6});
}

TEST_CASE("A flow that is not active has no share") {
  RequireShares({2e6}, {{.links = {0}, .demand_bps = 0}, {.links = {0}}}, {0, 2e6});
}

TEST_CASE("All demands met leave the link unfilled") {
  RequireShares({9e6}, {{.links = {0}, .demand_bps = 1e6}, {.links = {0}, .demand_bps = 2e6}},
                {1e6, 2e6});
}

TEST_CASE("Shares are in proportion to weights, up to the demand") {
  RequireShares({4e6}, {{.links = {0}, .weight = 2}, {.links = {0}}, {.links = {0}}},
                {2e6, 1e6, 1e6});
  RequireShares({4e6}, {{.links = {0}, .weight = 2, .demand_bps = 1e6}, {.links = {0}}},
                {1e6, 3e6});
}

TEST_CASE("RFC 8867 6.3: a flow over two bottlenecks, and one over each") {
  // B-C carries all. S1 over A-B and C-D, S2 over A-B, S3 over C-D: C-D is tightest.
  RequireShares({2e6, 8e6, 1.5e6}, {{.links = {0, 1, 2}}, {.links = {0, 1}}, {.links = {1, 2}}},
                {0.75e6, 1.25e6, 0.75e6});
}

TEST_CASE("A link with nothing left gives nothing, and the flow's other links are not held") {
  RequireShares({0, 2e6}, {{.links = {0, 1}}, {.links = {1}}}, {0, 2e6});
}

TEST_CASE("A flow that nothing limits has an infinite share") {
  const std::vector<double> shares =
      FairShares({1e6}, {{.links = {}}, {.links = {0}}, {.links = {}, .demand_bps = 7e5}});
  REQUIRE(std::isinf(shares[0]));
  REQUIRE(shares[1] == 1e6);
  REQUIRE(shares[2] == 7e5);
}

}  // namespace
}  // namespace remb::sim
