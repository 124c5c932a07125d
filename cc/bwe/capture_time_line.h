// The one line of send times that all streams with capture times lie on.
#ifndef CC_BWE_CAPTURE_TIME_LINE_H_
#define CC_BWE_CAPTURE_TIME_LINE_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/capture_clock.h"
#include "cc/bwe/units.h"

namespace remb::core {

// Streams of one sender have one NTP clock, so their send times may be compared with one another.
// That is checked, not believed: a forwarder that does not say how its capturers' clocks differ
// sends times that must not be mixed, and a sender's clock may be set. A packet belongs to the line
// if since the newest packet on it about as much time has passed for the sender as for us; the
// others count in the bitrate alone. What most packets agree on becomes the line: the first one
// heard may be the odd one out.
class CaptureTimeLine {
 public:
  // Of a stream whose capture times may be compared with its neighbour's: this much may lie
  // between the two's delays.
  static constexpr TimeDelta kMaxDifference = TimeDelta::Millis(100);
  // On the line a stream may run ahead by more: a queue that drains lets packets go faster than
  // they were sent. It may fall behind by any delay that a queue may have.
  static constexpr TimeDelta kMaxLeap = TimeDelta::Millis(200);
  static constexpr TimeDelta kMaxDelay = TimeDelta::Seconds(10);
  // A line that nobody was on for so long, as long as a stream lives without packets, is none.
  static constexpr TimeDelta kSilence = TimeDelta::Seconds(2);
  // How long packets are counted before they outvote the line, which takes three against two.
  static constexpr TimeDelta kVote = TimeDelta::Seconds(1);

  enum class Place {
    kOn,
    kOff,
    kNewLine,  // on the line, which begins with this packet: no earlier one may be compared with it
  };

  // What a stream has of the line.
  struct Member {
    uint32_t line = 0;   // the one that it lies on; 0: none
    uint32_t jumps = 0;  // its clock's, when it was found to lie there
  };

  // Takes a packet of a stream: when it was sent by the clock of `jumps`, and when it arrived.
  Place OnPacket(uint32_t ssrc, uint32_t jumps, NtpTime sent, Timestamp arrival, Member& member);

  // Whether the stream lies on the line.
  bool Has(const Member& member) const { return member.line == line_; }
  // Forgets all packets. No stream lies on the line then.
  void Reset();

 private:
  struct Packet {
    NtpTime sent = 0;
    Timestamp arrival = Timestamp::Micros(0);
  };

  // By how much more the sender's clock has gone on than ours.
  static TimeDelta Lead(const Packet& packet, const Packet& before);
  static bool IsNear(TimeDelta lead);
  Place Begin(uint32_t ssrc, uint32_t jumps, const Packet& packet, Member& member);
  void CountVotes(Timestamp now);
  bool IsAlone(uint32_t ssrc, Timestamp now) const;

  uint32_t line_ = 1;
  bool begun_ = false;
  Packet newest_;                           // by send time
  uint32_t ssrc_ = 0;                       // heard last on the line
  Timestamp heard_ = Timestamp::Micros(0);  // then
  std::optional<Timestamp> other_heard_;    // when another than that was heard

  // The vote.
  Timestamp vote_start_ = Timestamp::Micros(0);
  int64_t on_line_ = 0;
  int64_t on_rival_ = 0;
  bool has_rival_ = false;
  bool outvoted_ = false;
  Packet rival_;  // the newest packet of what may be the better line
};

}  // namespace remb::core

#endif  // CC_BWE_CAPTURE_TIME_LINE_H_
