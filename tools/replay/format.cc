#include "tools/replay/format.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace remb::replay {

std::string FormatCount(int64_t value) {
  std::string digits = absl::StrCat(value);
  if (std::abs(static_cast<double>(value)) < 10'000) return digits;
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') {
      grouped += "\u202f";  // narrow no-break space
    }
    grouped += digits[i];
  }
  return grouped;
}

std::string FormatReal(double value) {
  if (value == 0) return "0";
  int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return absl::StrFormat("%.*f", std::clamp(2 - magnitude, 0, 4), value);
}

std::pair<std::string, std::string> FormatRate(double bitrate_bps) {
  if (bitrate_bps >= 1e9) return {FormatReal(bitrate_bps * 1e-9), "Gbit/s"};
  if (bitrate_bps >= 1e6) return {FormatReal(bitrate_bps * 1e-6), "Mbit/s"};
  if (bitrate_bps >= 1e3) return {FormatReal(bitrate_bps * 1e-3), "kbit/s"};
  return {FormatReal(bitrate_bps), "bit/s"};
}

}  // namespace remb::replay
