// Reads a packet trace: CSV with one row a packet, as received.
#ifndef TOOLS_REPLAY_TRACE_READER_H_
#define TOOLS_REPLAY_TRACE_READER_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <remb/remb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/replay/file.h"
#include "tools/replay/packet_reader.h"

namespace remb::replay {

// Columns, by the header line that every trace has:
//   arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc
// and maybe sequence_number behind them, which tells the adaptive profile of losses. abs_send_time
// has 24 bits and is empty where a packet has none; RTP timestamps and transmission_offset are in
// ticks of 90 kHz, the latter 0 where the sender gave none; payload_bytes includes padding. Lines
// may end in CR LF.
//
// Every error says where: "FILE:LINE:COLUMN: what". A column is a byte's place in the line, from 1.
class TraceReader : public PacketReader {
 public:
  // Opens a file, or standard input if path is "-", and checks the header.
  static absl::StatusOr<TraceReader> Open(const std::string& path);
  static absl::StatusOr<TraceReader> Open(File file, std::string name);

  // All stamps are present that have a column.
  absl::StatusOr<bool> Next(remb_packet* packet) override;

  int64_t bytes_read() const override { return bytes_read_; }
  int64_t size() const override { return size_; }

 private:
  TraceReader(File file, std::string name);

  absl::Status ReadHeader();
  // Makes line_ the next line, without its end. False: no more lines.
  absl::StatusOr<bool> NextLine();
  absl::Status Fill();
  absl::Status ErrorAt(size_t offset, std::string_view what) const;
  absl::Status BadNumber(size_t field, size_t offset) const;

  File file_;
  std::string name_;
  int64_t size_ = 0;
  int64_t bytes_read_ = 0;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // what is read but not yet taken is buffer_[begin_, end_)
  size_t end_ = 0;
  bool at_end_ = false;
  size_t columns_ = 0;
  std::string_view line_;
  int64_t line_number_ = 0;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_TRACE_READER_H_
