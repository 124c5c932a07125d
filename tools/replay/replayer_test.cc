#include "tools/replay/replayer.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/replay/trace_reader.h"

namespace remb::replay {
namespace {

std::vector<remb_packet> ReadTrace(const std::string& name) {
  auto reader = TraceReader::Open("testdata/reference/" + name + ".trace.csv");
  REQUIRE(reader.ok());
  std::vector<remb_packet> packets;
  remb_packet packet;
  for (;;) {
    auto more = reader->Next(&packet);
    REQUIRE(more.ok());
    if (!*more) return packets;
    packets.push_back(packet);
  }
}

struct Remb {
  int64_t time_us;
  int64_t bitrate_bps;
};

// Keeps all that is told.
class Recorder : public Listener {
 public:
  void OnReport(const remb_stats& stats) override { reports.push_back(stats); }
  void OnGroup(const remb_packet& packet, const remb_stats& stats) override {
    CHECK(packet.arrival_us >= stats.last_report_us);
    groups.push_back(stats.groups);
  }
  void OnRemb(int64_t time_us, int64_t bitrate_bps) override {
    rembs.push_back({time_us, bitrate_bps});
  }

  std::vector<remb_stats> reports;
  std::vector<int64_t> groups;
  std::vector<Remb> rembs;
};

Replayer MakeReplayer(int32_t clock, Recorder* recorder) {
  auto replayer = Replayer::Create({REMB_PROFILE_LIBWEBRTC, clock, true}, recorder);
  REQUIRE(replayer.ok());
  return *std::move(replayer);
}

void Feed(Replayer* replayer, const remb_packet& packet) {
  absl::Status status = replayer->OnPacket(packet);
  INFO(std::string(status.message()));
  REQUIRE(status.ok());
}

TEST_CASE(
    "libwebrtc profile: REMBs go out at once on the first estimate and on decreases, else each "
    "second") {
  for (int32_t clock : {REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET}) {
    Recorder recorder;
    Replayer replayer = MakeReplayer(clock, &recorder);
    for (const remb_packet& packet : ReadTrace("rfc51")) Feed(&replayer, packet);
    REQUIRE(recorder.rembs.size() > 90);
    CHECK(recorder.rembs[0].time_us == recorder.reports[0].last_report_us);
    CHECK(recorder.rembs[0].bitrate_bps == recorder.reports[0].estimate_bps);
    for (size_t i = 1; i < recorder.rembs.size(); ++i) {
      const Remb& last = recorder.rembs[i - 1];
      const Remb& remb = recorder.rembs[i];
      const bool decrease = remb.bitrate_bps * 103 <= last.bitrate_bps * 100;
      CHECK((decrease || remb.time_us - last.time_us >= 1'000'000));
      CHECK(remb.time_us - last.time_us < 1'100'000);
    }
  }
}

TEST_CASE("libwebrtc profile: each packet group is told once") {
  Recorder recorder;
  Replayer replayer = MakeReplayer(REMB_CLOCK_ABS_SEND_TIME, &recorder);
  for (const remb_packet& packet : ReadTrace("rfc51")) Feed(&replayer, packet);
  REQUIRE(recorder.groups.size() > 1000);
  for (size_t i = 0; i < recorder.groups.size(); ++i) {
    REQUIRE(recorder.groups[i] == static_cast<int64_t>(i) + 1);
  }
}

TEST_CASE("libwebrtc profile: after the clock was set back counting begins anew") {
  Recorder recorder;
  Replayer replayer = MakeReplayer(REMB_CLOCK_ABS_SEND_TIME, &recorder);
  const std::vector<remb_packet> packets = ReadTrace("steady");
  for (int64_t restart = 0; restart < 3; ++restart) {
    const size_t before = recorder.reports.size();
    for (size_t i = 0; recorder.reports.size() == before; ++i) {
      remb_packet packet = packets[i];
      packet.arrival_us -= restart * 10'000'000;
      Feed(&replayer, packet);
    }
  }
  REQUIRE(recorder.reports.size() == 3);
  CHECK(recorder.reports[2].reports == 1);
  CHECK(recorder.reports[2].estimate_bps == recorder.reports[0].estimate_bps);
  CHECK(std::count(recorder.groups.begin(), recorder.groups.end(), 1) == 3);
}

}  // namespace
}  // namespace remb::replay
