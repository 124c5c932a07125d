#include "tools/replay/csv_writer.h"

#include <charconv>
#include <cstddef>

namespace remb::replay {
namespace {

constexpr size_t kFlushAt = 64 * 1024;

}  // namespace

CsvWriter::CsvWriter(std::ostream& out, std::string_view header) : out_(out), buffer_(header) {
  buffer_ += '\n';
}

void CsvWriter::BeginField() {
  if (!row_is_empty_) buffer_ += ',';
  row_is_empty_ = false;
}

CsvWriter& CsvWriter::Integer(int64_t value) {
  BeginField();
  char text[24];
  buffer_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  return *this;
}

CsvWriter& CsvWriter::Real(double value) {
  BeginField();
  char text[32];
  buffer_.append(text,
                 std::to_chars(text, text + sizeof text, value, std::chars_format::general, 9).ptr);
  return *this;
}

CsvWriter& CsvWriter::Empty() {
  BeginField();
  return *this;
}

void CsvWriter::EndRow() {
  buffer_ += '\n';
  row_is_empty_ = true;
  if (buffer_.size() >= kFlushAt) Flush();
}

void CsvWriter::Flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  out_.flush();
  buffer_.clear();
}

}  // namespace remb::replay
