// Writes CSV rows fast.
#ifndef TOOLS_REPLAY_CSV_WRITER_H_
#define TOOLS_REPLAY_CSV_WRITER_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace remb::replay {

// csv.Integer(1).Real(2.5).EndRow() writes "1,2.5". The stream's state tells whether all went well.
class CsvWriter {
 public:
  CsvWriter(std::ostream& out, std::string_view header);
  ~CsvWriter() { Flush(); }
  CsvWriter(const CsvWriter&) = delete;
  CsvWriter& operator=(const CsvWriter&) = delete;

  CsvWriter& Integer(int64_t value);
  CsvWriter& Real(double value);  // as printf's %.9g
  CsvWriter& Empty();
  void EndRow();

  void Flush();

 private:
  void BeginField();

  std::ostream& out_;
  std::string buffer_;
  bool row_is_empty_ = true;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CSV_WRITER_H_
