#include "cc/fuzz/plain_rtp.h"

namespace remb::fuzz {
namespace {

// Takes bytes from the front. Once there are too few, all that it gives is 0 or nothing.
class Cursor {
 public:
  explicit Cursor(std::span<const uint8_t> bytes) : rest_(bytes) {}

  bool ended() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  size_t left() const { return rest_.size(); }

  uint64_t Number(int bytes) {
    uint64_t number = 0;
    for (uint8_t byte : Bytes(static_cast<size_t>(bytes))) number = number * 256 + byte;
    return number;
  }
  std::vector<uint8_t> Bytes(size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    std::vector<uint8_t> bytes(rest_.begin(), rest_.begin() + static_cast<ptrdiff_t>(count));
    rest_ = rest_.subspan(count);
    return bytes;
  }

 private:
  std::span<const uint8_t> rest_;
  bool failed_ = false;
};

// RFC 8285, sections 4.2 and 4.3.
std::vector<PlainElement> ReadElements(int profile, std::span<const uint8_t> extension) {
  const bool one_byte = profile == 0xBEDE;
  const bool two_byte = profile / 16 == 0x100;
  std::vector<PlainElement> elements;
  Cursor cursor(extension);
  while ((one_byte || two_byte) && !cursor.ended()) {
    const int first = static_cast<int>(cursor.Number(1));
    if (first == 0) continue;  // padding
    const int id = one_byte ? first / 16 : first;
    // In the one-byte form 0 with a length, and 15, are reserved: the rest is not read.
    if (one_byte && (id == 0 || id == 15)) break;
    const size_t length = one_byte ? static_cast<size_t>(first % 16 + 1) : cursor.Number(1);
    std::vector<uint8_t> data = cursor.Bytes(length);
    if (cursor.failed()) break;
    elements.push_back({id, data});
  }
  return elements;
}

}  // namespace

// RFC 3550, section 5.1; RFC 5761, section 4, for what is RTCP.
std::optional<PlainRtp> ReadRtp(std::span<const uint8_t> bytes) {
  Cursor cursor(bytes);
  const int first = static_cast<int>(cursor.Number(1));
  const int second = static_cast<int>(cursor.Number(1));
  PlainRtp rtp = {};
  rtp.sequence_number = static_cast<uint16_t>(cursor.Number(2));
  rtp.timestamp = static_cast<uint32_t>(cursor.Number(4));
  rtp.ssrc = static_cast<uint32_t>(cursor.Number(4));
  cursor.Bytes(4 * static_cast<size_t>(first % 16));  // CSRCs
  if (first / 16 % 2 == 1) {
    const int profile = static_cast<int>(cursor.Number(2));
    const uint64_t words = cursor.Number(2);
    rtp.elements = ReadElements(profile, cursor.Bytes(4 * words));
  }
  rtp.payload_bytes = static_cast<int32_t>(cursor.left());
  const bool is_rtcp = second >= 192 && second <= 223;
  if (cursor.failed() || first / 64 != 2 || is_rtcp) return std::nullopt;
  return rtp;
}

remb_packet ToPacket(const PlainRtp& rtp, const PlainIds& ids, int64_t now_us) {
  remb_packet packet = {};
  packet.struct_size = sizeof packet;
  packet.ssrc = rtp.ssrc;
  packet.arrival_us = now_us;
  packet.stamps = REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_SEQUENCE_NUMBER;
  packet.rtp_timestamp = rtp.timestamp;
  packet.sequence_number = rtp.sequence_number;
  packet.payload_bytes = rtp.payload_bytes;
  for (const PlainElement& element : rtp.elements) {
    Cursor data(element.data);
    const size_t size = element.data.size();
    if (element.id == ids.abs_send_time && size == 3) {
      packet.stamps |= REMB_STAMP_ABS_SEND_TIME;
      packet.abs_send_time = static_cast<uint32_t>(data.Number(3));
    } else if (element.id == ids.transmission_offset && size == 3) {
      packet.stamps |= REMB_STAMP_TRANSMISSION_OFFSET;
      const auto value = static_cast<int32_t>(data.Number(3));
      packet.transmission_offset = value < 1 << 23 ? value : value - (1 << 24);
    } else if (element.id == ids.abs_capture_time && (size == 8 || size == 16)) {
      packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
      packet.stamps &= ~uint32_t{REMB_STAMP_CAPTURE_CLOCK_OFFSET};
      packet.abs_capture_time = static_cast<int64_t>(data.Number(8));
      if (size == 16) {
        packet.stamps |= REMB_STAMP_CAPTURE_CLOCK_OFFSET;
        packet.capture_clock_offset = static_cast<int64_t>(data.Number(8));
      }
    }
  }
  return packet;
}

}  // namespace remb::fuzz
