#include "tools/sim/padding_prober.h"

#include <algorithm>
#include <utility>

namespace remb::sim {
namespace {

// All measured: see the header.
constexpr int32_t kPaddingBytes = 255;  // also the most that RTP padding can have
constexpr int kPaddingPackets = 53;
constexpr int kLeastRtxPackets = 5;
constexpr int kMostRtxPackets = 12;
constexpr double kShortest = 0.040;  // s
constexpr double kLongest = 0.110;
constexpr double kLowestBps = 1.1e6;
constexpr double kHighestBps = 2.2e6;

}  // namespace

PaddingProber::PaddingProber(EventQueue* queue, bool rtx, int packet_bytes, Random random,
                             std::function<void(int32_t)> send)
    : queue_(queue),
      rtx_(rtx),
      packet_bytes_(packet_bytes),
      random_(random),
      send_(std::move(send)) {}

void PaddingProber::Start() {
  int64_t bytes = kPaddingBytes;
  if (rtx_) {
    packets_left_ = static_cast<int>(random_.Uniform(kLeastRtxPackets, kMostRtxPackets + 1));
    bytes += int64_t{packets_left_ - 1} * packet_bytes_;
  } else {
    packets_left_ = kPaddingPackets;
    bytes *= kPaddingPackets;
  }
  const double seconds = random_.Uniform(kShortest, kLongest);
  bps_ = static_cast<int64_t>(
      std::clamp(static_cast<double>(bytes) * 8 / seconds, kLowestBps, kHighestBps));
  SendNext();
}

void PaddingProber::SendNext() {
  if (packets_left_ == 0) return;
  --packets_left_;
  const int32_t bytes = rtx_ && !first_ ? packet_bytes_ : kPaddingBytes;
  first_ = false;
  if (packets_left_ > 0) {
    queue_->After(TransmissionTime(bytes, bps_), [this] { SendNext(); });
  }
  send_(bytes);
}

}  // namespace remb::sim
