#include "tools/sim/congestion_control.h"

#include <algorithm>

namespace remb::sim {
namespace {

// RFC 6928 section 2: min(10 * MSS, max(2 * MSS, 14600)).
constexpr double kInitialSegments = 10;
constexpr double kInitialBytes = 14'600;

}  // namespace

CongestionControl::CongestionControl(int segment_bytes)
    : window_(std::min(kInitialSegments, std::max(2.0, kInitialBytes / segment_bytes))) {}

void CongestionControl::OnAck(int segments, Nanos now, Nanos rtt) {
  if (window_ < threshold_) {
    window_ += 1;  // RFC 5681, equation 2: one segment at most for one acknowledgement
  } else {
    window_ = Avoid(segments, now, rtt);
  }
}

void CongestionControl::OnLoss(double flight) {
  threshold_ = std::max(Reduce(flight, /*timeout=*/false), kMinThreshold);
  window_ = threshold_;
}

void CongestionControl::OnTimeout(double flight, bool again) {
  // RFC 5681 section 3.1: the threshold stays while the same segment times out repeatedly.
  if (!again) threshold_ = std::max(Reduce(flight, /*timeout=*/true), kMinThreshold);
  window_ = 1;
}

}  // namespace remb::sim
