#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tools/sim/results/comparison.h"
#include "tools/sim/results/csv.h"
#include "tools/sim/results/json.h"
#include "tools/sim/results/plots.h"
#include "tools/sim/results/table.h"

namespace remb::sim {
namespace {

using Catch::Matchers::ContainsSubstring;

// Two cases of two seeds; `utilisation` is that of the first seed, the second's is 0.02 more.
Results Example(double utilisation) {
  Results results;
  results.receiver = "adaptive";
  results.library = "1.2.3";
  for (const char* name : {"one", "two, \"quoted\""}) {
    CaseResult& result = results.cases.emplace_back();
    result.name = name;
    result.conventions = {"queue: short"};
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      RunMetrics& run = result.runs.emplace_back();
      run.seed = seed;
      run.utilisation = utilisation + (seed == 2 ? 0.02 : 0);
      run.queue_p95_ms = 40;
      run.drop_queue_s = seed == 1 ? kNeverSeconds : 1.5;
      run.flows.push_back({"media", true, false});
    }
  }
  results.cases[1].conventions.emplace_back("queue: long");
  results.cases[0].efficiency = 0.97;
  return results;
}

TEST_CASE("The table has a row a case, and only columns that say something") {
  const std::string text = TextTable(Example(0.9));
  CHECK_THAT(text, ContainsSubstring("\none            0.910  0.900    0   40"));
  CHECK_THAT(text, ContainsSubstring("  1 never (1.5)"));
  CHECK_THAT(text, ContainsSubstring("Receiver adaptive, libremb 1.2.3."));
  CHECK_THAT(text, ContainsSubstring("seeds 1, 2"));
  CHECK_THAT(text, ContainsSubstring("\nqueue: short\n"));
  CHECK_THAT(text, ContainsSubstring("\nqueue: long (two, \"quoted\")\n"));
  CHECK_THAT(text, !ContainsSubstring("TCP"));
  CHECK_THAT(text, !ContainsSubstring("mm (worst)"));
}

TEST_CASE("Columns are aligned by characters") {
  CHECK(AlignColumns({{"a", "±1"}, {"bcd", "100"}, {"e"}}) == "a     ±1\nbcd  100\ne\n");
}

TEST_CASE("JSON comes back as it went") {
  const std::string path = (std::filesystem::temp_directory_path() / "sim_outputs.json").string();
  const Results written = Example(0.9);
  {
    std::ofstream out(path);
    WriteJson(written, out);
  }
  const absl::StatusOr<Results> read = ReadJson(path);
  std::filesystem::remove(path);
  REQUIRE(read.ok());
  CHECK(read->receiver == "adaptive");
  REQUIRE(read->cases.size() == 2);
  CHECK(read->cases[1].name == "two, \"quoted\"");
  CHECK(read->cases[0].efficiency == 0.97);
  CHECK(std::isnan(read->cases[1].efficiency));
  REQUIRE(read->cases[0].runs.size() == 2);
  CHECK(read->cases[0].runs[1].seed == 2);
  CHECK(read->cases[0].runs[1].utilisation == Catch::Approx(0.92));
  CHECK(std::isinf(read->cases[0].runs[0].drop_queue_s));
  CHECK(std::isnan(read->cases[0].runs[0].tcp_share));
}

TEST_CASE("What is no results file") {
  CHECK(ReadJson("none.json").status().code() == absl::StatusCode::kNotFound);
  const std::string path = (std::filesystem::temp_directory_path() / "sim_bad.json").string();
  for (const char* text : {"{}", R"({"format":"libremb sim results 1"})", "[", "7"}) {
    std::ofstream(path) << text;
    CHECK(ReadJson(path).status().code() == absl::StatusCode::kInvalidArgument);
  }
  std::filesystem::remove(path);
}

TEST_CASE("CSV has a row a run") {
  std::ostringstream out;
  WriteCsv(Example(0.9), out);
  CHECK_THAT(out.str(), ContainsSubstring("case,receiver,seed,utilisation,"));
  CHECK_THAT(out.str(), ContainsSubstring("\none,adaptive,2,0.92,"));
  CHECK_THAT(out.str(), ContainsSubstring("\n\"two, \"\"quoted\"\"\",adaptive,1,0.9,"));
}

TEST_CASE("A trace is in replay's columns") {
  std::ostringstream out;
  WriteTrace({{1'000'000, 16777215, 90000, -5, 1200, 42, 65535}}, out);
  CHECK(out.str() ==
        "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc,"
        "sequence_number\n"
        "1000000,16777215,90000,-5,1200,42,65535\n");
}

TEST_CASE("Differences count where they exceed the seeds'") {
  // Deviations of 0.014 each make 0.02 together.
  const absl::StatusOr<std::string> more = Compare(Example(0.5), Example(0.53));
  REQUIRE(more.ok());
  CHECK_THAT(*more, ContainsSubstring("0.540 ±0.014  +0.030  better"));
  CHECK_THAT(*more, ContainsSubstring("better in 2, worse in 0"));
  const absl::StatusOr<std::string> less = Compare(Example(0.5), Example(0.49));
  REQUIRE(less.ok());
  CHECK_THAT(*less, ContainsSubstring("better in 0, worse in 0"));
  Results other = Example(0.5);
  other.cases.resize(1);
  CHECK_THAT(*Compare(Example(0.5), other), ContainsSubstring("Only in one of them: two"));
  other.cases[0].name = "three";
  CHECK(Compare(Example(0.5), other).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("A time that never came is worse than any") {
  Results some = Example(0.5);  // never in one of two seeds, else 1.5 s
  Results always = some;
  for (CaseResult& result : always.cases) {
    result.runs[0].drop_queue_s = 90;
    result.runs[1].drop_queue_s = 80;
  }
  CHECK_THAT(*Compare(some, always), ContainsSubstring("1 never (1.50 ±0.00)"));
  CHECK_THAT(*Compare(some, always), ContainsSubstring("fewer never  better"));
  CHECK_THAT(*Compare(some, always), ContainsSubstring("better in 2, worse in 0"));
  CHECK_THAT(*Compare(always, some), ContainsSubstring("more never  worse"));
  CHECK_THAT(*Compare(always, some), ContainsSubstring("better in 0, worse in 2"));
  Results none = some;
  for (CaseResult& result : none.cases) result.runs[1].drop_queue_s = kNeverSeconds;
  CHECK_THAT(*Compare(some, none), ContainsSubstring("worse in 2"));
  CHECK_THAT(*Compare(none, none), ContainsSubstring("better in 0, worse in 0"));
  // As often never: the others tell.
  Results slower = some;
  for (CaseResult& result : slower.cases) result.runs[1].drop_queue_s = 9;
  CHECK_THAT(*Compare(some, slower), ContainsSubstring("+7.50  worse"));
}

TEST_CASE("A page has charts of flows and links") {
  Recording recording;
  recording.length = kSecond;
  FlowRecording media;
  media.name = "media";
  media.media = true;
  media.bins.resize(100, {1250, 1250, 0, 1});
  media.arrivals = {{0, kMillisecond, 1250}};
  media.fair_share = {{0, 1e6}};
  LinkRecording link;
  link.name = "bottleneck";
  link.bins = media.bins;
  link.capacity = {{0, 1e6}};
  link.queue = {{0, 5e6}};
  recording.flows = {media};
  recording.links = {link};
  const std::vector<report::Chart> charts = Plots(recording);
  REQUIRE(charts.size() == 4);
  CHECK(charts[0].title == "media: rates");
  CHECK(charts[0].series.front().y.front() == 1e6);
  CHECK(charts[3].title == "bottleneck: queue");
  CHECK(charts[3].series.front().y.front() == 5);
  std::ostringstream out;
  const report::Report page = Page(Example(0.9), {charts, charts});
  CHECK(page.charts.size() == 8);
  CHECK(report::Write(page, out).ok());
}

}  // namespace
}  // namespace remb::sim
