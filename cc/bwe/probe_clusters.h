// Finds bursts of equally spaced packets, which measure the path's rate at once.
#ifndef CC_BWE_PROBE_CLUSTERS_H_
#define CC_BWE_PROBE_CLUSTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// libwebrtc keeps a list of packets and goes through all of it for each new one. Every packet but
// the newest has been seen before, so here the walk goes on where it stopped: what is kept is the
// clusters closed so far, as their number and best rate, the cluster still open, and the newest
// packets of the list for the case that its oldest is dropped.
class ProbeClusters {
 public:
  // Packets up to this size are no probes (libwebrtc remote_bitrate_estimator_abs_send_time.cc).
  static constexpr DataSize kMinPacketSize = DataSize::Bytes(200);

  // Takes a packet with its 24-bit abs-send-time. Gives the best probe's rate if it is above
  // `estimate` (or there is none).
  std::optional<DataRate> OnPacket(uint32_t abs_send_time, Timestamp arrival, DataSize size,
                                   std::optional<DataRate> estimate);

 private:
  struct Probe {
    int32_t send_us;  // not unwrapped: 0 to 64 s
    int32_t bytes;
    int64_t arrival_us;
  };
  // Sums over consecutive deltas; `long_deltas` are those of 1 ms or more at both ends.
  struct Cluster {
    int64_t send_us = 0;
    int64_t receive_us = 0;
    int64_t bytes = 0;
    int32_t count = 0;
    int32_t long_deltas = 0;

    bool Accepts(int64_t send_delta_us) const;
    bool Counts() const;
  };
  // The walk over clusters in order: the first bad one ends it.
  struct Walk {
    int32_t clusters = 0;
    bool ended = false;
    DataRate best = DataRate::Zero();

    void Visit(const Cluster& cluster);
  };

  Probe& Kept(int64_t number) { return kept_[static_cast<size_t>(number % kMaxKept)]; }
  void Append(const Probe& probe);
  void DropOldest();
  void Clear();

  // Without a cluster the list is at most 14 long. Only if a cluster that counted ceases to count,
  // its sum of send deltas no longer being positive, can it be longer.
  static constexpr int kMaxKept = 32;

  std::array<Probe, kMaxKept> kept_;  // a ring of the list's newest
  int64_t list_size_ = 0;
  int64_t appended_ = 0;
  Cluster open_;
  Walk closed_;
};

}  // namespace remb::core

#endif  // CC_BWE_PROBE_CLUSTERS_H_
