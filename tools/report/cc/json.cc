#include "tools/report/cc/json.h"

#include <charconv>
#include <cmath>

namespace remb::report {

void WriteJson(std::ostream& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out << '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&' || byte == 0x7f) {
      out << "\\u00" << kHex[byte >> 4] << kHex[byte & 15];
    } else {
      out << c;
    }
  }
  out << '"';
}

void WriteJson(std::ostream& out, double value) {
  if (!std::isfinite(value)) {
    out << "null";
    return;
  }
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 9);
  out.write(buffer, end.ptr - buffer);
}

void WriteJson(std::ostream& out, const std::vector<double>& values) {
  char separator = '[';
  for (double value : values) {
    out << separator;
    WriteJson(out, value);
    separator = ',';
  }
  out << (values.empty() ? "[]" : "]");
}

}  // namespace remb::report
