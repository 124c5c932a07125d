#include "cc/bwe/probe_clusters.h"

#include <algorithm>
#include <cstdlib>

namespace remb::core {
namespace {

// libwebrtc modules/remote_bitrate_estimator/remote_bitrate_estimator_abs_send_time.cc.
constexpr int64_t kMaxListWithoutCluster = 15;
constexpr int64_t kExpectedNumberOfClusters = 3;
constexpr int64_t kMinClusterSize = 4;
constexpr int64_t kClusterSpreadUs = 2500;
constexpr int64_t kLongDeltaUs = 1000;
constexpr int64_t kMaxReceiveBehindSendUs = 2000;
constexpr int64_t kMaxSendBehindReceiveUs = 5000;
constexpr int kAbsSendTimeFraction = 18;

}  // namespace

std::optional<DataRate> ProbeClusters::OnPacket(uint32_t abs_send_time, Timestamp arrival,
                                                DataSize size, std::optional<DataRate> estimate) {
  const int64_t send_us = (int64_t{abs_send_time} * 1'000'000) >> kAbsSendTimeFraction;
  Append({.send_us = static_cast<int32_t>(send_us),
          .bytes = static_cast<int32_t>(size.bytes()),
          .arrival_us = arrival.us()});

  Walk walk = closed_;
  if (open_.Counts()) walk.Visit(open_);
  if (walk.clusters == 0) {
    if (list_size_ >= kMaxListWithoutCluster) DropOldest();
    return std::nullopt;
  }
  if (walk.best > estimate.value_or(DataRate::Zero())) return walk.best;
  if (walk.clusters >= kExpectedNumberOfClusters) Clear();
  return std::nullopt;
}

bool ProbeClusters::Cluster::Accepts(int64_t send_delta_us) const {
  return count == 0 || std::abs(send_delta_us - send_us / count) < kClusterSpreadUs;
}

bool ProbeClusters::Cluster::Counts() const {
  return count >= kMinClusterSize && send_us > 0 && receive_us > 0;
}

void ProbeClusters::Walk::Visit(const Cluster& cluster) {
  ++clusters;
  if (ended) return;
  const int64_t send_us = cluster.send_us / cluster.count;
  const int64_t receive_us = cluster.receive_us / cluster.count;
  if (send_us == 0 || receive_us == 0) return;
  const bool good = cluster.long_deltas > cluster.count / 2 &&
                    receive_us - send_us <= kMaxReceiveBehindSendUs &&
                    send_us - receive_us <= kMaxSendBehindReceiveUs;
  if (!good) {
    ended = true;
    return;
  }
  // The rate of a probe is that of its slower side.
  const DataSize size = DataSize::Bytes(cluster.bytes / cluster.count);
  best = std::max(best, size / TimeDelta::Micros(std::max(send_us, receive_us)));
}

void ProbeClusters::Append(const Probe& probe) {
  if (list_size_ > 0) {
    const Probe& last = Kept(appended_ - 1);
    const int64_t send_delta = int64_t{probe.send_us} - last.send_us;
    const int64_t receive_delta = probe.arrival_us - last.arrival_us;
    // Before the bounds are looked at: a delta that opens a cluster counts for the one it closes.
    if (send_delta >= kLongDeltaUs && receive_delta >= kLongDeltaUs) ++open_.long_deltas;
    if (!open_.Accepts(send_delta)) {
      if (open_.Counts()) closed_.Visit(open_);
      open_ = Cluster();
    }
    open_.send_us += send_delta;
    open_.receive_us += receive_delta;
    open_.bytes += probe.bytes;
    ++open_.count;
  }
  Kept(appended_++) = probe;
  ++list_size_;
}

// Starts over without the oldest; beyond what is kept, with the newest of the list.
void ProbeClusters::DropOldest() {
  const int64_t rest = std::min<int64_t>(list_size_ - 1, kMaxKept - 1);
  const int64_t first = appended_ - rest;
  const std::array<Probe, kMaxKept> kept = kept_;
  Clear();
  for (int64_t i = first; i < first + rest; ++i) Append(kept[static_cast<size_t>(i % kMaxKept)]);
}

void ProbeClusters::Clear() {
  list_size_ = 0;
  appended_ = 0;
  open_ = Cluster();
  closed_ = Walk();
}

}  // namespace remb::core
