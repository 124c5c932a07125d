// The page with its script and style, as embed.cc puts them together at build time.
#ifndef TOOLS_REPORT_CC_PAGE_H_
#define TOOLS_REPORT_CC_PAGE_H_

#include <string_view>

namespace remb::report {

extern const std::string_view kPageBeforeData;
extern const std::string_view kPageAfterData;

}  // namespace remb::report

#endif  // TOOLS_REPORT_CC_PAGE_H_
