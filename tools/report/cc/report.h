// Plots over time as one HTML file that needs nothing else: no network, no other file. The same
// page is written by ../report.go for Go programs.
#ifndef TOOLS_REPORT_CC_REPORT_H_
#define TOOLS_REPORT_CC_REPORT_H_

#include <absl/status/status.h>

#include <ostream>
#include <string>
#include <vector>

namespace remb::report {

// Says what a series is; the page has a colour for it in light and dark, and a line style.
enum class Color {
  kEstimate,
  kIncoming,  // what is received; the area below is tinted
  kSent,
  kRemb,
  kCapacity,   // dashed
  kDelay,      // the area below is tinted
  kSignal,     // whatever is compared with a threshold
  kThreshold,  // dashed
  kLoss,
  kMuted,  // dotted
};

enum class Kind {
  kLine,
  kStep,  // holds until the next point
  kPoints,
};

// One number of the summary: {"Utilisation", "81", "%", "target: 60 % or more"}.
struct Fact {
  std::string label;
  std::string value;
  std::string unit;
  std::string note;  // small print below
};

// One line. Series of a chart that have the same label (say the two sides of a threshold) share a
// legend entry, which shows the values of the first.
struct Series {
  std::string label;
  Color color = Color::kMuted;
  Kind kind = Kind::kLine;
  std::vector<double> x;  // seconds, ascending; all charts of a page count from the same moment
  std::vector<double> y;  // as many; NaN is a gap
};

// The detector's states, by the library's numbers.
enum class State { kNormal = 0, kUnderusing = 1, kOverusing = 2 };

// A stretch of time in a state: tinted in the plot, and shown in the strip above it.
struct Band {
  double from = 0;  // seconds
  double to = 0;
  State state = State::kNormal;
};

struct Chart {
  std::string title;
  std::string note;  // a sentence on how to read it
  // Unit of the y axis. "bit/s" and "B" are shown with the prefix that suits the size: give plain
  // bit/s.
  std::string unit;
  int height = 260;  // CSS pixels
  // Squeezes the y axis like a logarithm beyond this value on both sides of 0, so that what is
  // small can be read beside peaks. 0: not squeezed.
  double linear = 0;
  std::vector<Series> series;
  std::vector<Band> bands;  // in the order of time, not overlapping
};

struct Report {
  std::string title;
  std::string subtitle;  // one line: what was run, and how
  std::vector<Fact> summary;
  std::vector<Chart> charts;  // above each other, on one time axis
};

// Writes the page. An error is a report that breaks a rule above, or a stream that does.
absl::Status Write(const Report& report, std::ostream& out);

}  // namespace remb::report

#endif  // TOOLS_REPORT_CC_REPORT_H_
