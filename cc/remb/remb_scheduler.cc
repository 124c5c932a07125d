#include "cc/remb/remb_scheduler.h"

#include <algorithm>

namespace remb::core {

// Rates are at most 10^12 bit/s and percentages 1000, so nothing overflows.
void RembScheduler::Plan() {
  due_up_to_ = kAnyRate;
  if (!last_sent_) return;
  const auto& [time, rate] = *last_sent_;
  if (!max_bitrate_ || *max_bitrate_ >= rate) {
    due_up_to_ = DataRate::Zero();
    if (config_.fall_percent) {
      due_up_to_ = DataRate::BitsPerSec(rate.bps() * 100 / (100 + *config_.fall_percent));
    }
  }
  risen_from_ = kAnyRate;
  if (config_.rise_percent) {
    const int64_t hundredfold = rate.bps() * (100 + *config_.rise_percent);
    risen_from_ = DataRate::BitsPerSec((hundredfold + 99) / 100);
  }
  TimeDelta interval = config_.interval;
  const bool starting = !first_sent_ || time - *first_sent_ < config_.start_duration;
  if (starting && config_.start_interval) interval = std::min(interval, *config_.start_interval);
  next_ = time + interval;
  next_if_risen_ = time + std::min(interval, config_.min_interval);
}

void RembScheduler::SetMaxBitrate(std::optional<DataRate> max_bitrate) {
  max_bitrate_ = max_bitrate;
  Plan();
}

void RembScheduler::OnSent(Timestamp now, DataRate rate) {
  last_sent_ = {.time = now, .rate = rate};
  if (!first_sent_) first_sent_ = now;
  Plan();
}

void RembScheduler::Reset() {
  last_sent_.reset();
  first_sent_.reset();
  Plan();
}

void RembScheduler::OnClockSetBack(Timestamp now) {
  if (last_sent_) last_sent_->time = now;
  first_sent_.reset();
  Plan();
}

}  // namespace remb::core
