// Any bytes as a trace. What comes out of it must be what the library takes, and come back from its
// own text; an error must name its place.

#include <absl/strings/str_cat.h>
#include <remb/remb.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/replay/trace_reader.h"

namespace {

using namespace remb::replay;

// "fuzz:LINE:COLUMN: WHAT", with numbers from 1, on one line.
void CheckError(std::string_view message) {
  auto take = [&](std::string_view text) {
    if (message.substr(0, text.size()) != text) std::abort();
    message.remove_prefix(text.size());
  };
  take("fuzz:");
  for (const char* behind : {":", ": "}) {
    if (message.empty() || message[0] < '1' || message[0] > '9') std::abort();
    while (!message.empty() && std::isdigit(static_cast<unsigned char>(message[0]))) {
      message.remove_prefix(1);
    }
    take(behind);
  }
  if (message.empty() || message.find('\n') != std::string_view::npos) std::abort();
}

void CheckPacket(const remb_packet& packet) {
  if (packet.arrival_us < 0 || packet.arrival_us > REMB_MAX_TIME_US || packet.payload_bytes < 0 ||
      packet.payload_bytes > 65535 || packet.abs_send_time > 0xffffff ||
      packet.transmission_offset < -(1 << 23) || packet.transmission_offset >= 1 << 23 ||
      packet.sequence_number < 0 || packet.sequence_number > 65535) {
    std::abort();
  }
}

// False: the text ends in an error.
bool Read(std::string_view text, std::vector<remb_packet>& packets) {
  File file(fmemopen(const_cast<char*>(text.data()), text.size(), "rb"));
  if (file == nullptr) std::abort();
  absl::StatusOr<TraceReader> reader = TraceReader::Open(std::move(file), "fuzz");
  absl::Status status = reader.status();
  if (status.ok()) {
    remb_packet packet;
    absl::StatusOr<bool> more = reader->Next(&packet);
    for (; more.ok() && *more; more = reader->Next(&packet)) {
      CheckPacket(packet);
      packets.push_back(packet);
    }
    status = more.status();
    if (reader->bytes_read() > static_cast<int64_t>(text.size())) std::abort();
  }
  if (!status.ok()) CheckError(std::string(status.message()));
  return status.ok();
}

std::string Write(const std::vector<remb_packet>& packets) {
  const bool numbered = packets[0].stamps & REMB_STAMP_SEQUENCE_NUMBER;
  std::string text =
      "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc";
  text += numbered ? ",sequence_number\n" : "\n";
  for (const remb_packet& packet : packets) {
    absl::StrAppend(&text, packet.arrival_us, ",");
    if (packet.stamps & REMB_STAMP_ABS_SEND_TIME) absl::StrAppend(&text, packet.abs_send_time);
    absl::StrAppend(&text, ",", packet.rtp_timestamp, ",", packet.transmission_offset, ",",
                    packet.payload_bytes, ",", packet.ssrc);
    if (numbered) absl::StrAppend(&text, ",", packet.sequence_number);
    text += '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::vector<remb_packet> packets;
  Read({reinterpret_cast<const char*>(data), size}, packets);
  if (packets.empty()) return 0;
  std::vector<remb_packet> again;
  if (!Read(Write(packets), again) || again.size() != packets.size()) std::abort();
  for (size_t i = 0; i < packets.size(); ++i) {
    if (std::memcmp(&packets[i], &again[i], sizeof packets[i]) != 0) std::abort();
  }
  return 0;
}
