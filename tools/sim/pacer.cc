#include "tools/sim/pacer.h"

#include <algorithm>
#include <utility>

namespace remb::sim {
namespace {

// libwebrtc's PacingController::kMaxBurstSize.
constexpr double kLongestBurstBytes = 63'000;

}  // namespace

Pacer::Pacer(EventQueue* queue, double factor, Nanos burst, std::function<void(const Packet&)> send)
    : queue_(queue), factor_(factor), burst_(burst), send_(std::move(send)) {}

void Pacer::SetTarget(int64_t bps) {
  const double former = bps_;
  bps_ = factor_ * static_cast<double>(bps);
  const Nanos now = queue_->now();
  if (former > 0 && free_at_ > now) {
    free_at_ = now + static_cast<Nanos>(static_cast<double>(free_at_ - now) * former / bps_);
  }
  if (!waiting_.empty()) Schedule();
}

void Pacer::Enqueue(const Packet& packet) {
  waiting_.push_back(packet);
  waiting_bytes_ += packet.bytes;
  if (waiting_.size() > 1) return;  // the first of them has its event
  if (NextTime() <= queue_->now()) {
    SendNext();
  } else {
    Schedule();
  }
}

void Pacer::Clear() {
  waiting_.clear();
  waiting_bytes_ = 0;
  wake_up_at_ = -1;
}

Nanos Pacer::QueueTime() const {
  if (waiting_.empty()) return 0;
  return std::max<Nanos>(0, free_at_ - queue_->now()) +
         static_cast<Nanos>(static_cast<double>(waiting_bytes_) * 8e9 / bps_);
}

Nanos Pacer::NextTime() const {
  const Nanos now = queue_->now();
  const Nanos burst = std::min(burst_, static_cast<Nanos>(kLongestBurstBytes * 8e9 / bps_));
  return free_at_ - now < burst ? now : std::max(free_at_, now);
}

void Pacer::SendNext() {
  const Packet packet = waiting_.front();
  waiting_.pop_front();
  waiting_bytes_ -= packet.bytes;
  free_at_ = std::max(free_at_, queue_->now()) +
             static_cast<Nanos>(static_cast<double>(packet.bytes) * 8e9 / bps_);
  if (!waiting_.empty()) Schedule();
  send_(packet);
}

void Pacer::Schedule() {
  wake_up_at_ = NextTime();
  queue_->At(wake_up_at_, [this] {
    if (queue_->now() != wake_up_at_) return;
    wake_up_at_ = -1;
    SendNext();
  });
}

}  // namespace remb::sim
