#include "tools/sim/opportunities.h"

#include <algorithm>

namespace remb::sim {

void Opportunities::Wake() {
  if (scheduled_ || (left_bytes_ == 0 && backlog_->Next() == nullptr)) return;
  scheduled_ = true;
  next_ = std::max(next_, FirstAt(events_->now()));
  events_->At(TimeOf(next_), [this] { OnOpportunity(); });
}

int64_t Opportunities::capacity_bps() const {
  const Nanos start = events_->now() / kCapacityWindow * kCapacityWindow;
  const int64_t count = FirstAt(start + kCapacityWindow) - FirstAt(start);
  return count * kBytes * 8 * (kSecond / kCapacityWindow);
}

Nanos Opportunities::Wait(int64_t bytes) const {
  const int64_t first = std::max(next_, FirstAt(events_->now()));
  return TimeOf(first + (left_bytes_ + bytes) / kBytes) - events_->now();
}

Nanos Opportunities::TimeOf(int64_t number) const {
  const auto count = static_cast<int64_t>(times_.size());
  return number / count * times_.back() + times_[static_cast<size_t>(number % count)];
}

int64_t Opportunities::FirstAt(Nanos time) const {
  // The last opportunity of a repetition is at its end: belongs to it, not to the next one.
  const Nanos repetition = time > 0 ? (time - 1) / times_.back() : 0;
  const auto place =
      std::lower_bound(times_.begin(), times_.end(), time - repetition * times_.back());
  return repetition * static_cast<int64_t>(times_.size()) + (place - times_.begin());
}

void Opportunities::OnOpportunity() {
  std::vector<Packet> sent;
  sent.swap(sent_);
  for (int64_t bytes = kBytes; bytes > 0;) {
    if (left_bytes_ == 0) {
      if (backlog_->Next() == nullptr) break;
      packet_ = backlog_->Take(events_->now());
      left_bytes_ = packet_.bytes;
    }
    const int64_t now_sent = std::min(bytes, left_bytes_);
    bytes -= now_sent;
    left_bytes_ -= now_sent;
    if (left_bytes_ == 0) sent.push_back(packet_);
  }
  ++next_;
  scheduled_ = false;
  Wake();
  for (const Packet& packet : sent) backlog_->OnTransmitted(packet, 0);
  sent.clear();
  sent_.swap(sent);  // keeps its memory
}

}  // namespace remb::sim
