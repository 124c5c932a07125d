#include "tools/sim/loss_based_control.h"

#include <algorithm>

namespace remb::sim {
namespace {

// All of libwebrtc's send_side_bandwidth_estimation.cc.
constexpr double kLowLoss = 0.02;
constexpr double kHighLoss = 0.10;
constexpr double kGrowth = 1.08;
constexpr int64_t kGrowthBps = 1'000;
constexpr Nanos kGrowthInterval = kSecond;
constexpr Nanos kCutInterval = 300 * kMillisecond;  // plus the round-trip time
constexpr int64_t kLeastPackets = 20;               // fewer make no loss rate
constexpr Nanos kReportTimeout = 6 * kSecond;       // 1.2 times RTCP's 5 s: then the rate is held

}  // namespace

void LossBasedControl::OnRemb(Nanos now, int64_t bps) {
  // A REMB written before the first packet counts as well.
  const bool starting = start_phase_ && now - started_ <= kStartPhase && !any_loss_;
  if (starting) bps_ = std::clamp(bps, bps_, kMaxBps);
}

void LossBasedControl::OnReport(Nanos now, int64_t expected, int64_t lost) {
  const int64_t packets = expected - expected_;
  if (packets < kLeastPackets) return;
  // In 1/256, as receiver reports have it. Negative where packets believed lost came late.
  const int64_t fraction = std::clamp<int64_t>(((lost - lost_) * 256) / packets, 0, 255);
  loss_ = static_cast<double>(fraction) / 256;
  any_loss_ |= fraction > 0;
  expected_ = expected;
  lost_ = lost;
  last_report_ = now;
  if (loss_ > kHighLoss) {
    Cut(now);
  } else {
    Update(now);
  }
}

void LossBasedControl::Cut(Nanos now) {
  if (now - last_cut_ < kCutInterval + rtt_) return;
  last_cut_ = now;
  last_growth_ = kNever;  // what is below the last second's least may grow at once
  bps_ = std::max(kMinBps, static_cast<int64_t>(static_cast<double>(bps_) * (1 - 0.5 * loss_)));
}

void LossBasedControl::Update(Nanos now) {
  if (loss_ > kLowLoss || now - last_report_ > kReportTimeout) return;
  if (now - last_growth_ < kGrowthInterval) return;
  last_growth_ = now;
  bps_ = std::min(kMaxBps,
                  static_cast<int64_t>(static_cast<double>(bps_) * kGrowth + 0.5) + kGrowthBps);
}

}  // namespace remb::sim
