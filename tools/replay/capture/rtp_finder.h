// Finds the RTP that one receiver got from one sender among a capture's datagrams.
#ifndef TOOLS_REPLAY_CAPTURE_RTP_FINDER_H_
#define TOOLS_REPLAY_CAPTURE_RTP_FINDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/capture/rtp_packet.h"

namespace remb::replay {

// A packet as far as an estimator needs it.
struct RtpRecord {
  int64_t time_us;
  uint32_t ssrc;
  uint32_t timestamp;
  int32_t payload_bytes;
  uint16_t sequence_number;
  uint16_t element_count;
  size_t first_element;  // in RtpFlow::elements
};

// From one address and port to another, in the order of capture.
struct RtpFlow {
  Endpoint source;
  Endpoint destination;
  std::vector<RtpRecord> packets;
  std::vector<ThreeBytes> elements;
  int64_t encrypted = 0;  // packets whose extensions are

  std::span<const ThreeBytes> Elements(const RtpRecord& packet) const {
    return {elements.data() + packet.first_element, packet.element_count};
  }
};

class RtpFinder {
 public:
  struct Options {
    uint16_t port = 0;            // only what goes to this UDP port; 0: to any
    std::vector<uint32_t> ssrcs;  // only these; empty: any

    bool operator==(const Options&) const = default;
  };

  explicit RtpFinder(Options options) : options_(std::move(options)) {}

  void OnDatagram(const Datagram& datagram);

  // The flow with the most payload, of those that are RTP: that have an SSRC whose sequence numbers
  // go up over several packets, or that the options name. All that looks like RTP on it belongs to
  // it, since what else there may be (STUN, DTLS, RTCP) looks different: RFC 7983. None if there is
  // no such flow. To be called once.
  std::optional<RtpFlow> TakeLargest();

  // Of what is left then: flows of RTP and their packets.
  int64_t other_flows() const { return other_flows_; }
  int64_t other_packets() const { return other_packets_; }
  const Endpoint& largest_other() const { return largest_other_; }  // where the largest goes to

  // Datagrams that are no RTP, and RTP whose header is cut short by the capture.
  int64_t not_rtp() const { return not_rtp_; }
  int64_t cut() const { return cut_; }

 private:
  struct Stream {
    uint16_t last_sequence_number;
    int run = 0;  // steps upwards so far, without any other in between
  };
  struct Flow {
    RtpFlow rtp;
    std::unordered_map<uint32_t, Stream> streams;
    bool is_rtp = false;
    int64_t payload_bytes = 0;
  };

  bool IsWanted(const RtpPacket& packet) const;
  static void LookAtSequence(const RtpPacket& packet, Flow* flow);

  Options options_;
  std::map<std::pair<Endpoint, Endpoint>, Flow> flows_;
  int64_t other_flows_ = 0;
  int64_t other_packets_ = 0;
  Endpoint largest_other_;
  int64_t not_rtp_ = 0;
  int64_t cut_ = 0;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_RTP_FINDER_H_
