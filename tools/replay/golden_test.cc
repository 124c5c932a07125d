// The libwebrtc profile's answer to every reference trace, by every clock.

#include "tools/replay/golden.h"

#include <remb/remb.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace remb::replay {
namespace {

const std::vector<GoldenCase>& Cases() {
  static const std::vector<GoldenCase> cases = [] {
    auto found = FindGoldenCases("testdata/reference");
    if (!found.ok()) FAIL(std::string(found.status().message()));
    return *found;
  }();
  return cases;
}

TEST_CASE(
    "libwebrtc profile: there are 12 modelled traces with 3 clocks and 2 of a browser with 2") {
  CHECK(Cases().size() == 40);
}

TEST_CASE("libwebrtc profile: every report of every reference trace") {
  auto index = GENERATE(range(size_t{0}, Cases().size()));
  const GoldenCase& golden = Cases()[index];
  DYNAMIC_SECTION(golden.name << " by " << golden.clock_name) {
    auto agreement = Check(golden);
    INFO(std::string(agreement.status().message()));
    REQUIRE(agreement.ok());
    CHECK(agreement->reports > 0);
  }
}

TEST_CASE("libwebrtc profile: a list that can't be read or leaves a file out is an error") {
  namespace fs = std::filesystem;
  const fs::path folder = "listed." + std::to_string(getpid());
  fs::create_directory(folder);
  auto error = [&](const std::string& list) {
    std::ofstream(folder / "golden.csv") << list;
    return std::string(FindGoldenCases(folder.string()).status().message());
  };
  const std::string header = "trace,clock,expected\n";
  std::ofstream(folder / "x.trace.csv");
  CHECK(error("trace,clock\n").find("golden.csv:1:1: the header must be") != std::string::npos);
  CHECK(error(header + "x.trace.csv,ntp,x.expected.csv\n").find("golden.csv:2: not a trace") !=
        std::string::npos);
  CHECK(error(header).find("x.trace.csv") != std::string::npos);
  CHECK(error(header + "x.trace.csv,toffset,x.expected.csv\n") == "");
  fs::remove_all(folder);
}

TEST_CASE("libwebrtc profile: without a list, names tell what is expected of which trace") {
  namespace fs = std::filesystem;
  const fs::path folder = "unlisted." + std::to_string(getpid());
  fs::create_directory(folder);
  auto message = [&] { return std::string(FindGoldenCases(folder.string()).status().message()); };
  std::ofstream(folder / "x.trace.csv");
  CHECK(message().find("x.trace.csv: nothing is expected of it") != std::string::npos);
  std::ofstream(folder / "x.rtptime-expected.csv");
  std::ofstream(folder / "x.expected.csv");
  std::ofstream(folder / "notes.csv");  // nobody's
  auto cases = FindGoldenCases(folder.string());
  REQUIRE(cases.ok());
  REQUIRE(cases->size() == 2);
  CHECK((*cases)[0].name == "x");
  CHECK((*cases)[0].clock == REMB_CLOCK_ABS_SEND_TIME);
  CHECK((*cases)[1].clock_name == "rtp-timestamp");
  CHECK((*cases)[1].expected_path == folder.string() + "/x.rtptime-expected.csv");
  std::ofstream(folder / "y.toffset-expected.csv");
  CHECK(message().find("3 files of answers, but only 2 with a trace") != std::string::npos);
  fs::remove_all(folder);
  CHECK(message().find("cannot read") == 0);
}

// What Check says of steady by abs-send-time if the expected answer is changed by replacing a text.
std::string AfterChange(const std::string& from, const std::string& to) {
  auto steady = std::find_if(Cases().begin(), Cases().end(), [](const GoldenCase& golden) {
    return golden.name == "steady" && golden.clock == REMB_CLOCK_ABS_SEND_TIME;
  });
  REQUIRE(steady != Cases().end());
  std::stringstream text;
  text << std::ifstream(steady->expected_path).rdbuf();
  std::string answer = text.str();
  size_t at = answer.find(from);
  REQUIRE(at != std::string::npos);
  answer.replace(at, from.size(), to);

  GoldenCase changed = *steady;
  changed.expected_path = "changed." + std::to_string(getpid()) + ".csv";
  std::ofstream(changed.expected_path) << answer;
  auto agreement = Check(changed);
  std::filesystem::remove(changed.expected_path);
  return std::string(agreement.status().message());
}

TEST_CASE("libwebrtc profile: the comparison sees every kind of difference") {
  const std::string row = "1000242889,1273256,2,0,-0.00160888792,48.4623637,6\n";
  CHECK(AfterChange(row, row) == "");
  auto starts = [&](const std::string& changed) {
    return AfterChange(row, changed).find("report 2 of 491: expected ") == 0;
  };
  CHECK(starts("1000242888,1273256,2,0,-0.00160888792,48.4623637,6\n"));
  CHECK(starts("1000242889,1273257,2,0,-0.00160888792,48.4623637,6\n"));
  CHECK(starts("1000242889,1273256,1,0,-0.00160888792,48.4623637,6\n"));
  CHECK(starts("1000242889,1273256,2,1,-0.00160888792,48.4623637,6\n"));
  CHECK(starts("1000242889,1273256,2,0,-0.00161188792,48.4623637,6\n"));
  CHECK(starts("1000242889,1273256,2,0,-0.00160888792,48.4624237,6\n"));
  CHECK(starts("1000242889,1273256,2,0,-0.00160888792,48.4623637,6.00001\n"));
  CHECK(starts("1000242889,1273256,2,0,nan,48.4623637,6\n"));
  CHECK(AfterChange(row, "").find("report 2 of 490: expected ") == 0);
  CHECK(AfterChange(row, row + "1,2,3\n").find(":4: not a row of 7 numbers: 1,2,3") !=
        std::string::npos);
  CHECK(AfterChange("arrival_us", "time_us").find(":1:1: the header must be") != std::string::npos);
}

}  // namespace
}  // namespace remb::replay
