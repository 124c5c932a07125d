#include "tools/replay/html_report.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>

#include "tools/replay/delay_meter.h"
#include "tools/replay/format.h"
#include "tools/report/cc/report.h"

namespace remb::replay {
namespace {

using Catch::Matchers::WithinAbs;

remb_stats Stats(int64_t groups, int32_t state) {
  remb_stats stats = {};
  stats.state = state;
  stats.stream_count = 2;
  stats.last_report_us = groups * 10'000;
  stats.estimate_bps = 1'000'000 + groups / 20;
  stats.incoming_bitrate_bps = 900'000;
  stats.link_capacity_bps = groups > 1000 ? 1'100'000 : 0;
  stats.modified_offset_ms = std::sin(static_cast<double>(groups));
  stats.threshold_ms = 6;
  return stats;
}

// Feeds groups of two SSRCs, 10 ms apart.
void Feed(HtmlReport* html, int64_t groups) {
  remb_packet packet = {};
  for (int64_t i = 0; i < groups; ++i) {
    packet.arrival_us = i * 10'000;
    packet.ssrc = 7 + static_cast<uint32_t>(i % 3 == 0);
    packet.abs_send_time =
        static_cast<uint32_t>(packet.arrival_us * (1 << 18) / 1'000'000) & 0xffffff;
    packet.rtp_timestamp = static_cast<uint32_t>(i * 900);
    remb_stats stats = Stats(i, i % 100 == 50 ? REMB_STATE_OVERUSING : REMB_STATE_NORMAL);
    html->OnGroup(packet, stats);
    if (i % 20 == 0) html->OnReport(stats);
    if (i % 100 == 0) html->OnRemb(packet.arrival_us, stats.estimate_bps);
  }
}

TraceSummary Trace(int64_t groups) {
  TraceSummary trace;
  trace.name = "x.trace.csv";
  trace.clock = "abs-send-time";
  trace.profile = "libwebrtc";
  trace.packets = groups * 3;
  trace.bytes = 1'000'000;
  trace.last_us = (groups - 1) * 10'000;
  return trace;
}

std::string Page(const report::Report& report) {
  std::ostringstream out;
  absl::Status status = report::Write(report, out);
  INFO(std::string(status.message()));
  REQUIRE(status.ok());
  return out.str();
}

TEST_CASE("the page of a trace by abs-send-time: rate, delay gradient, queueing delay") {
  HtmlReport html(REMB_CLOCK_ABS_SEND_TIME, REMB_PROFILE_LIBWEBRTC);
  Feed(&html, 2000);
  report::Report page = html.Build(Trace(2000));
  CHECK(page.title == "x.trace.csv");
  REQUIRE(page.charts.size() == 3);

  const report::Chart& rate = page.charts[0];
  CHECK(rate.unit == "bit/s");
  REQUIRE(rate.series.size() == 4);
  CHECK(rate.series[0].label == "Received");
  CHECK(rate.series[1].label == "Estimate");
  CHECK(rate.series[1].x.size() == 101);  // 100 reports, and the last one's value at the end
  CHECK_THAT(rate.series[1].x.back(), WithinAbs(19.99, 1e-9));
  CHECK(rate.series[2].label == "REMB");
  CHECK(rate.series[2].x.size() == 20);
  CHECK(rate.series[3].label == "Capacity");
  CHECK(std::isnan(rate.series[3].y.front()));
  CHECK(rate.series[3].y.back() == 1'100'000);
  CHECK(std::count_if(rate.bands.begin(), rate.bands.end(), [](const report::Band& band) {
          return band.state == report::State::kOverusing;
        }) == 20);

  const report::Chart& signal = page.charts[1];
  REQUIRE(signal.series.size() == 3);
  CHECK(signal.series[1].y.front() == 6);
  CHECK(signal.series[2].y.front() == -6);
  CHECK(page.charts[2].title == "Queueing delay");
  Page(page);
}

TEST_CASE("other clocks have a delay gradient for each SSRC, the busiest first") {
  HtmlReport html(REMB_CLOCK_RTP_TIMESTAMP, REMB_PROFILE_LIBWEBRTC);
  Feed(&html, 300);
  report::Report page = html.Build(Trace(300));
  REQUIRE(page.charts.size() == 4);
  CHECK(page.charts[1].title == "Delay gradient, SSRC 7");
  CHECK(page.charts[2].title == "Queueing delay, SSRC 7");
  CHECK(page.charts[3].title == "Delay gradient, SSRC 8");
}

TEST_CASE("a trace in which nothing happened has a page too") {
  HtmlReport html(REMB_CLOCK_ABS_SEND_TIME, REMB_PROFILE_LIBWEBRTC);
  TraceSummary trace;
  report::Report page = html.Build(trace);
  REQUIRE(page.charts.size() == 1);
  Page(page);
}

TEST_CASE("the page of a long trace stays small") {
  HtmlReport html(REMB_CLOCK_TRANSMISSION_OFFSET, REMB_PROFILE_LIBWEBRTC);
  Feed(&html, 1'000'000);
  report::Report page = html.Build(Trace(1'000'000));
  CHECK(Page(page).size() < 3'000'000);
}

TEST_CASE("a silence is a gap in the lines") {
  HtmlReport html(REMB_CLOCK_ABS_SEND_TIME, REMB_PROFILE_LIBWEBRTC);
  remb_packet packet = {};
  for (int64_t second : {0, 1, 4, 5}) {
    packet.arrival_us = second * 1'000'000;
    html.OnGroup(packet, Stats(second, 0));
  }
  TraceSummary trace = Trace(2);
  trace.last_us = 9'000'000;
  const report::Series received = html.Build(trace).charts[0].series[0];
  REQUIRE(received.y.size() == 6);
  CHECK(std::isnan(received.y[2]));
  CHECK(received.x[2] < 1.1);
  CHECK(std::isnan(received.y[5]));
}

TEST_CASE("one-way delay over the first packet's, across wraps of the stamps") {
  remb_packet packet = {};
  DelayMeter abs;
  for (int64_t ms = 0; ms < 200'000; ms += 500) {  // abs-send-time wraps each 64 s
    packet.arrival_us = ms * 1000 + (ms > 100'000 ? 30'000 : 0);
    packet.abs_send_time = static_cast<uint32_t>(ms * (1 << 18) / 1000) & 0xffffff;
    CHECK_THAT(abs.Add(packet, REMB_CLOCK_ABS_SEND_TIME), WithinAbs(ms > 100'000 ? 30 : 0, 0.01));
  }
  packet.arrival_us += 10'000'000;  // the receiver's clock was set
  CHECK_THAT(abs.Add(packet, REMB_CLOCK_ABS_SEND_TIME), WithinAbs(30, 0.01));

  DelayMeter rtp, toffset;
  packet.rtp_timestamp = 0xffffff00;
  for (int i = 0; i < 5; ++i) {
    packet.arrival_us += 20'000;
    packet.rtp_timestamp += 900;        // 10 ms
    packet.transmission_offset += 900;  // and 10 ms
    CHECK_THAT(rtp.Add(packet, REMB_CLOCK_RTP_TIMESTAMP), WithinAbs(10 * i, 1e-6));
    CHECK_THAT(toffset.Add(packet, REMB_CLOCK_TRANSMISSION_OFFSET), WithinAbs(0, 1e-6));
  }
}

TEST_CASE("numbers for people") {
  CHECK(FormatCount(0) == "0");
  CHECK(FormatCount(9999) == "9999");
  CHECK(FormatCount(17668) == "17\u202f668");
  CHECK(FormatCount(-1234567) == "-1\u202f234\u202f567");
  CHECK(FormatReal(0) == "0");
  CHECK(FormatReal(0.01234) == "0.0123");
  CHECK(FormatReal(60) == "60.0");
  CHECK(FormatReal(1234.5) == "1234");
  CHECK(FormatRate(1'830'000) == std::pair<std::string, std::string>("1.83", "Mbit/s"));
  CHECK(FormatRate(2.5e9).second == "Gbit/s");
  CHECK(FormatRate(80'000).second == "kbit/s");
  CHECK(FormatRate(999) == std::pair<std::string, std::string>("999", "bit/s"));
}

}  // namespace
}  // namespace remb::replay
