// Results as text for a terminal.
#ifndef TOOLS_SIM_RESULTS_TABLE_H_
#define TOOLS_SIM_RESULTS_TABLE_H_

#include <string>
#include <vector>

#include "tools/sim/results/results.h"

namespace remb::sim {

// Columns as wide as they need to be: the first to the left, the others to the right.
std::string AlignColumns(const std::vector<std::vector<std::string>>& rows);

// A row a case, and the conventions below.
std::string TextTable(const Results& results);

// The sentences that every result of ours is printed with.
std::vector<std::string> Conventions(const Results& results);

// "0.937"; "-" for what does not apply, "never" for a time that did not come.
std::string FormatFigure(double value, int digits);

// `others`: the spread's figures where it came. "1.5"; "2 never (1.5)"; "never".
std::string NeverAnd(const Spread& spread, const std::string& others);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_TABLE_H_
