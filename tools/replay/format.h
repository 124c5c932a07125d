// Numbers as people read them.
#ifndef TOOLS_REPLAY_FORMAT_H_
#define TOOLS_REPLAY_FORMAT_H_

#include <cstdint>
#include <string>
#include <utility>

namespace remb::replay {

// "17668" with thin spaces between thousands from five digits on.
std::string FormatCount(int64_t value);

// Three significant digits, but all of the whole part: "0.0123", "4.56", "1235".
std::string FormatReal(double value);

// A rate and its unit: {"1.83", "Mbit/s"}.
std::pair<std::string, std::string> FormatRate(double bitrate_bps);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_FORMAT_H_
