#include "tools/sim/results/time_series.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

namespace remb::sim {
namespace {

using Catch::Approx;

// 400 ms: 1 Mbit/s arrives in the first step, nothing in the second.
Recording TwoSteps() {
  Recording recording;
  recording.length = 2 * kSeriesStep;
  FlowRecording& flow = recording.flows.emplace_back();
  flow.name = "media";
  flow.media = true;
  flow.bins.resize(41);
  for (size_t i = 0; i < 20; ++i) flow.bins[i] = {2500, 1250, 0, 1};
  flow.fair_share = {{0, 1e6}, {300 * kMillisecond, 2e6}};
  flow.remb = {{250 * kMillisecond, 8e5}};
  flow.arrivals = {{10 * kMillisecond, 7 * kMillisecond, 1250},
                   {20 * kMillisecond, 3 * kMillisecond, 1250}};
  LinkRecording& link = recording.links.emplace_back();
  link.name = "a, b";
  link.bins = flow.bins;
  link.capacity = {{0, 3e6}};
  link.queue = {{0, 1e6}, {390 * kMillisecond, 4e6}};
  return recording;
}

TEST_CASE("Steps hold mean rates, last values and the longest queue") {
  const std::vector<SeriesRow> rows = TimeSeries(TwoSteps());
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].sent_bps == Approx(2e6));
  CHECK(rows[0].received_bps == Approx(1e6));
  CHECK(rows[0].limit_bps == 1e6);
  CHECK(rows[0].queue_ms == Approx(7));
  CHECK(std::isnan(rows[0].remb_bps));  // none was sent yet
  CHECK(rows[1].time == kSeriesStep);
  CHECK(rows[1].received_bps == 0);
  CHECK(rows[1].limit_bps == 2e6);
  CHECK(rows[1].remb_bps == 8e5);
  CHECK(std::isnan(rows[1].queue_ms));     // nothing arrived
  CHECK(rows[2].sent_bps == Approx(1e6));  // what left the link
  CHECK(rows[2].queue_ms == Approx(1));
  CHECK(rows[3].queue_ms == Approx(4));
}

TEST_CASE("The file has a row a step, and nothing where there is no figure") {
  std::ostringstream out;
  WriteTimeSeries({{"one", TimeSeries(TwoSteps())}}, out);
  CHECK(out.str() ==
        "case,kind,name,time_s,limit_bps,sent_bps,received_bps,remb_bps,queue_ms\n"
        "one,media,media,0.0,1000000,2000000,1000000,,7.0\n"
        "one,media,media,0.2,2000000,0,0,800000,\n"
        "one,link,\"a, b\",0.0,3000000,1000000,,,1.0\n"
        "one,link,\"a, b\",0.2,3000000,0,,,4.0\n");
}

}  // namespace
}  // namespace remb::sim
