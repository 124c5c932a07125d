// Probe clusters: bursts of equally spaced packets that measure the path at once. The whole list of
// packets is searched each time, as libwebrtc does.
#ifndef CC_TESTING_PLAIN_PROBES_H_
#define CC_TESTING_PLAIN_PROBES_H_

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <optional>
#include <vector>

#include "cc/testing/plain/units.h"

namespace remb::plain {

class Probes {
 public:
  // Gives the rate of a cluster if that is above `bps`, which is 0 if there is no estimate.
  std::optional<int64_t> Add(uint32_t abs_send_time, int64_t arrival, int64_t bytes, int64_t bps) {
    const int64_t send = static_cast<int64_t>(abs_send_time) * kSecond >> 18;
    packets_.push_back({.send = send, .arrival = arrival, .bytes = bytes});
    const std::vector<Cluster> clusters = Clusters();
    if (clusters.empty()) {
      if (packets_.size() >= 15) packets_.pop_front();
      // A cluster has run backwards. Not libwebrtc's: docs/algorithm.md, "Deviations".
      while (packets_.size() > 31) packets_.pop_front();
      return std::nullopt;
    }
    const int64_t best = BestRate(clusters);
    if (best > bps) return best;
    if (clusters.size() >= 3) packets_.clear();
    return std::nullopt;
  }

 private:
  struct Packet {
    int64_t send;
    int64_t arrival;
    int64_t bytes;
  };
  // Sums over `deltas` pairs of packets; bytes are those of each pair's second.
  struct Cluster {
    int64_t deltas = 0;
    int64_t send = 0;
    int64_t arrival = 0;
    int64_t bytes = 0;
    int64_t apart = 0;  // of the deltas those of 1 ms or more both ways

    bool Counts() const { return deltas >= 4 && send > 0 && arrival > 0; }
    bool Takes(int64_t send_delta) const {
      return deltas == 0 || std::abs(send_delta - send / deltas) < 2'500;
    }
  };

  std::vector<Cluster> Clusters() const {
    std::vector<Cluster> clusters;
    Cluster open;
    for (size_t i = 1; i < packets_.size(); ++i) {
      const int64_t send_delta = packets_[i].send - packets_[i - 1].send;
      const int64_t arrival_delta = packets_[i].arrival - packets_[i - 1].arrival;
      // Counted in the cluster that this delta may close, as in libwebrtc.
      if (send_delta >= kMs && arrival_delta >= kMs) ++open.apart;
      if (!open.Takes(send_delta)) {
        if (open.Counts()) clusters.push_back(open);
        open = Cluster();
      }
      ++open.deltas;
      open.send += send_delta;
      open.arrival += arrival_delta;
      open.bytes += packets_[i].bytes;
    }
    if (open.Counts()) clusters.push_back(open);
    return clusters;
  }

  // Of the good ones before the first bad one; 0: none.
  static int64_t BestRate(const std::vector<Cluster>& clusters) {
    int64_t best = 0;
    for (const Cluster& cluster : clusters) {
      const int64_t send = cluster.send / cluster.deltas;
      const int64_t arrival = cluster.arrival / cluster.deltas;
      if (send == 0 || arrival == 0) continue;
      if (cluster.apart <= cluster.deltas / 2 || arrival - send > 2 * kMs ||
          send - arrival > 5 * kMs) {
        break;
      }
      const int64_t bits = cluster.bytes / cluster.deltas * 8;
      best = std::max(best, std::min(bits * kSecond / send, bits * kSecond / arrival));
    }
    return best;
  }

  std::deque<Packet> packets_;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_PROBES_H_
