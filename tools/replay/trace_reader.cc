#include "tools/replay/trace_reader.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

namespace remb::replay {
namespace {

struct Field {
  std::string_view name;
  int64_t min;
  int64_t max;
};

constexpr int64_t kMaxUint32 = std::numeric_limits<uint32_t>::max();
constexpr size_t kNeeded = 6;
constexpr size_t kAbsSendTime = 1;
constexpr std::array<Field, 7> kFields = {{
    {"arrival_us", 0, REMB_MAX_TIME_US},
    {"abs_send_time", 0, (1 << 24) - 1},
    {"rtp_timestamp", 0, kMaxUint32},
    {"transmission_offset", -(1 << 23), (1 << 23) - 1},
    {"payload_bytes", 0, 65535},
    {"ssrc", 0, kMaxUint32},
    {"sequence_number", 0, 65535},
}};

// Also the longest line, which no trace comes near.
constexpr size_t kBufferSize = 256 * 1024;

// Part of a line for a message: cut short, with what cannot be printed escaped.
std::string Quote(std::string_view text) {
  constexpr size_t kMax = 40;
  std::string quoted = absl::CEscape(std::string(text.substr(0, kMax)));
  return absl::StrCat("'", quoted, text.size() > kMax ? "..." : "", "'");
}

}  // namespace

TraceReader::TraceReader(File file, std::string name)
    : file_(std::move(file)),
      name_(std::move(name)),
      size_(FileSize(file_.get())),
      buffer_(kBufferSize) {}

absl::StatusOr<TraceReader> TraceReader::Open(const std::string& path) {
  absl::StatusOr<File> file = OpenFile(path);
  if (!file.ok()) return file.status();
  return Open(std::move(*file), DisplayName(path));
}

absl::StatusOr<TraceReader> TraceReader::Open(File file, std::string name) {
  TraceReader reader(std::move(file), std::move(name));
  if (absl::Status status = reader.ReadHeader(); !status.ok()) return status;
  return reader;
}

absl::Status TraceReader::ReadHeader() {
  absl::StatusOr<bool> line = NextLine();
  if (!line.ok()) return line.status();
  if (!*line) return absl::InvalidArgumentError(absl::StrCat(name_, ":1:1: the file is empty"));
  size_t offset = 0;
  for (columns_ = 0; columns_ < kFields.size(); ++columns_) {
    const Field& field = kFields[columns_];
    std::string name(field.name);
    if (offset > line_.size()) {
      if (columns_ >= kNeeded) break;
      return ErrorAt(line_.size(), absl::StrCat("the header ends before column '", name, "'"));
    }
    std::string_view found = line_.substr(offset, line_.find(',', offset) - offset);
    if (found != field.name) {
      if (columns_ >= kNeeded) break;
      return ErrorAt(offset, absl::StrCat("the header must have column '", name, "' here, not ",
                                          Quote(found)));
    }
    offset += found.size() + 1;
  }
  if (offset <= line_.size()) {
    return ErrorAt(offset - 1, absl::StrCat("the header must end here, not go on with ",
                                            Quote(line_.substr(offset - 1))));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TraceReader::Next(remb_packet* packet) {
  absl::StatusOr<bool> line = NextLine();
  if (!line.ok() || !*line) return line;

  std::array<int64_t, kFields.size()> values = {};
  const char* const start = line_.data();
  const char* const end = start + line_.size();
  const char* at = start;
  bool has_abs_send_time = true;
  for (size_t i = 0; i < columns_; ++i) {
    if (i == kAbsSendTime && at != end && *at == ',') {
      has_abs_send_time = false;
      ++at;
      continue;
    }
    auto [after, error] = std::from_chars(at, end, values[i]);
    // Looking for the end of the field first would cost more than all the rest.
    if (error != std::errc() || (after != end && *after != ',') || values[i] < kFields[i].min ||
        values[i] > kFields[i].max) {
      return BadNumber(i, static_cast<size_t>(at - start));
    }
    at = after;
    if (i + 1 < columns_) {
      if (at == end) {
        return ErrorAt(line_.size(), absl::StrCat("the row ends before column '",
                                                  std::string(kFields[i + 1].name), "'"));
      }
      ++at;
    }
  }
  if (at != end) {
    const auto read = static_cast<size_t>(at - start);
    return ErrorAt(
        read, absl::StrCat("the row must end here, not go on with ", Quote(line_.substr(read))));
  }

  *packet = {};
  packet->struct_size = sizeof *packet;
  packet->stamps = REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_RTP_TIMESTAMP;
  if (has_abs_send_time) packet->stamps |= REMB_STAMP_ABS_SEND_TIME;
  packet->arrival_us = values[0];
  packet->abs_send_time = static_cast<uint32_t>(values[1]);
  packet->rtp_timestamp = static_cast<uint32_t>(values[2]);
  packet->transmission_offset = static_cast<int32_t>(values[3]);
  packet->payload_bytes = static_cast<int32_t>(values[4]);
  packet->ssrc = static_cast<uint32_t>(values[5]);
  packet->sequence_number = static_cast<int32_t>(values[6]);
  if (columns_ > kNeeded) packet->stamps |= REMB_STAMP_SEQUENCE_NUMBER;
  return true;
}

absl::StatusOr<bool> TraceReader::NextLine() {
  size_t searched = 0;
  for (;;) {
    char* start = buffer_.data() + begin_;
    void* newline = std::memchr(start + searched, '\n', end_ - begin_ - searched);
    size_t length = 0;
    if (newline != nullptr) {
      length = static_cast<size_t>(static_cast<char*>(newline) - start);
      begin_ += length + 1;
    } else if (!at_end_) {
      searched = end_ - begin_;
      if (absl::Status status = Fill(); !status.ok()) return status;
      continue;
    } else if (begin_ == end_) {
      return false;
    } else {  // the last line, without a line end
      length = end_ - begin_;
      begin_ = end_;
    }
    ++line_number_;
    if (length > 0 && start[length - 1] == '\r') --length;
    line_ = {start, length};
    return true;
  }
}

absl::Status TraceReader::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ":", line_number_ + 1, ":1: the line is too long: this is no trace"));
  }
  size_t count = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (count == 0) {
    if (std::ferror(file_.get())) return SystemError("read", name_);
    at_end_ = true;
  }
  end_ += count;
  bytes_read_ += static_cast<int64_t>(count);
  return absl::OkStatus();
}

absl::Status TraceReader::ErrorAt(size_t offset, std::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(name_, ":", line_number_, ":", offset + 1, ": ", std::string(what)));
}

absl::Status TraceReader::BadNumber(size_t field, size_t offset) const {
  const Field& wanted = kFields[field];
  std::string name(wanted.name);
  if (line_.empty()) return ErrorAt(0, "the line is empty");
  std::string_view text = line_.substr(offset, line_.find(',', offset) - offset);
  if (text.empty()) return ErrorAt(offset, absl::StrCat("column '", name, "' is empty"));
  int64_t value;
  auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool number = error != std::errc::invalid_argument && after == text.data() + text.size();
  if (!number) {
    return ErrorAt(offset,
                   absl::StrCat("column '", name, "': ", Quote(text), " is not a whole number"));
  }
  return ErrorAt(offset, absl::StrCat("column '", name, "': ", Quote(text), " is out of range, ",
                                      wanted.min, " to ", wanted.max));
}

}  // namespace remb::replay
