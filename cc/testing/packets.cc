#include "cc/testing/packets.h"

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace remb::testing {
namespace {

void Append32(std::vector<uint8_t>& bytes, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<uint8_t>(value >> shift));
  }
}

void Append64(std::vector<uint8_t>& bytes, int64_t value) {
  Append32(bytes, static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  Append32(bytes, static_cast<uint32_t>(value));
}

// An element of the one-byte form: id, length and three bytes.
void AppendElement(std::vector<uint8_t>& bytes, int32_t id, uint32_t value) {
  Append32(bytes, static_cast<uint32_t>(id << 4 | 2) << 24 | (value & 0xFFFFFF));
}

}  // namespace

std::vector<remb_packet> ReadTrace(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) ||
      line != "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc") {
    throw std::runtime_error(path + " is no trace");
  }
  std::vector<remb_packet> packets;
  while (std::getline(file, line)) {
    remb_packet packet = {};
    packet.struct_size = sizeof packet;
    packet.stamps =
        REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_RTP_TIMESTAMP;
    const int read = std::sscanf(
        line.c_str(), "%" SCNd64 ",%" SCNu32 ",%" SCNu32 ",%" SCNd32 ",%" SCNd32 ",%" SCNu32,
        &packet.arrival_us, &packet.abs_send_time, &packet.rtp_timestamp,
        &packet.transmission_offset, &packet.payload_bytes, &packet.ssrc);
    if (read != 6) {
      throw std::runtime_error(std::string(path).append(" has a bad line: ").append(line));
    }
    packets.push_back(packet);
  }
  return packets;
}

std::vector<remb_packet> ReadReferenceTrace(const std::string& name) {
  return ReadTrace("testdata/reference/" + name + ".trace.csv");
}

std::vector<uint8_t> RtpBytes(const remb_packet& packet) {
  const bool has_abs_send_time = packet.stamps & REMB_STAMP_ABS_SEND_TIME;
  const bool has_transmission_offset = packet.stamps & REMB_STAMP_TRANSMISSION_OFFSET;
  const bool has_capture_time = packet.stamps & REMB_STAMP_ABS_CAPTURE_TIME;
  const bool has_clock_offset = packet.stamps & REMB_STAMP_CAPTURE_CLOCK_OFFSET;
  const bool extended = has_abs_send_time || has_transmission_offset || has_capture_time;
  std::vector<uint8_t> bytes;
  bytes.reserve(static_cast<size_t>(packet.payload_bytes) + 44);
  Append32(bytes, (extended ? 0x90600000u : 0x80600000u) |  // payload type 96
                      static_cast<uint32_t>(packet.sequence_number));
  Append32(bytes, packet.rtp_timestamp);
  Append32(bytes, packet.ssrc);
  if (extended) {
    const uint32_t capture_words = has_clock_offset ? 5 : has_capture_time ? 3 : 0;
    Append32(bytes, 0xBEDE0000u + has_abs_send_time + has_transmission_offset + capture_words);
    if (has_transmission_offset) {
      AppendElement(bytes, kTransmissionOffsetId,
                    static_cast<uint32_t>(packet.transmission_offset));
    }
    if (has_abs_send_time) AppendElement(bytes, kAbsSendTimeId, packet.abs_send_time);
    if (has_capture_time) {
      // Three bytes of padding, its id and length, and the data.
      Append32(bytes, static_cast<uint32_t>(kAbsCaptureTimeId << 4 | (has_clock_offset ? 15 : 7)));
      Append64(bytes, packet.abs_capture_time);
      if (has_clock_offset) Append64(bytes, packet.capture_clock_offset);
    }
  }
  bytes.resize(bytes.size() + static_cast<size_t>(packet.payload_bytes));
  return bytes;
}

}  // namespace remb::testing
