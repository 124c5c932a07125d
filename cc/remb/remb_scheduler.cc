#include "cc/remb/remb_scheduler.h"

namespace remb::core {
namespace {

// libwebrtc modules/congestion_controller/remb_throttler.cc: kSendThresholdPercent.
constexpr int64_t kSendThresholdPercent = 103;

}  // namespace

bool RembScheduler::IsDue(std::optional<DataRate> rate, Timestamp now) const {
  if (!rate) return false;
  if (!last_sent_) return true;
  if (now - last_sent_->time >= config_.interval) return true;
  if (max_bitrate_ && *max_bitrate_ < last_sent_->rate) return true;
  return rate->bps() * kSendThresholdPercent <= last_sent_->rate.bps() * 100;
}

std::optional<Timestamp> RembScheduler::NextInterval() const {
  if (!last_sent_) return std::nullopt;
  return last_sent_->time + config_.interval;
}

void RembScheduler::OnSent(Timestamp now, DataRate rate) {
  last_sent_ = {.time = now, .rate = rate};
}

void RembScheduler::Rebase(Timestamp now) {
  if (last_sent_) last_sent_->time = now;
}

}  // namespace remb::core
