#include "tools/sim/tcp_receiver.h"

#include <algorithm>

namespace remb::sim {

void TcpReceiver::OnPacket(const Packet& packet) {
  // A connection was given up: what is missing of it will not come.
  if (packet.acknowledged > next_) {
    next_ = packet.acknowledged;
    beyond_.clear();
    told_ = {};
  }
  const Range received = {packet.sequence, packet.sequence + packet.bytes};
  if (received.begin > next_) {
    const Range range = Insert(received);
    // RFC 2018 section 4: first the range with this segment, then the latest others.
    std::array<Range, 3> told = {range};
    size_t count = 1;
    for (const Range& old : told_) {
      if (count == told.size() || old.end == 0) break;
      if (old.end < range.begin || old.begin > range.end) told[count++] = old;
    }
    told_ = told;
  } else if (received.end > next_) {
    Deliver(received.end);
  }
  Acknowledge(packet);
}

void TcpReceiver::Deliver(int64_t end) {
  if (!beyond_.empty() && beyond_.front().begin <= end) {
    end = beyond_.front().end;
    beyond_.erase(beyond_.begin());
    // No range is told twice, so that at most one of them goes.
    const auto gone = std::find_if(told_.begin(), told_.end(),
                                   [end](const Range& range) { return range.end == end; });
    if (gone != told_.end()) {
      std::move(gone + 1, told_.end(), gone);
      told_.back() = {};
    }
  }
  if (on_data_) on_data_(end - next_);
  next_ = end;
}

TcpReceiver::Range TcpReceiver::Insert(Range range) {
  // The ranges that it touches or overlaps, if any.
  const auto first =
      std::lower_bound(beyond_.begin(), beyond_.end(), range.begin,
                       [](const Range& other, int64_t begin) { return other.end < begin; });
  auto last = first;
  for (; last != beyond_.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  if (first == last) {
    beyond_.insert(first, range);
  } else {
    *first = range;
    beyond_.erase(first + 1, last);
  }
  return range;
}

void TcpReceiver::Acknowledge(const Packet& packet) {
  Packet ack = {.kind = Packet::Kind::kTcpAck,
                .backward = true,
                .flow = flow_,
                .bytes = kAckBytes,
                .sent = events_->now(),
                .sequence = packet.sequence,
                .acknowledged = next_,
                .echo = packet.sent};
  for (size_t i = 0; i < told_.size() && told_[i].end > 0; ++i) {
    ack.sack[i] = {.begin = static_cast<int32_t>(told_[i].begin - next_),
                   .end = static_cast<int32_t>(told_[i].end - next_)};
  }
  out_->OnPacket(ack);
}

}  // namespace remb::sim
