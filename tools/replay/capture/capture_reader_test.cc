#include "tools/replay/capture/capture_reader.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tools/replay/capture/test_packets.h"

namespace remb::replay {
namespace {

constexpr uint32_t kRawIp = 101;  // LINKTYPE_RAW

// A second and more of Opus and abs-send-time, 10 ms apart.
std::vector<Bytes> AudioCall() {
  std::vector<Bytes> packets;
  for (uint16_t i = 0; i < 150; ++i) {
    const uint32_t abs_send_time = i * 2621u;
    packets.push_back(
        Ipv4(Udp(Rtp(7, i, 0xfffffff0 + i * 480u, OneByteExtension({{3, abs_send_time}})))));
  }
  return packets;
}

struct Result {
  std::vector<remb_packet> packets;
  std::vector<std::string> notes;
  std::string error;

  bool HasNote(const std::string& note) const {
    return std::find(notes.begin(), notes.end(), note) != notes.end();
  }
};

Result Read(const Bytes& file, const CaptureOptions& options = {}) {
  Result result;
  auto reader = CaptureReader::Open(TemporaryFile(file), "x.pcap", options);
  if (!reader.ok()) {
    result.error = std::string(reader.status().message());
    return result;
  }
  result.notes = (*reader)->Notes();
  for (;;) {
    remb_packet packet;
    const absl::StatusOr<bool> more = (*reader)->Next(&packet);
    if (!more.ok()) result.error = std::string(more.status().message());
    if (!more.ok() || !*more) return result;
    result.packets.push_back(packet);
  }
}

TEST_CASE("a call's packets, its ids and clock found, RTP timestamps in ticks of 90 kHz") {
  const Result result = Read(PcapFile(kRawIp, AudioCall(), 10'000));
  CHECK(result.error.empty());
  REQUIRE(result.packets.size() == 150);
  const remb_packet& first = result.packets[0];
  const remb_packet& last = result.packets[149];
  CHECK(first.struct_size == sizeof first);
  CHECK(first.arrival_us == 1'000'000'000);
  CHECK(last.arrival_us == 1'001'490'000);
  CHECK(last.abs_send_time == 149 * 2621);
  CHECK(last.rtp_timestamp - first.rtp_timestamp == 149 * 900);
  CHECK(last.sequence_number == 149);
  CHECK(last.payload_bytes == 100);
  CHECK(last.ssrc == 7);
  CHECK(last.stamps == (REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_TRANSMISSION_OFFSET |
                        REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_SEQUENCE_NUMBER));
  CHECK(result.notes ==
        std::vector<std::string>{
            "RTP from 192.0.2.1:5000 to 192.0.2.2:5004: 150 packets, 1.490 s",
            "SSRC 7 (0x00000007): 150 packets, RTP clock 48000 Hz (guessed: it ran at 48000)",
            "abs-send-time: id 3, in 150 packets (guessed: 100.0 % of its values run with the time "
            "of capture)",
            "transmission offset: not found, taken as 0",
            "sizes: all behind the RTP header (see --srtp-auth-tag)"});
}

TEST_CASE("what the user says is not guessed") {
  CaptureOptions options;
  options.clock_rate_hz = 90'000;
  options.srtp_auth_tag_bytes = 10;
  options.transmission_offset_id = 3;
  options.clock = REMB_CLOCK_TRANSMISSION_OFFSET;
  const Result result = Read(PcapFile(kRawIp, AudioCall(), 10'000), options);
  REQUIRE(result.packets.size() == 150);
  CHECK(result.packets[149].rtp_timestamp == 0xfffffff0 + 149 * 480);
  CHECK(result.packets[149].payload_bytes == 90);
  CHECK(result.HasNote("SSRC 7 (0x00000007): 150 packets, RTP clock 90000 Hz (given)"));
  CHECK(result.HasNote("sizes: all behind the RTP header but 10 bytes of SRTP's tag"));
}

TEST_CASE("a tag longer than the payload leaves nothing") {
  CaptureOptions options;
  options.srtp_auth_tag_bytes = 16;
  options.find.port = 5004;
  options.clock = REMB_CLOCK_RTP_TIMESTAMP;
  const Result result = Read(PcapFile(kRawIp, {Ipv4(Udp(Rtp(7, 1, 2, {}, 4)))}), options);
  REQUIRE(result.packets.size() == 1);
  CHECK(result.packets[0].payload_bytes == 0);
}

TEST_CASE("packets captured out of order are held, a clock set back is not") {
  std::vector<Bytes> packets = AudioCall();
  Bytes file = PcapFile(kRawIp, packets, 10'000);
  const size_t record = 16 + packets[0].size();
  file[24 + 10 * record + 5] -= 0x80;  // the 11th, 33 ms earlier
  Result result = Read(file);
  REQUIRE(result.packets.size() == 150);
  CHECK(result.packets[10].arrival_us == result.packets[9].arrival_us);
  CHECK(result.HasNote("1 packets were captured out of order: taken at the newest time"));

  file = PcapFile(kRawIp, packets, 10'000);
  for (size_t i = 140; i < 150; ++i) file[24 + i * record] -= 60;  // seconds
  result = Read(file);
  REQUIRE(result.packets.size() == 150);
  CHECK(result.packets[140].arrival_us < result.packets[139].arrival_us - 50'000'000);
  CHECK(
      result.HasNote("the capture's clock was set back 1 times: measurement starts afresh there"));
}

TEST_CASE("packets that are there twice are told of") {
  std::vector<Bytes> packets = AudioCall();
  packets.insert(packets.begin() + 50, packets[49]);
  const Result result = Read(PcapFile(kRawIp, packets, 10'000));
  CHECK(result.packets.size() == 151);
  CHECK(result.HasNote(
      "1 packets are there twice and count twice: were they captured on several interfaces?"));
}

TEST_CASE("a capture that breaks off gives the packets before that, then the error") {
  Bytes file = PcapFile(kRawIp, AudioCall(), 10'000);
  file.resize(file.size() - 5);
  const Result result = Read(file);
  CHECK(result.packets.size() == 149);
  CHECK(result.error.find("x.pcap: packet 150: truncated dump file") == 0);
}

TEST_CASE("captures without what is needed") {
  CHECK(Read(PcapFile(kRawIp, {Ipv4(Udp({1, 2})), Ipv4(Bytes(20, 0), {}, 0, 6)})).error ==
        "x.pcap: no RTP, or none that is asked for, in 1 UDP datagrams; passed over: 1 not UDP, 1 "
        "not RTP");
  CaptureOptions options;
  options.abs_send_time_id = 4;
  const Bytes file = PcapFile(kRawIp, AudioCall(), 10'000);
  CHECK(Read(file, options).error ==
        "x.pcap: none of the 150 packets of RTP to port 5004 has an abs-send-time with id 4");
  options.clock = REMB_CLOCK_RTP_TIMESTAMP;
  CHECK(Read(file, options).packets.size() == 150);

  std::vector<Bytes> encrypted;
  std::vector<Bytes> plain;
  for (uint16_t i = 0; i < 9; ++i) {
    encrypted.push_back(Ipv4(Udp(Rtp(7, i, 0, U16(0xc0de) + U16(1) + U32(i)))));
    plain.push_back(Ipv4(Udp(Rtp(7, i, 0))));
  }
  CHECK(Read(PcapFile(kRawIp, encrypted)).error ==
        "x.pcap: abs-send-time cannot be read, as the header extensions of 9 packets of RTP are "
        "encrypted (RFC 9335): give --clock=rtp-timestamp");
  CHECK(Read(PcapFile(kRawIp, plain)).error ==
        "x.pcap: no header extension of the 9 packets of RTP to port 5004 runs like abs-send-time: "
        "give --abs-send-time=ID, --port=PORT for other packets, or another --clock");
}

TEST_CASE("captures are told by their first bytes") {
  for (std::string_view start : {"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1",
                                 "\xa1\xb2\x3c\x4d", "\n\r\r\n", "#!rtpplay1.0 "}) {
    CHECK(IsCapture(start));
    CHECK_FALSE(IsCapture(start.substr(0, 3)));
  }
  CHECK_FALSE(IsCapture("arrival_us"));
  CHECK_FALSE(IsCapture(""));
}

}  // namespace
}  // namespace remb::replay
