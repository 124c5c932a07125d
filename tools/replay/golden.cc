#include "tools/replay/golden.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>
#include <absl/strings/strip.h>
#include <remb/remb.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

#include "tools/replay/replayer.h"
#include "tools/replay/trace_reader.h"

namespace remb::replay {
namespace {

constexpr double kTolerance = 1e-6;
constexpr size_t kExact = 3;  // of a row's values; a state follows, then reals

constexpr char kList[] = "golden.csv";
constexpr char kListHeader[] = "trace,clock,expected";
constexpr absl::string_view kTrace = ".trace.csv";

struct Answer {
  std::string_view clock_name;
  int32_t clock;
  const char* suffix;  // of the file, where there is no list
  const char* header;
};

constexpr std::array<Answer, 3> kAnswers = {{
    {"abs-send-time", REMB_CLOCK_ABS_SEND_TIME, ".expected.csv",
     "arrival_us,estimate_bps,ssrc_count,detector_state,offset_ms,noise_variance_ms2,threshold_ms"},
    {"toffset", REMB_CLOCK_TRANSMISSION_OFFSET, ".toffset-expected.csv",
     "time_us,estimate_bps,ssrc_count"},
    {"rtp-timestamp", REMB_CLOCK_RTP_TIMESTAMP, ".rtptime-expected.csv",
     "time_us,estimate_bps,ssrc_count"},
}};

// A report as the numbers of its row. All integers among them are far below 2^53.
using Row = std::vector<double>;

std::string ToString(const Row& row) {
  return absl::StrJoin(row, ",", [](std::string* out, double value) {
    bool whole = value == std::floor(value) && std::abs(value) < 1e15;
    whole ? absl::StrAppend(out, static_cast<int64_t>(value)) : absl::StrAppend(out, value);
  });
}

class RowCollector : public Listener {
 public:
  explicit RowCollector(bool detector) : detector_(detector) {}

  void OnReport(const remb_stats& stats) override {
    Row row = {static_cast<double>(stats.last_report_us), static_cast<double>(stats.estimate_bps),
               static_cast<double>(stats.stream_count)};
    if (detector_) {
      row.insert(row.end(), {static_cast<double>(stats.state), stats.offset_ms,
                             stats.noise_variance_ms2, stats.threshold_ms});
    }
    rows.push_back(std::move(row));
  }

  std::vector<Row> rows;

 private:
  bool detector_;
};

absl::StatusOr<std::vector<Row>> ReadExpected(const GoldenCase& golden) {
  auto answer = std::find_if(kAnswers.begin(), kAnswers.end(),
                             [&](const Answer& a) { return a.clock == golden.clock; });
  std::ifstream file(golden.expected_path);
  std::string line;
  if (!std::getline(file, line) || line != answer->header) {
    return absl::InvalidArgumentError(
        absl::StrCat(golden.expected_path, ":1:1: the header must be ", answer->header));
  }
  const auto columns = static_cast<size_t>(std::count(line.begin(), line.end(), ',')) + 1;
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    Row row;
    for (absl::string_view field : absl::StrSplit(line, ',')) {
      double value;
      if (!absl::SimpleAtod(field, &value)) break;
      row.push_back(value);
    }
    if (row.size() != columns) {
      return absl::InvalidArgumentError(absl::StrCat(golden.expected_path, ":", rows.size() + 2,
                                                     ": not a row of ", columns,
                                                     " numbers: ", line));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<Row>> Replay(const GoldenCase& golden) {
  RowCollector collector(golden.clock == REMB_CLOCK_ABS_SEND_TIME);
  absl::StatusOr<TraceReader> reader = TraceReader::Open(golden.trace_path);
  if (!reader.ok()) return reader.status();
  absl::StatusOr<Replayer> replayer =
      Replayer::Create({golden.profile, golden.clock, false}, &collector);
  if (!replayer.ok()) return replayer.status();
  remb_packet packet;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&packet);
    if (!more.ok()) return more.status();
    if (!*more) return collector.rows;
    if (absl::Status status = replayer->OnPacket(packet); !status.ok()) return status;
  }
}

GoldenCase Case(const std::string& folder, const std::string& trace, const Answer& answer,
                const std::string& expected) {
  return {std::string(absl::StripSuffix(trace, kTrace)),
          std::string(answer.clock_name),
          answer.clock,
          REMB_PROFILE_LIBWEBRTC,
          absl::StrCat(folder, "/", trace),
          absl::StrCat(folder, "/", expected)};
}

// Those of a list. files are the folder's CSV files.
absl::StatusOr<std::vector<GoldenCase>> ReadList(const std::string& folder,
                                                 const std::set<std::string>& files) {
  const std::string list = absl::StrCat(folder, "/", kList);
  std::ifstream file(list);
  std::string line;
  if (!std::getline(file, line) || line != kListHeader) {
    return absl::InvalidArgumentError(absl::StrCat(list, ":1:1: the header must be ", kListHeader));
  }
  std::vector<GoldenCase> cases;
  std::set<std::string> listed = {kList};
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    auto answer = std::find_if(kAnswers.begin(), kAnswers.end(), [&](const Answer& a) {
      return fields.size() == 3 && a.clock_name == fields[1];
    });
    if (answer == kAnswers.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          list, ":", cases.size() + 2, ": not a trace, a clock and what is expected: ", line));
    }
    cases.push_back(Case(folder, fields[0], *answer, fields[2]));
    listed.insert({fields[0], fields[2]});
  }
  for (const std::string& name : files) {
    if (!listed.contains(name)) {
      return absl::NotFoundError(absl::StrCat(list, " has not ", folder, "/", name));
    }
  }
  return cases;
}

// Those that the names of the folder's CSV files tell of.
absl::StatusOr<std::vector<GoldenCase>> MatchNames(const std::string& folder,
                                                   const std::set<std::string>& files) {
  std::vector<GoldenCase> cases;
  for (const std::string& trace : files) {
    if (!absl::EndsWith(trace, kTrace)) continue;
    const size_t before = cases.size();
    for (const Answer& answer : kAnswers) {
      const std::string expected = absl::StrCat(absl::StripSuffix(trace, kTrace), answer.suffix);
      if (files.contains(expected)) cases.push_back(Case(folder, trace, answer, expected));
    }
    if (cases.size() == before) {
      return absl::NotFoundError(absl::StrCat(folder, "/", trace, ": nothing is expected of it"));
    }
  }
  const auto answers = std::count_if(files.begin(), files.end(), [](const std::string& name) {
    return std::any_of(kAnswers.begin(), kAnswers.end(),
                       [&](const Answer& answer) { return absl::EndsWith(name, answer.suffix); });
  });
  if (static_cast<size_t>(answers) != cases.size()) {
    return absl::NotFoundError(absl::StrCat(folder, ": ", answers, " files of answers, but only ",
                                            cases.size(), " with a trace"));
  }
  return cases;
}

}  // namespace

absl::StatusOr<std::vector<GoldenCase>> FindGoldenCases(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::set<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".csv") files.insert(entry.path().filename().string());
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("cannot read ", folder, ": ", error.message()));
  }
  return files.contains(kList) ? ReadList(folder, files) : MatchNames(folder, files);
}

absl::StatusOr<Agreement> Check(const GoldenCase& golden) {
  absl::StatusOr<std::vector<Row>> expected = ReadExpected(golden);
  if (!expected.ok()) return expected.status();
  absl::StatusOr<std::vector<Row>> actual = Replay(golden);
  if (!actual.ok()) return actual.status();

  Agreement agreement;
  const size_t common = std::min(expected->size(), actual->size());
  for (; agreement.reports < common; ++agreement.reports) {
    const Row& want = (*expected)[agreement.reports];
    const Row& got = (*actual)[agreement.reports];
    bool same = std::equal(want.begin(), want.begin() + kExact, got.begin());
    if (same && want.size() > kExact) same = want[kExact] == got[kExact];
    for (size_t i = kExact + 1; i < want.size(); ++i) {
      double off = std::abs(got[i] - want[i]) / std::max(1.0, std::abs(want[i]));
      if (!(off <= kTolerance)) same = false;
      agreement.largest_signal_error = std::max(agreement.largest_signal_error, off);
    }
    if (!same) {
      return absl::FailedPreconditionError(absl::StrCat("report ", agreement.reports + 1, " of ",
                                                        expected->size(), ": expected ",
                                                        ToString(want), ", got ", ToString(got)));
    }
  }
  if (expected->size() != actual->size()) {
    return absl::FailedPreconditionError(absl::StrCat("expected ", expected->size(),
                                                      " reports, got ", actual->size(),
                                                      ", which agree as far as they go"));
  }
  return agreement;
}

}  // namespace remb::replay
