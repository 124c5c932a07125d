// Results, and what receivers got, as CSV.
#ifndef TOOLS_SIM_RESULTS_CSV_H_
#define TOOLS_SIM_RESULTS_CSV_H_

#include <ostream>
#include <string>
#include <vector>

#include "tools/sim/recording.h"
#include "tools/sim/results/results.h"

namespace remb::sim {

// The text as a field: quoted if it has to be.
std::string CsvField(const std::string& text);

// A row a run: case,receiver,seed and all figures. Empty: does not apply; inf: never.
void WriteCsv(const Results& results, std::ostream& out);

// In the columns of replay, which gives the same estimates for it.
void WriteTrace(const std::vector<TraceRow>& rows, std::ostream& out);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_CSV_H_
