#include "tools/replay/capture/rtpdump_reader.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "tools/replay/capture/byte_io.h"

namespace remb::replay {
namespace {

// rtptools' rtpdump.h. First a line "#!rtpplay1.0 ADDRESS/PORT", and then:
constexpr std::string_view kMagic = "#!rtpplay1.0 ";
constexpr size_t kFileHeaderBytes = 16;   // seconds, microseconds, source, port, padding
constexpr size_t kPacketHeaderBytes = 8;  // length with this header, packet's own length, time
constexpr size_t kMaxLineBytes = 128;

absl::Status Bad(std::string_view what) {
  return absl::InvalidArgumentError(std::string("the rtpdump header ") + std::string(what));
}

void SetIpv4(const void* bytes, Endpoint* endpoint) {
  endpoint->address[10] = endpoint->address[11] = 0xff;
  std::memcpy(endpoint->address.data() + 12, bytes, 4);
}

// "127.0.0.1/5004", which some recorders fill with zeros or a name; the port is all that counts.
void ParseDestination(std::string_view text, Endpoint* endpoint) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return;
  const std::string address(text.substr(0, slash));
  in_addr ipv4 = {};
  if (inet_pton(AF_INET, address.c_str(), &ipv4) == 1) {
    SetIpv4(&ipv4, endpoint);
  } else {
    inet_pton(AF_INET6, address.c_str(), endpoint->address.data());
  }
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), endpoint->port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RtpdumpReader>> RtpdumpReader::Open(File file) {
  std::string line;
  for (int byte; (byte = std::getc(file.get())) != EOF && byte != '\n';) {
    if (line.size() == kMaxLineBytes) return Bad("has no end of line");
    line += static_cast<char>(byte);
  }
  if (line.compare(0, kMagic.size(), kMagic) != 0) return Bad("is not that of rtpplay1.0");
  std::array<uint8_t, kFileHeaderBytes> header;
  if (std::fread(header.data(), header.size(), 1, file.get()) != 1) return Bad("is cut short");
  std::unique_ptr<RtpdumpReader> reader(new RtpdumpReader(std::move(file)));
  ParseDestination(std::string_view(line).substr(kMagic.size()), &reader->destination_);
  reader->start_us_ = ReadU32(header, 0) * INT64_C(1'000'000) + ReadU32(header, 4);
  SetIpv4(header.data() + 8, &reader->source_);
  reader->source_.port = ReadU16(header, 12);
  return reader;
}

absl::StatusOr<bool> RtpdumpReader::Next(Datagram* datagram) {
  auto error = [this](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("packet ", packets_, ": ", std::string(what)));
  };
  for (;;) {
    std::array<uint8_t, kPacketHeaderBytes> header;
    const size_t read = std::fread(header.data(), 1, header.size(), file_.get());
    if (read == 0 && std::feof(file_.get())) return false;
    ++packets_;
    if (read < header.size()) return error("the file ends within its header");
    const size_t length = ReadU16(header, 0);
    if (length < kPacketHeaderBytes) return error("its length is less than its header's");
    buffer_.resize(length - kPacketHeaderBytes);
    if (std::fread(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) {
      return error("the file ends within it");
    }
    const uint16_t packet_bytes = ReadU16(header, 2);
    if (packet_bytes == 0) {
      ++rtcp_;
      continue;
    }
    if (packet_bytes < buffer_.size()) return error("more of it is there than it has");
    datagram->time_us = start_us_ + ReadU32(header, 4) * INT64_C(1'000);
    datagram->source = source_;
    datagram->destination = destination_;
    datagram->payload = buffer_;
    datagram->payload_bytes = packet_bytes;
    return true;
  }
}

std::string RtpdumpReader::PassedOver() const {
  return rtcp_ > 0 ? absl::StrCat(rtcp_, " RTCP") : "";
}

}  // namespace remb::replay
