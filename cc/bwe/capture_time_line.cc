#include "cc/bwe/capture_time_line.h"

namespace remb::core {
namespace {

int64_t MicrosFromNtp(int64_t difference) {
  const int64_t seconds = difference >> 32;
  const int64_t fraction = difference & 0xFFFFFFFF;
  return seconds * 1'000'000 + (fraction * 1'000'000 >> 32);
}

}  // namespace

CaptureTimeLine::Place CaptureTimeLine::OnPacket(uint32_t ssrc, uint32_t jumps, NtpTime sent,
                                                 Timestamp arrival, Member& member) {
  const Packet packet = {.sent = sent, .arrival = arrival};
  if (!begun_ || arrival - heard_ > kSilence) return Begin(ssrc, jumps, packet, member);
  CountVotes(arrival);

  const TimeDelta lead = Lead(packet, newest_);
  const bool was_on_line = Has(member);
  const bool jumped = member.jumps != jumps;
  const bool fits = was_on_line && !jumped
                        ? lead <= kMaxLeap && lead >= TimeDelta::Micros(-kMaxDelay.us())
                        : IsNear(lead);
  // With nobody else on the line a clock that was set carries it along.
  const bool carries = was_on_line && jumped && IsAlone(ssrc, arrival);
  if (fits && !carries) {
    member = {.line = line_, .jumps = jumps};
    if (static_cast<int64_t>(sent - newest_.sent) > 0) newest_ = packet;
    if (ssrc != ssrc_) other_heard_ = heard_;
    ssrc_ = ssrc;
    heard_ = arrival;
    ++on_line_;
    return Place::kOn;
  }
  if (carries) return Begin(ssrc, jumps, packet, member);

  if (has_rival_ && !IsNear(Lead(packet, rival_))) return Place::kOff;
  has_rival_ = true;
  if (outvoted_) return Begin(ssrc, jumps, packet, member);
  rival_ = packet;
  ++on_rival_;
  return Place::kOff;
}

void CaptureTimeLine::Reset() {
  begun_ = false;
  ++line_;
}

TimeDelta CaptureTimeLine::Lead(const Packet& packet, const Packet& before) {
  const int64_t sent_us = MicrosFromNtp(static_cast<int64_t>(packet.sent - before.sent));
  return TimeDelta::Micros(sent_us) - (packet.arrival - before.arrival);
}

bool CaptureTimeLine::IsNear(TimeDelta lead) {
  return lead <= kMaxDifference && lead >= TimeDelta::Micros(-kMaxDifference.us());
}

CaptureTimeLine::Place CaptureTimeLine::Begin(uint32_t ssrc, uint32_t jumps, const Packet& packet,
                                              Member& member) {
  begun_ = true;
  member = {.line = ++line_, .jumps = jumps};
  newest_ = packet;
  ssrc_ = ssrc;
  heard_ = packet.arrival;
  other_heard_.reset();
  vote_start_ = packet.arrival;
  on_line_ = 1;
  on_rival_ = 0;
  has_rival_ = false;
  outvoted_ = false;
  return Place::kNewLine;
}

void CaptureTimeLine::CountVotes(Timestamp now) {
  if (now - vote_start_ < kVote) return;
  outvoted_ = has_rival_ && 2 * on_rival_ > 3 * on_line_;
  if (!outvoted_) has_rival_ = false;
  on_line_ = 0;
  on_rival_ = 0;
  vote_start_ = now;
}

bool CaptureTimeLine::IsAlone(uint32_t ssrc, Timestamp now) const {
  const std::optional<Timestamp> other = ssrc == ssrc_ ? other_heard_ : heard_;
  return !other || now - *other > kVote;
}

}  // namespace remb::core
