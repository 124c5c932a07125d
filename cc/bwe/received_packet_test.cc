#include "cc/bwe/received_packet.h"

#include <bit>
#include <catch2/catch_test_macros.hpp>

namespace remb::core {
namespace {

TEST_CASE("ReceivedPacket: each stamp has a bit of its own") {
  uint32_t all = 0;
  for (uint32_t stamp : {ReceivedPacket::kAbsSendTime, ReceivedPacket::kTransmissionOffset,
                         ReceivedPacket::kRtpTimestamp, ReceivedPacket::kAbsCaptureTime,
                         ReceivedPacket::kCaptureClockOffset, ReceivedPacket::kSequenceNumber}) {
    CHECK(std::has_single_bit(stamp));
    CHECK((all & stamp) == 0);
    all |= stamp;
  }
}

TEST_CASE("ReceivedPacket: has what its stamps say, and nothing else") {
  for (uint32_t stamps = 0; stamps < 64; ++stamps) {
    const ReceivedPacket packet{.ssrc = 1,
                                .stamps = stamps,
                                .abs_send_time = 0,
                                .rtp_timestamp = 0,
                                .transmission_offset = 0,
                                .size = DataSize::Bytes(1),
                                .arrival = Timestamp::Millis(1)};
    const auto says = [&](uint32_t stamp) { return (stamps & stamp) != 0; };
    CHECK(packet.has_abs_send_time() == says(ReceivedPacket::kAbsSendTime));
    CHECK(packet.has_transmission_offset() == says(ReceivedPacket::kTransmissionOffset));
    CHECK(packet.has_rtp_timestamp() == says(ReceivedPacket::kRtpTimestamp));
    CHECK(packet.has_capture_time() == says(ReceivedPacket::kAbsCaptureTime));
    CHECK(packet.has_sequence_number() == says(ReceivedPacket::kSequenceNumber));
  }
}

}  // namespace
}  // namespace remb::core
