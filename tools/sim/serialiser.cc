#include "tools/sim/serialiser.h"

namespace remb::sim {
namespace {

constexpr int64_t kWorkPerByte = 8 * kSecond;

}  // namespace

void Serialiser::Wake() {
  if (busy_ || backlog_->Next() == nullptr) return;
  busy_ = true;
  since_ = start_ = events_->now();
  packet_ = backlog_->Take(start_);
  work_ = packet_.bytes * kWorkPerByte;
  Schedule();
}

void Serialiser::SetCapacity(int64_t bps) {
  work_ = WorkLeft();
  since_ = events_->now();
  bps_ = bps;
  if (busy_) Schedule();
}

Nanos Serialiser::Wait(int64_t bytes) const {
  return bps_ > 0 ? TimeFor(WorkLeft() + bytes * kWorkPerByte) : kNever;
}

int64_t Serialiser::WorkLeft() const {
  if (!busy_) return 0;
  const int64_t work = work_ - (events_->now() - since_) * bps_;
  return work > 0 ? work : 0;  // the end is rounded up
}

Nanos Serialiser::TimeFor(int64_t work) const {
  if (work == 0) return 0;
  return bps_ > 0 ? (work + bps_ - 1) / bps_ : kNever;
}

void Serialiser::Schedule() {
  const Nanos time = TimeFor(work_);
  end_ = time == kNever ? kNever : since_ + time;
  if (end_ != kNever) events_->At(end_, [this] { OnEvent(); });
}

void Serialiser::OnEvent() {
  if (!busy_ || events_->now() != end_) return;  // the rate has changed since
  busy_ = false;
  const Packet packet = packet_;
  const Nanos took = end_ - start_;
  Wake();  // before anything that this packet brings about
  backlog_->OnTransmitted(packet, took);
}

}  // namespace remb::sim
