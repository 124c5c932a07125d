#include "tools/sim/event_queue.h"

#include <algorithm>

namespace remb::sim {
namespace {

// The heap's order: the earliest is on top.
constexpr auto kIsAfter = [](const auto& a, const auto& b) {
  return a.time != b.time ? a.time > b.time : a.order > b.order;
};

}  // namespace

void EventQueue::At(Nanos time, Action action) {
  uint32_t slot;
  if (free_slots_.empty()) {
    slot = static_cast<uint32_t>(actions_.size());
    actions_.push_back(std::move(action));
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
    actions_[slot] = std::move(action);
  }
  heap_.push_back({.time = std::max(time, now_), .order = next_order_++, .slot = slot});
  std::push_heap(heap_.begin(), heap_.end(), kIsAfter);
}

void EventQueue::RunUntil(Nanos end) {
  while (!heap_.empty() && heap_.front().time <= end) {
    const Event event = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), kIsAfter);
    heap_.pop_back();
    // Out of its slot first: what it schedules may take that.
    Action action = std::move(actions_[event.slot]);
    free_slots_.push_back(event.slot);
    now_ = event.time;
    action();
  }
  now_ = std::max(now_, end);
}

}  // namespace remb::sim
