#include "tools/report/cc/report.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <sstream>
#include <string>

namespace remb::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string Page(const Report& report) {
  std::ostringstream out;
  absl::Status status = Write(report, out);
  INFO(std::string(status.message()));
  REQUIRE(status.ok());
  return out.str();
}

// What lies between the data's script tags.
std::string Data(const Report& report) {
  std::string page = Page(report);
  const std::string start = "<script type=\"application/json\" id=\"report\">\n";
  size_t from = page.find(start);
  REQUIRE(from != std::string::npos);
  from += start.size();
  return page.substr(from, page.find("\n</script>", from) - from);
}

TEST_CASE("an empty report") {
  CHECK(Data({}) == R"({"title":"","subtitle":"","summary":[],"charts":[]})");
}

TEST_CASE("all that a report can hold, as JSON") {
  Report report;
  report.title = "T";
  report.subtitle = "S";
  report.summary = {{"Packets", "5", "", ""}, {"Rate", "1.5", "Mbit/s", "mean"}};
  Chart chart;
  chart.title = "Rate";
  chart.note = "N";
  chart.unit = "bit/s";
  chart.height = 300;
  chart.linear = 10;
  chart.series = {{"a", Color::kEstimate, Kind::kStep, {0, 0.5, 1e-6}, {1, kNan, 1234567}},
                  {"b", Color::kMuted, Kind::kPoints, {}, {}},
                  {"c", Color::kThreshold, Kind::kLine, {100.0625}, {-kInfinity}}};
  chart.series[0].x = {0, 0.5, 2.25};
  chart.bands = {{0, 1.5, State::kUnderusing}, {1.5, 2, State::kOverusing}, {2, 2, State::kNormal}};
  report.charts = {chart, Chart{}};
  CHECK(Data(report) ==
        R"({"title":"T","subtitle":"S","summary":[{"label":"Packets","value":"5"},
{"label":"Rate","value":"1.5","unit":"Mbit/s","note":"mean"}],)"
        R"("charts":[{"title":"Rate","note":"N","unit":"bit/s","height":300,"linear":10,)"
        R"("series":[{"label":"a","color":"estimate","kind":"step","x":[0,0.5,2.25],)"
        R"("y":[1,null,1234567]},
{"label":"b","color":"muted","kind":"points","x":[],"y":[]},
{"label":"c","color":"threshold","kind":"line","x":[100.0625],"y":[null]}],)"
        R"("bands":[{"from":0,"to":1.5,"state":"underusing"},
{"from":1.5,"to":2,"state":"overusing"},
{"from":2,"to":2,"state":"normal"}]},
{"title":"","unit":"","height":260,"series":[],"bands":[]}]})");
}

TEST_CASE("no text can leave its string or its script element") {
  Report report;
  report.title = "</script><!--\"\\\n\x7f&µ";
  CHECK(Data(report) ==
        R"({"title":"\u003c/script\u003e\u003c!--\"\\\u000a\u007f\u0026µ","subtitle":"",)"
        R"("summary":[],"charts":[]})");
}

TEST_CASE("the page is whole: every part is in it, and nothing is to be loaded") {
  std::string page = Page({});
  CHECK(page.find("{{") == std::string::npos);
  CHECK(page.find("uPlot=function") != std::string::npos);
  CHECK(page.find("MIT License") != std::string::npos);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  for (const char* loader : {" src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"}) {
    INFO(loader);
    CHECK(page.find(loader) == std::string::npos);
  }
}

TEST_CASE("reports that break a rule") {
  auto error = [](const Series& series, const Band& band = {}) {
    Report report;
    report.charts.resize(1);
    report.charts[0].title = "C";
    report.charts[0].series = {series};
    report.charts[0].bands = {band};
    std::ostringstream out;
    std::string message(Write(report, out).message());
    CHECK((message.empty() || out.str().empty()));
    return message;
  };
  CHECK(error({"s", Color::kLoss, Kind::kLine, {1, 1}, {1, 2}}) == "");
  CHECK(error({"s", Color::kLoss, Kind::kLine, {1}, {}}) ==
        "report: chart 'C', series 's': 1 times for 0 values");
  CHECK(error({"s", Color::kLoss, Kind::kLine, {1, 0}, {1, 1}}) ==
        "report: chart 'C', series 's': time 1 is 0, which is not ascending");
  CHECK(error({"s", Color::kLoss, Kind::kLine, {kNan}, {1}}) != "");
  CHECK(error({}, {2, 1, State::kNormal}) == "report: chart 'C': a band from 2 to 1");
}

TEST_CASE("a stream that fails is an error") {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  CHECK_FALSE(Write({}, out).ok());
}

}  // namespace
}  // namespace remb::report
