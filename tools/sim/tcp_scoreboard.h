// What a TCP sender knows of the segments it has sent: which arrived, which are under way, which
// are lost. As RFC 6675 does, from selective acknowledgements, but in the order of transmissions
// and not of bytes (as RFC 9002 section 6.1.1), so that a lost retransmission is found like any
// other; by sequence numbers alone it would cost a timeout.
#ifndef TOOLS_SIM_TCP_SCOREBOARD_H_
#define TOOLS_SIM_TCP_SCOREBOARD_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "tools/sim/packet.h"
#include "tools/sim/ring.h"
#include "tools/sim/time.h"

namespace remb::sim {

class TcpScoreboard {
 public:
  // All segments of a connection but its last have `segment_bytes`.
  explicit TcpScoreboard(int segment_bytes) : segment_bytes_(segment_bytes) {}

  // A new connection, whose first byte is the first that was never sent.
  void Reset();

  // Each send one segment: a new one after the last, or the first that is lost; `lost` says
  // whether there is one.
  Packet SendNew(int bytes, Nanos now);
  Packet Retransmit(Nanos now);

  // Takes an acknowledgement of this connection; how many segments it newly acknowledges without
  // gaps.
  int OnAck(const Packet& ack);
  // Marks what is lost after the acknowledgements so far: what was sent three or more
  // transmissions before one that arrived. The latest of these transmissions, -1 if there is none.
  int64_t FindLosses();
  // After a timeout: all that has not arrived.
  void LoseAll();

  int64_t unacknowledged() const { return unacknowledged_; }  // the first byte
  int64_t next() const { return next_; }                      // the first byte never sent
  int outstanding() const { return static_cast<int>(segments_.size()); }
  int in_flight() const { return in_flight_; }  // neither arrived nor lost (RFC 6675: the pipe)
  int lost() const { return lost_; }            // to be retransmitted
  int64_t transmissions() const { return first_transmission_ + std::ssize(transmissions_); }

 private:
  enum class State : uint8_t { kInFlight, kLost, kArrived };
  struct Segment {
    int64_t transmission = -1;  // the number of its last one
    Nanos sent = 0;             // then
    int32_t bytes = 0;
    State state = State::kInFlight;
  };

  // Of the segment with this byte, which has been sent.
  int64_t NumberOf(int64_t byte) const { return (byte - connection_begin_) / segment_bytes_; }
  Segment& At(int64_t number) { return segments_[static_cast<size_t>(number - first_segment_)]; }
  void Arrive(Segment& segment);
  void ArriveRange(int64_t begin, int64_t end);
  Packet Transmit(int64_t number, Nanos now);

  int segment_bytes_;
  int64_t connection_begin_ = 0;
  int64_t unacknowledged_ = 0;
  int64_t next_ = 0;
  Ring<Segment> segments_;       // outstanding, by sequence
  int64_t first_segment_ = 0;    // the number of the first, counted within the connection
  Ring<int64_t> transmissions_;  // numbers of segments, in the order of sending
  int64_t first_transmission_ = 0;
  int64_t latest_arrived_ = -1;  // transmission
  int64_t first_lost_ = 0;       // segment: none before it is lost
  int in_flight_ = 0;
  int lost_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_TCP_SCOREBOARD_H_
