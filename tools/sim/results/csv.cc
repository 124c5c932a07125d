#include "tools/sim/results/csv.h"

#include <absl/strings/str_format.h>

#include <cmath>
#include <string>

#include "tools/replay/csv_writer.h"

namespace remb::sim {

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void WriteCsv(const Results& results, std::ostream& out) {
  out << "case,receiver,seed";
  for (const MetricField& field : MetricFields()) out << ',' << field.name;
  out << '\n';
  for (const CaseResult& result : results.cases) {
    for (const RunMetrics& run : result.runs) {
      out << CsvField(result.name) << ',' << CsvField(results.receiver) << ',' << run.seed;
      for (const MetricField& field : MetricFields()) {
        const double value = run.*field.member;
        out << ',' << (std::isnan(value) ? "" : absl::StrFormat("%.9g", value));
      }
      out << '\n';
    }
  }
}

void WriteTrace(const std::vector<TraceRow>& rows, std::ostream& out) {
  replay::CsvWriter csv(out,
                        "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,"
                        "ssrc,sequence_number");
  for (const TraceRow& row : rows) {
    csv.Integer(row.arrival_us)
        .Integer(row.abs_send_time)
        .Integer(row.rtp_timestamp)
        .Integer(row.transmission_offset)
        .Integer(row.payload_bytes)
        .Integer(row.ssrc)
        .Integer(row.sequence_number)
        .EndRow();
  }
}

}  // namespace remb::sim
