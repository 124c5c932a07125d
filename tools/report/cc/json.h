// Just enough JSON to write a report.
#ifndef TOOLS_REPORT_CC_JSON_H_
#define TOOLS_REPORT_CC_JSON_H_

#include <ostream>
#include <string_view>
#include <vector>

namespace remb::report {

// A string with its quotes, which may stand inside an HTML script element: "</script>" in it does
// not end that.
void WriteJson(std::ostream& out, std::string_view text);

// An array of numbers with nine digits; what is not finite becomes null.
void WriteJson(std::ostream& out, const std::vector<double>& values);

// One such number.
void WriteJson(std::ostream& out, double value);

}  // namespace remb::report

#endif  // TOOLS_REPORT_CC_JSON_H_
