// Packets for tests and benchmarks: those of the reference traces, and their RTP bytes.
#ifndef CC_TESTING_PACKETS_H_
#define CC_TESTING_PACKETS_H_

#include <remb/remb.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace remb::testing {

// The names of all reference traces.
constexpr std::array<const char*, 14> kReferenceTraces = {"chromium-bottleneck",
                                                          "chromium-clean",
                                                          "clockjump",
                                                          "jitter",
                                                          "loss",
                                                          "lowrate",
                                                          "pause",
                                                          "reorder",
                                                          "rfc51",
                                                          "rfc52",
                                                          "simulcast",
                                                          "steady",
                                                          "tcplong",
                                                          "wrap"};

// Reads a trace CSV, all stamps present. Throws std::runtime_error for a bad file.
std::vector<remb_packet> ReadTrace(const std::string& path);
// The one of that name, from the workspace's root.
std::vector<remb_packet> ReadReferenceTrace(const std::string& name);

// The extension ids in RtpBytes.
constexpr int32_t kTransmissionOffsetId = 2;
constexpr int32_t kAbsSendTimeId = 3;
constexpr int32_t kAbsCaptureTimeId = 4;

// The packet as a sender writes it: the extensions where it has the stamps, and a zero payload.
std::vector<uint8_t> RtpBytes(const remb_packet& packet);

// The 24 bits of abs-send-time for a time in microseconds.
constexpr uint32_t AbsSendTime(int64_t us) {
  return static_cast<uint32_t>((static_cast<uint64_t>(us) << 18) / 1'000'000) & 0xFFFFFF;
}

// A packet sent when it arrives, with abs-send-time and RTP timestamp.
constexpr remb_packet MakePacket(uint32_t ssrc, int64_t arrival_us, int32_t payload_bytes = 1000) {
  return {.struct_size = sizeof(remb_packet),
          .ssrc = ssrc,
          .arrival_us = arrival_us,
          .stamps = REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_RTP_TIMESTAMP,
          .abs_send_time = AbsSendTime(arrival_us),
          .rtp_timestamp = static_cast<uint32_t>(static_cast<uint64_t>(arrival_us) * 9 / 100),
          .transmission_offset = 0,
          .payload_bytes = payload_bytes,
          .sequence_number = 0,
          .abs_capture_time = 0,
          .capture_clock_offset = 0};
}

}  // namespace remb::testing

#endif  // CC_TESTING_PACKETS_H_
