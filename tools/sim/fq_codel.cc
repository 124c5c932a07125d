#include "tools/sim/fq_codel.h"

#include <algorithm>

namespace remb::sim {
namespace {

// RFC 8290, section 5.2; the batch: section 4.1.
constexpr size_t kQueues = 1024;
constexpr int64_t kQuantumBytes = 1514;
constexpr int64_t kLimitPackets = 10240;
constexpr size_t kDropBatch = 64;

}  // namespace

FqCoDel::FqCoDel(uint64_t perturbation, int64_t limit_bytes, OnDrop on_drop)
    : PacketQueue(std::move(on_drop)),
      perturbation_(perturbation),
      limit_bytes_(limit_bytes),
      flows_(kQueues) {}

void FqCoDel::Enqueue(const Packet& packet, Nanos now, Nanos /*wait*/) {
  const size_t index = Hash(packet.flow);
  Flow& flow = flows_[index];
  flow.packets.push_back({.packet = packet, .arrived = now});
  flow.bytes += packet.bytes;
  bytes_ += packet.bytes;
  ++packets_;
  if (!flow.active) {
    flow.active = true;
    flow.credit = kQuantumBytes;
    new_flows_.push_back(index);
  }
  while (packets_ > kLimitPackets || (limit_bytes_ > 0 && bytes_ > limit_bytes_)) {
    DropFromFattest();
  }
}

bool FqCoDel::Dequeue(Nanos now, WaitingPacket* next) {
  while (true) {
    const bool is_new = !new_flows_.empty();
    if (!is_new && old_flows_.empty()) return false;
    Ring<size_t>& list = is_new ? new_flows_ : old_flows_;
    const size_t index = list.front();
    Flow& flow = flows_[index];
    if (flow.credit <= 0) {
      flow.credit += kQuantumBytes;
      list.pop_front();
      old_flows_.push_back(index);
      continue;
    }
    if (DequeueFrom(flow, now, next)) {
      flow.credit -= next->packet.bytes;
      return true;
    }
    list.pop_front();
    if (is_new && !old_flows_.empty()) {
      old_flows_.push_back(index);  // so that it cannot come first again and starve them
    } else {
      flow.active = false;
    }
  }
}

// The multiplier of Fibonacci hashing; the upper bits are the good ones.
size_t FqCoDel::Hash(size_t flow) const {
  const uint64_t key = static_cast<uint64_t>(flow) ^ perturbation_;
  return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) % kQueues;
}

WaitingPacket FqCoDel::Pop(Flow& flow) {
  const WaitingPacket first = flow.packets.front();
  flow.packets.pop_front();
  flow.bytes -= first.packet.bytes;
  bytes_ -= first.packet.bytes;
  --packets_;
  return first;
}

bool FqCoDel::DequeueFrom(Flow& flow, Nanos now, WaitingPacket* next) {
  while (!flow.packets.empty()) {
    *next = Pop(flow);
    if (!flow.codel.Drops(now - next->arrived, flow.bytes, now)) return true;
    Drop(next->packet);
  }
  flow.codel.OnEmpty();
  return false;
}

void FqCoDel::DropFromFattest() {
  Flow& fattest = *std::max_element(flows_.begin(), flows_.end(),
                                    [](const Flow& a, const Flow& b) { return a.bytes < b.bytes; });
  const size_t count = std::clamp<size_t>(fattest.packets.size() / 2, 1, kDropBatch);
  for (size_t i = 0; i < count; ++i) Drop(Pop(fattest).packet);
}

}  // namespace remb::sim
