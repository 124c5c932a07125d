#include "tools/replay/trace_reader.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace remb::replay {
namespace {

constexpr char kHeader[] =
    "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc\n";

// A file in the test's own folder that goes with the test.
class TempFile {
 public:
  explicit TempFile(std::string_view text) { std::ofstream(path, std::ios::binary) << text; }
  ~TempFile() { std::remove(path.c_str()); }
  const std::string path = "trace." + std::to_string(getpid()) + ".csv";
};

// Reads everything; the error's text without the path, or "" and the packets.
std::string Read(std::string_view text, std::vector<remb_packet>* packets = nullptr) {
  TempFile file(text);
  auto message = [&](const absl::Status& status) {
    std::string what(status.message());
    REQUIRE(what.compare(0, file.path.size() + 1, file.path + ":") == 0);
    return what.substr(file.path.size() + 1);
  };
  absl::StatusOr<TraceReader> reader = TraceReader::Open(file.path);
  if (!reader.ok()) return message(reader.status());
  remb_packet packet;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&packet);
    if (!more.ok()) return message(more.status());
    if (!*more) break;
    if (packets != nullptr) packets->push_back(packet);
  }
  CHECK(reader->size() == static_cast<int64_t>(text.size()));
  CHECK(reader->bytes_read() == reader->size());
  return "";
}

std::string ReadRow(std::string_view row) { return Read(kHeader + std::string(row)); }

TEST_CASE("a trace's rows become packets with all stamps") {
  std::vector<remb_packet> packets;
  REQUIRE(Read(std::string(kHeader) + "1000053648,16777215,4294967295,-8388608,65535,4294967295\n" +
                   "2305843009213693951,0,0,8388607,0,0\n",
               &packets) == "");
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].struct_size == sizeof(remb_packet));
  CHECK(packets[0].stamps == 7);
  CHECK(packets[0].arrival_us == 1000053648);
  CHECK(packets[0].abs_send_time == 16777215);
  CHECK(packets[0].rtp_timestamp == 4294967295);
  CHECK(packets[0].transmission_offset == -8388608);
  CHECK(packets[0].payload_bytes == 65535);
  CHECK(packets[0].ssrc == 4294967295);
  CHECK(packets[0].sequence_number == 0);
  CHECK(packets[1].arrival_us == REMB_MAX_TIME_US);
  CHECK(packets[1].transmission_offset == 8388607);
}

TEST_CASE("a trace may have sequence numbers") {
  std::string text = kHeader;
  text.insert(text.size() - 1, ",sequence_number");
  std::vector<remb_packet> packets;
  REQUIRE(Read(text + "1,2,3,4,5,6,65535\n", &packets) == "");
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].ssrc == 6);
  CHECK(packets[0].sequence_number == 65535);
  CHECK(packets[0].stamps == (7 | REMB_STAMP_SEQUENCE_NUMBER));
  CHECK(Read(text + "1,2,3,4,5,6\n") == "2:12: the row ends before column 'sequence_number'");
  CHECK(Read(text + "1,2,3,4,5,6,65536\n") ==
        "2:13: column 'sequence_number': '65536' is out of range, 0 to 65535");
}

TEST_CASE("line ends: CR LF, and none at the end of the file") {
  std::vector<remb_packet> packets;
  std::string text = kHeader;
  text.insert(text.size() - 1, "\r");
  REQUIRE(Read(text + "1,2,3,4,5,6\r\n7,8,9,10,11,12", &packets) == "");
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].ssrc == 6);
  CHECK(packets[1].ssrc == 12);
}

TEST_CASE("a header alone is a trace without packets") { CHECK(Read(kHeader) == ""); }

TEST_CASE("rows that lie across the reader's buffer") {
  std::string text = kHeader;
  constexpr int kRows = 40'000;
  for (int i = 0; i < kRows; ++i) text += std::to_string(i * 1000) + ",2,3,4,5,6\n";
  std::vector<remb_packet> packets;
  REQUIRE(Read(text, &packets) == "");
  REQUIRE(packets.size() == kRows);
  for (int i = 0; i < kRows; ++i) REQUIRE(packets[static_cast<size_t>(i)].arrival_us == i * 1000);

  CHECK(Read(text + "1,2,3,4,5\n") == "40002:10: the row ends before column 'ssrc'");
}

TEST_CASE("bad headers") {
  CHECK(Read("") == "1:1: the file is empty");
  CHECK(Read("1,2,3,4,5,6\n") == "1:1: the header must have column 'arrival_us' here, not '1'");
  CHECK(Read("\n") == "1:1: the header must have column 'arrival_us' here, not ''");
  CHECK(Read("arrival_us,ssrc\n") ==
        "1:12: the header must have column 'abs_send_time' here, not 'ssrc'");
  CHECK(Read("arrival_us,abs_send_time\n") ==
        "1:25: the header ends before column 'rtp_timestamp'");
  std::string longer = kHeader;
  longer.insert(longer.size() - 1, ",size");
  CHECK(Read(longer) == "1:78: the header must end here, not go on with ',size'");
  CHECK(Read("\xef\xbb\xbf" + std::string(kHeader)) ==
        "1:1: the header must have column 'arrival_us' here, not '\\357\\273\\277arrival_us'");
}

TEST_CASE("a packet may be without abs-send-time") {
  std::vector<remb_packet> packets;
  REQUIRE(Read(std::string(kHeader) + "1,,3,4,5,6\n2,0,3,4,5,6\n", &packets) == "");
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].stamps == (REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_RTP_TIMESTAMP));
  CHECK(packets[0].rtp_timestamp == 3);
  CHECK(packets[1].stamps == 7);
}

TEST_CASE("bad rows: place and reason") {
  CHECK(ReadRow("\n") == "2:1: the line is empty");
  CHECK(ReadRow("1,2,3,4,5\n") == "2:10: the row ends before column 'ssrc'");
  CHECK(ReadRow("1,2,3,4,5,\n") == "2:11: column 'ssrc' is empty");
  CHECK(ReadRow("1,2,,4,5,6\n") == "2:5: column 'rtp_timestamp' is empty");
  CHECK(ReadRow("1,\n") == "2:3: column 'abs_send_time' is empty");
  CHECK(ReadRow("1,2,3,4,5,6,7\n") == "2:12: the row must end here, not go on with ',7'");
  CHECK(ReadRow("1,2,3,4,5,6 \n") == "2:11: column 'ssrc': '6 ' is not a whole number");
  CHECK(ReadRow("1, 2,3,4,5,6\n") == "2:3: column 'abs_send_time': ' 2' is not a whole number");
  CHECK(ReadRow("1,0x2,3,4,5,6\n") == "2:3: column 'abs_send_time': '0x2' is not a whole number");
  CHECK(ReadRow("1.5,2,3,4,5,6\n") == "2:1: column 'arrival_us': '1.5' is not a whole number");
  CHECK(ReadRow("1,2,3,4,five,6\n") == "2:9: column 'payload_bytes': 'five' is not a whole number");
  CHECK(ReadRow("1,2,3,4,5,6\n1,2,+3,4,5,6\n") ==
        "3:5: column 'rtp_timestamp': '+3' is not a whole number");
  CHECK(ReadRow(std::string("1,2,3,4,5,6\0\n", 13)) ==
        "2:11: column 'ssrc': '6\\000' is not a whole number");
}

TEST_CASE("numbers out of range") {
  CHECK(ReadRow("-1,2,3,4,5,6\n") ==
        "2:1: column 'arrival_us': '-1' is out of range, 0 to 2305843009213693951");
  CHECK(ReadRow("2305843009213693952,2,3,4,5,6\n").find("is out of range") != std::string::npos);
  CHECK(ReadRow("99999999999999999999,2,3,4,5,6\n").find("is out of range") != std::string::npos);
  CHECK(ReadRow("1,16777216,3,4,5,6\n") ==
        "2:3: column 'abs_send_time': '16777216' is out of range, 0 to 16777215");
  CHECK(ReadRow("1,2,4294967296,4,5,6\n") ==
        "2:5: column 'rtp_timestamp': '4294967296' is out of range, 0 to 4294967295");
  CHECK(ReadRow("1,2,3,8388608,5,6\n") ==
        "2:7: column 'transmission_offset': '8388608' is out of range, -8388608 to 8388607");
  CHECK(ReadRow("1,2,3,-8388609,5,6\n").find("2:7: ") == 0);
  CHECK(ReadRow("1,2,3,4,65536,6\n") ==
        "2:9: column 'payload_bytes': '65536' is out of range, 0 to 65535");
  CHECK(ReadRow("1,2,3,4,5,4294967296\n") ==
        "2:11: column 'ssrc': '4294967296' is out of range, 0 to 4294967295");
}

TEST_CASE("a line without end is no trace") {
  CHECK(Read(kHeader + std::string(1 << 20, '1')) == "2:1: the line is too long: this is no trace");
}

TEST_CASE("files that cannot be opened or read") {
  CHECK(TraceReader::Open("no-such-file.csv").status().message() ==
        "cannot open no-such-file.csv: No such file or directory");
  CHECK(TraceReader::Open(".").status().message() == "cannot read .: Is a directory");
}

}  // namespace
}  // namespace remb::replay
