#include "tools/sim/tcp_scoreboard.h"

#include <algorithm>

namespace remb::sim {
namespace {

// DupThresh of RFC 6675 section 2, kPacketThreshold of RFC 9002 section 6.1.1.
constexpr int64_t kReorderingThreshold = 3;

}  // namespace

void TcpScoreboard::Reset() {
  connection_begin_ = next_;
  unacknowledged_ = next_;
  while (!segments_.empty()) segments_.pop_front();
  first_segment_ = 0;
  first_transmission_ += std::ssize(transmissions_);
  while (!transmissions_.empty()) transmissions_.pop_front();
  first_lost_ = 0;
  in_flight_ = 0;
  lost_ = 0;
}

Packet TcpScoreboard::SendNew(int bytes, Nanos now) {
  segments_.push_back({.bytes = bytes});
  next_ += bytes;
  return Transmit(first_segment_ + static_cast<int64_t>(segments_.size()) - 1, now);
}

Packet TcpScoreboard::Retransmit(Nanos now) {
  first_lost_ = std::max(first_lost_, first_segment_);
  while (At(first_lost_).state != State::kLost) ++first_lost_;
  --lost_;
  Packet packet = Transmit(first_lost_, now);
  packet.retransmission = true;
  return packet;
}

Packet TcpScoreboard::Transmit(int64_t number, Nanos now) {
  Segment& segment = At(number);
  segment.transmission = transmissions();
  segment.sent = now;
  segment.state = State::kInFlight;
  transmissions_.push_back(number);
  ++in_flight_;
  return {.kind = Packet::Kind::kTcpData,
          .bytes = segment.bytes,
          .sent = now,
          .sequence = connection_begin_ + number * segment_bytes_,
          .acknowledged = connection_begin_};
}

int TcpScoreboard::OnAck(const Packet& ack) {
  for (const Packet::SackBlock& block : ack.sack) {
    if (block.end == 0) break;
    ArriveRange(ack.acknowledged + block.begin, ack.acknowledged + block.end);
  }
  if (ack.sequence >= unacknowledged_) {
    Segment& segment = At(NumberOf(ack.sequence));
    // Sent again since, and this is the first one: it tells nothing of what was sent with the
    // second.
    if (segment.sent == ack.echo) {
      latest_arrived_ = std::max(latest_arrived_, segment.transmission);
    }
    Arrive(segment);
  }
  int acknowledged = 0;
  while (unacknowledged_ < ack.acknowledged) {
    Arrive(segments_.front());
    unacknowledged_ += segments_.front().bytes;
    segments_.pop_front();
    ++first_segment_;
    ++acknowledged;
  }
  return acknowledged;
}

void TcpScoreboard::Arrive(Segment& segment) {
  if (segment.state == State::kInFlight) --in_flight_;
  if (segment.state == State::kLost) --lost_;
  segment.state = State::kArrived;
}

// A range is told again and again, but what is new in it is at its ends, unless several
// acknowledgements were lost in a row: only those are looked at.
void TcpScoreboard::ArriveRange(int64_t begin, int64_t end) {
  if (begin < unacknowledged_) return;  // older than what is known
  int64_t first = NumberOf(begin);
  int64_t last = NumberOf(end - 1);
  while (first <= last && At(first).state != State::kArrived) Arrive(At(first++));
  while (last > first && At(last).state != State::kArrived) Arrive(At(last--));
}

int64_t TcpScoreboard::FindLosses() {
  int64_t latest_lost = -1;
  while (!transmissions_.empty() && first_transmission_ + kReorderingThreshold <= latest_arrived_) {
    const int64_t number = transmissions_.front();
    const int64_t transmission = first_transmission_++;
    transmissions_.pop_front();
    if (number < first_segment_) continue;
    Segment& segment = At(number);
    if (segment.state != State::kInFlight || segment.transmission != transmission) continue;
    segment.state = State::kLost;
    --in_flight_;
    ++lost_;
    first_lost_ = std::min(first_lost_, number);
    latest_lost = transmission;
  }
  return latest_lost;
}

void TcpScoreboard::LoseAll() {
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].state != State::kInFlight) continue;
    segments_[i].state = State::kLost;
    --in_flight_;
    ++lost_;
  }
  first_lost_ = first_segment_;
}

}  // namespace remb::sim
