// replay_trace libwebrtc|adaptive packet|rtp TRACE.csv|STREAMS|start:PACKETS: gives one estimator
// with that profile every packet of a trace, 50 000 of that many SSRCs in turn, or the first 2 s of
// a call that has so many packets in them, through remb_on_packet or remb_on_rtp_packet, and sends
// the REMBs that become due. Prints the number of those packets. The first packets of the SSRCs in
// turn go through remb_on_packets, so that a profiler that looks at the other functions does not
// see them.
#include <remb/remb.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "cc/bench/traffic.h"
#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::bench {
namespace {

constexpr int kPackets = 50'000;
constexpr int64_t kStartUs = 2'000'000;

class Player {
 public:
  Player(int32_t profile, bool as_rtp)
      : as_rtp_(as_rtp), estimator_(testing::Create(Config(profile))) {}

  void Play(const remb_packet& packet) {
    if (as_rtp_) {
      PlayRtp(packet.arrival_us, testing::RtpBytes(packet));
    } else {
      Handle(remb_on_packet(estimator_.get(), &packet), packet.arrival_us);
    }
  }
  void PlayRtp(int64_t now_us, const std::vector<uint8_t>& rtp) {
    Handle(
        remb_on_rtp_packet(estimator_.get(), now_us, rtp.data(), static_cast<int32_t>(rtp.size())),
        now_us);
  }
  // Through the call that is not looked at.
  void WarmUp(const remb_packet& packet) {
    Handle(remb_on_packets(estimator_.get(), &packet, 1), packet.arrival_us);
  }

 private:
  static remb_config Config(int32_t profile) {
    remb_config config = testing::ConfigOf(profile);
    config.abs_send_time_id = testing::kAbsSendTimeId;
    config.transmission_offset_id = testing::kTransmissionOffsetId;
    return config;
  }
  void Handle(int32_t facts, int64_t now_us) {
    if (facts < 0) throw std::runtime_error(remb_status_string(facts));
    if (facts & REMB_DUE) testing::SendIfDue(estimator_.get(), now_us);
  }

  bool as_rtp_;
  testing::Handle estimator_;
};

int PlayTrace(int32_t profile, const std::string& path, bool as_rtp) {
  Player player(profile, as_rtp);
  const std::vector<remb_packet> packets = testing::ReadTrace(path);
  for (const remb_packet& packet : packets) player.Play(packet);
  return static_cast<int>(packets.size());
}

void PlayNext(Player& player, Traffic& traffic, bool as_rtp) {
  if (as_rtp) {
    const std::vector<uint8_t>& rtp = traffic.NextRtp();
    player.PlayRtp(traffic.now_us(), rtp);
  } else {
    player.Play(traffic.NextPacket());
  }
}

int PlayStart(int32_t profile, int packets, bool as_rtp) {
  Player player(profile, as_rtp);
  Traffic traffic(1, kStartUs / packets);
  for (int i = 0; i < packets; ++i) PlayNext(player, traffic, as_rtp);
  return packets;
}

int PlayStreams(int32_t profile, int streams, bool as_rtp) {
  Player player(profile, as_rtp);
  Traffic traffic(streams);
  // All SSRCs are known then, and the estimator has an estimate.
  for (int i = 0; i < kPackets; ++i) player.WarmUp(traffic.NextPacket());
  for (int i = 0; i < kPackets; ++i) PlayNext(player, traffic, as_rtp);
  return kPackets;
}

int Run(int argc, char** argv) {
  const auto is = [&](int i, const char* text) { return std::strcmp(argv[i], text) == 0; };
  const bool valid =
      argc == 4 && (is(1, "libwebrtc") || is(1, "adaptive")) && (is(2, "packet") || is(2, "rtp"));
  if (!valid) {
    std::fprintf(stderr,
                 "usage: replay_trace libwebrtc|adaptive packet|rtp "
                 "TRACE.csv|STREAMS|start:PACKETS\n");
    return 2;
  }
  const int32_t profile = is(1, "adaptive") ? REMB_PROFILE_ADAPTIVE : REMB_PROFILE_LIBWEBRTC;
  const bool as_rtp = is(2, "rtp");
  int number = 0;
  if (std::sscanf(argv[3], "start:%d", &number) == 1 && number > 0) {
    number = PlayStart(profile, number, as_rtp);
  } else if ((number = std::atoi(argv[3])) > 0) {
    number = PlayStreams(profile, number, as_rtp);
  } else {
    number = PlayTrace(profile, argv[3], as_rtp);
  }
  std::printf("%d\n", number);
  return 0;
}

}  // namespace
}  // namespace remb::bench

int main(int argc, char** argv) {
  try {
    return remb::bench::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay_trace: %s\n", error.what());
    return 1;
  }
}
