#include "tools/sim/results/table.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

namespace remb::sim {
namespace {

// A column; `optional` ones are left out where no case has a figure.
struct Column {
  const char* title;
  std::string (*cell)(const CaseResult& result);
  bool optional;
};

std::string MeanCell(const CaseResult& result, double RunMetrics::*member, int digits,
                     double scale = 1) {
  const Spread spread = SpreadOf(result, member);
  return NeverAnd(spread, FormatFigure(scale * spread.finite_mean, digits));
}

std::string Name(const CaseResult& result) { return result.name; }
std::string Utilisation(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::utilisation, 3);
}
std::string WorstUtilisation(const CaseResult& result) {
  return FormatFigure(SpreadOf(result, &RunMetrics::utilisation).least, 3);
}
std::string P50(const CaseResult& result) { return MeanCell(result, &RunMetrics::queue_p50_ms, 0); }
std::string P95(const CaseResult& result) { return MeanCell(result, &RunMetrics::queue_p95_ms, 0); }
std::string P99(const CaseResult& result) { return MeanCell(result, &RunMetrics::queue_p99_ms, 0); }
std::string Loss(const CaseResult& result) { return MeanCell(result, &RunMetrics::loss, 2, 100); }
std::string MaxMin(const CaseResult& result) {
  const Spread spread = SpreadOf(result, &RunMetrics::max_min_last);
  if (spread.count == 0) return "-";
  return absl::StrCat(FormatFigure(spread.mean, 2), " (", FormatFigure(spread.greatest, 2), ")");
}
std::string EfficiencyCell(const CaseResult& result) { return FormatFigure(result.efficiency, 2); }
std::string Rembs(const CaseResult& result) { return MeanCell(result, &RunMetrics::remb_per_s, 1); }
std::string TcpShare(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::tcp_share, 2);
}
std::string BelowFloor(const CaseResult& result) {
  const Spread spread = SpreadOf(result, &RunMetrics::below_floor_s);
  if (!(spread.greatest > 0)) return "-";
  return absl::StrCat(FormatFigure(spread.mean, 1), " (", FormatFigure(spread.greatest, 0), ")");
}
std::string Start(const CaseResult& result) { return MeanCell(result, &RunMetrics::start_s, 1); }
std::string StartLost(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::start_lost, 0);
}
std::string Converged(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::convergence_s, 1);
}
std::string NeverConverged(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::never_converged, 1);
}
std::string DropSender(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::drop_sender_s, 1);
}
std::string DropQueue(const CaseResult& result) {
  return MeanCell(result, &RunMetrics::drop_queue_s, 1);
}

constexpr Column kColumns[] = {
    {"case", Name, false},
    {"util", Utilisation, false},
    {"worst", WorstUtilisation, false},
    {"p50", P50, false},
    {"p95", P95, false},
    {"p99", P99, false},
    {"loss%", Loss, false},
    {"mm (worst)", MaxMin, true},
    {"e", EfficiencyCell, true},
    {"REMB/s", Rembs, false},
    {"start", Start, false},
    {"lost5s", StartLost, false},
    {"conv", Converged, false},
    {"never", NeverConverged, false},
    {"drop", DropSender, true},
    {"queue<50", DropQueue, true},
    {"TCP", TcpShare, true},
    {"s<150k (worst)", BelowFloor, true},
};

// Characters, of UTF-8.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// What holds for all cases plainly, else with the names of those that it holds for.
void AddCaseConventions(const Results& results, std::vector<std::string>* lines) {
  constexpr size_t kNamed = 3;
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> cases;
  for (const CaseResult& result : results.cases) {
    for (const std::string& convention : result.conventions) {
      std::vector<std::string>& names = cases[convention];
      if (names.empty()) order.push_back(convention);
      names.push_back(result.name);
    }
  }
  for (const std::string& convention : order) {
    std::vector<std::string>& names = cases[convention];
    if (names.size() == results.cases.size()) {
      lines->push_back(convention);
      continue;
    }
    const size_t more = names.size() - std::min(names.size(), kNamed);
    names.resize(names.size() - more);
    if (more > 0) names.push_back(absl::StrCat(more, " more"));
    lines->push_back(absl::StrCat(convention, " (", absl::StrJoin(names, "; "), ")"));
  }
}

}  // namespace

std::string FormatFigure(double value, int digits) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return "never";
  return absl::StrFormat("%.*f", digits, value);
}

std::string NeverAnd(const Spread& spread, const std::string& others) {
  if (spread.never == 0) return others;
  if (spread.never == spread.count) return "never";
  return absl::StrCat(spread.never, " never (", others, ")");
}

std::string AlignColumns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - Width(row[i]), ' ');
      absl::StrAppend(&line, i == 0 ? "" : "  ", i == 0 ? "" : padding, row[i],
                      i == 0 ? padding : "");
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string TextTable(const Results& results) {
  std::vector<std::vector<std::string>> rows(results.cases.size() + 1);
  for (const Column& column : kColumns) {
    std::vector<std::string> cells;
    for (const CaseResult& result : results.cases) cells.push_back(column.cell(result));
    if (column.optional &&
        std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell == "-"; })) {
      continue;
    }
    rows[0].push_back(column.title);
    for (size_t i = 0; i < cells.size(); ++i) rows[i + 1].push_back(cells[i]);
  }
  return absl::StrCat(AlignColumns(rows), "\n", absl::StrJoin(Conventions(results), "\n"), "\n");
}

std::vector<std::string> Conventions(const Results& results) {
  std::vector<std::string> lines;
  std::string receiver = absl::StrCat("Receiver ", results.receiver, ", libremb ", results.library);
  for (const std::string& option : results.options) absl::StrAppend(&receiver, ", ", option);
  lines.push_back(receiver + ".");
  if (!results.cases.empty() && !results.cases[0].runs.empty()) {
    std::vector<uint64_t> seeds;
    for (const RunMetrics& run : results.cases[0].runs) seeds.push_back(run.seed);
    lines.push_back(absl::StrCat("Means of seeds ", absl::StrJoin(seeds, ", "),
                                 "; worst: the worst seed. n never (t): n seeds never got there, t "
                                 "is the mean of the others."));
  }
  lines.insert(
      lines.end(),
      {"util: media bits received / integral of min(fair share, source maximum), without padding "
       "and paused flows.",
       "p50, p95, p99: ms of true queueing delay, all media packets of a run. loss%: media packets "
       "dropped by queues.",
       "mm: greatest / least rate relative to fair shares, last 60 s. REMB/s: a flow. conv: s from "
       "an event until the 1 s rate is 90 % of the share and then 80 % for 5 s, mean of events "
       "and flows; never: how many did not, of which one makes the mean never.",
       "start: s to 90 % of the share over 200 ms; lost5s: packets lost within 5 s of a start."});
  const auto any = [&results](auto what) {
    return std::any_of(results.cases.begin(), results.cases.end(), what);
  };
  if (any([](const CaseResult& r) { return DropQueue(r) != "-"; })) {
    lines.emplace_back(
        "drop, queue<50: s from a drop of capacity until senders' targets are no more "
        "than their shares, and until the queue stays below 50 ms for 1 s; slowest "
        "drop.");
  }
  if (any([](const CaseResult& r) { return TcpShare(r) != "-"; })) {
    lines.emplace_back("TCP: its part of what TCP and media received while media was active.");
  }
  if (any([](const CaseResult& r) { return BelowFloor(r) != "-"; })) {
    lines.emplace_back(
        "s<150k: seconds in which a flow receives less than 150 kbit/s, mean of media "
        "flows.");
  }
  if (any([](const CaseResult& r) { return !std::isnan(r.efficiency); })) {
    lines.emplace_back(
        "e: util / what a receiver that knows the fair share, REMB = f * share, f 0.5 "
        "to 1, reaches at the same p95; straight between points, level beyond them.");
  }
  AddCaseConventions(results, &lines);
  return lines;
}

}  // namespace remb::sim
