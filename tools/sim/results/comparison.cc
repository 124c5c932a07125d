#include "tools/sim/results/comparison.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tools/sim/results/table.h"

namespace remb::sim {
namespace {

struct Row {
  const char* title;
  double RunMetrics::*member;
  double scale;
  int digits;
  enum { kMore, kLess, kNeither } better;
};

constexpr Row kRows[] = {
    {"utilisation", &RunMetrics::utilisation, 1, 3, Row::kMore},
    {"least of a flow", &RunMetrics::least_utilisation, 1, 3, Row::kMore},
    {"queueing p50, ms", &RunMetrics::queue_p50_ms, 1, 1, Row::kLess},
    {"queueing p95, ms", &RunMetrics::queue_p95_ms, 1, 1, Row::kLess},
    {"queueing p99, ms", &RunMetrics::queue_p99_ms, 1, 1, Row::kLess},
    {"loss by queues, %", &RunMetrics::loss, 100, 2, Row::kLess},
    {"max/min, last 60 s", &RunMetrics::max_min_last, 1, 2, Row::kLess},
    {"convergence, s", &RunMetrics::convergence_s, 1, 2, Row::kLess},
    {"never converged", &RunMetrics::never_converged, 1, 1, Row::kLess},
    {"drop: sender, s", &RunMetrics::drop_sender_s, 1, 2, Row::kLess},
    {"drop: queue, s", &RunMetrics::drop_queue_s, 1, 2, Row::kLess},
    {"s below 150 kbit/s", &RunMetrics::below_floor_s, 1, 1, Row::kLess},
    {"start, s", &RunMetrics::start_s, 1, 2, Row::kLess},
    {"lost at the start", &RunMetrics::start_lost, 1, 1, Row::kLess},
    {"REMB/s", &RunMetrics::remb_per_s, 1, 1, Row::kNeither},
};

std::string Cell(const Spread& spread, const Row& row) {
  return NeverAnd(spread,
                  absl::StrCat(FormatFigure(row.scale * spread.finite_mean, row.digits), " ±",
                               FormatFigure(row.scale * spread.deviation, row.digits)));
}

double NeverShare(const Spread& spread) { return static_cast<double>(spread.never) / spread.count; }

struct Count {
  int better = 0;
  int worse = 0;
  int all = 0;
};

void AddRows(const CaseResult& a, const CaseResult& b, std::vector<std::vector<std::string>>* cells,
             Count* count) {
  for (const Row& row : kRows) {
    const Spread in_a = SpreadOf(a, row.member);
    const Spread in_b = SpreadOf(b, row.member);
    if (in_a.count == 0 || in_b.count == 0) continue;
    ++count->all;
    std::string difference = "-";
    std::string verdict;
    if (NeverShare(in_a) != NeverShare(in_b)) {  // longer than any time, so no matter of spread
      const bool better = NeverShare(in_b) < NeverShare(in_a);
      difference = better ? "fewer never" : "more never";
      ++(better ? count->better : count->worse);
      verdict = better ? "better" : "worse";
    } else if (in_a.never < in_a.count) {
      const double change = in_b.finite_mean - in_a.finite_mean;
      difference = absl::StrFormat("%+.*f", row.digits, row.scale * change);
      if (std::abs(change) > std::hypot(in_a.deviation, in_b.deviation)) {
        if (row.better == Row::kNeither) {
          verdict = "differs";
        } else {
          const bool better = (change > 0) == (row.better == Row::kMore);
          ++(better ? count->better : count->worse);
          verdict = better ? "better" : "worse";
        }
      }
    }
    cells->push_back(
        {absl::StrCat("  ", row.title), Cell(in_a, row), Cell(in_b, row), difference, verdict});
  }
  if (!std::isnan(a.efficiency) && !std::isnan(b.efficiency)) {
    cells->push_back({"  efficiency e", FormatFigure(a.efficiency, 3),
                      FormatFigure(b.efficiency, 3),
                      absl::StrFormat("%+.3f", b.efficiency - a.efficiency), ""});
  }
}

std::string Name(const Results& results) {
  std::string name = absl::StrCat(results.receiver, ", libremb ", results.library);
  for (const std::string& option : results.options) absl::StrAppend(&name, ", ", option);
  return name;
}

}  // namespace

absl::StatusOr<std::string> Compare(const Results& a, const Results& b) {
  std::vector<std::vector<std::string>> cells = {{"", "A", "B", "B - A", ""}};
  Count count;
  int cases = 0;
  std::vector<std::string> alone;
  for (const CaseResult& in_a : a.cases) {
    const auto in_b =
        std::find_if(b.cases.begin(), b.cases.end(),
                     [&in_a](const CaseResult& result) { return result.name == in_a.name; });
    if (in_b == b.cases.end()) {
      alone.push_back(in_a.name);
      continue;
    }
    ++cases;
    cells.push_back({in_a.name, "", "", "", ""});
    AddRows(in_a, *in_b, &cells, &count);
  }
  for (const CaseResult& in_b : b.cases) {
    if (std::none_of(a.cases.begin(), a.cases.end(),
                     [&in_b](const CaseResult& result) { return result.name == in_b.name; })) {
      alone.push_back(in_b.name);
    }
  }
  if (cases == 0) return absl::NotFoundError("no case that both have");
  std::string text = absl::StrCat("A: ", Name(a), "\nB: ", Name(b), "\n\n", AlignColumns(cells),
                                  "\nMeans and standard deviations over seeds. B is said to be "
                                  "better or worse where the difference is\nlarger than both "
                                  "deviations together (root of the sum of squares), or where "
                                  "fewer or more seeds\nnever get there: better in ",
                                  count.better, ", worse in ", count.worse, " of ", count.all,
                                  " figures of ", cases, " cases.\n");
  if (!alone.empty()) {
    absl::StrAppend(&text, "Only in one of them: ", absl::StrJoin(alone, ", "), ".\n");
  }
  return text;
}

}  // namespace remb::sim
