#include "tools/sim/knowing_receiver.h"

#include <utility>

namespace remb::sim {
namespace {

constexpr Nanos kInterval = 200 * kMillisecond;

}  // namespace

KnowingReceiver::KnowingReceiver(EventQueue* queue, double share, Nanos lag,
                                 std::function<void(int64_t)> send_remb)
    : queue_(queue), share_(share), lag_(lag), send_remb_(std::move(send_remb)) {}

void KnowingReceiver::Start() { SendEach200Ms(); }

void KnowingReceiver::SetFairShare(int64_t bps) {
  to_learn_.push_back(bps);
  queue_->After(lag_, [this] {
    const int64_t former = std::exchange(fair_share_, to_learn_.front());
    to_learn_.pop_front();
    if (fair_share_ != former && next_periodic_ >= 0) Send();
  });
}

void KnowingReceiver::SendEach200Ms() {
  next_periodic_ = queue_->now() + kInterval;
  queue_->At(next_periodic_, [this] {
    if (queue_->now() == next_periodic_) SendEach200Ms();
  });
  Send();
}

void KnowingReceiver::Send() {
  const auto bps = static_cast<int64_t>(share_ * static_cast<double>(fair_share_));
  if (bps > 0) send_remb_(bps);
}

}  // namespace remb::sim
