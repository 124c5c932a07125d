#include "tools/sim/reception.h"

#include <algorithm>

namespace remb::sim {

Reception::Stream& Reception::Find(const Packet& packet) {
  for (Stream& stream : streams_) {
    if (stream.ssrc == packet.ssrc) return stream;
  }
  streams_.push_back({.ssrc = packet.ssrc,
                      .first_sequence = packet.sequence,
                      .highest_sequence = packet.sequence,
                      .frames = {}});
  return streams_.back();
}

void Reception::OnPacket(const Packet& packet, Nanos now) {
  Stream& stream = Find(packet);
  ++stream.received;
  stream.highest_sequence = std::max(stream.highest_sequence, packet.sequence);
  if (!packet.padding) CountForFrame(stream, packet, now);
}

void Reception::CountForFrame(Stream& stream, const Packet& packet, Nanos now) {
  Frame* frame = nullptr;
  for (size_t i = 0; i < kFrames && frame == nullptr; ++i) {
    Frame& candidate = stream.frames[(stream.newest_frame + kFrames - i) % kFrames];
    if (candidate.received > 0 && candidate.timestamp == packet.rtp_timestamp) frame = &candidate;
  }
  if (frame == nullptr) {
    stream.newest_frame = (stream.newest_frame + 1) % kFrames;
    frame = &stream.frames[stream.newest_frame];
    *frame = {.timestamp = packet.rtp_timestamp};
  }
  if (++frame->received == packet.frame_packets && on_frame_) on_frame_(now - packet.captured);
}

Feedback Reception::Report() {
  Feedback feedback;
  feedback.has_report = true;
  for (const Stream& stream : streams_) {
    const int64_t expected = stream.highest_sequence - stream.first_sequence + 1;
    feedback.expected += expected;
    feedback.lost += expected - stream.received;
  }
  const int64_t expected = feedback.expected - reported_expected_;
  const int64_t lost = feedback.lost - reported_lost_;
  if (expected > 0 && lost > 0) {
    feedback.fraction_lost =
        static_cast<double>(std::min<int64_t>(lost * 256 / expected, 255)) / 256;
  }
  reported_expected_ = feedback.expected;
  reported_lost_ = feedback.lost;
  return feedback;
}

}  // namespace remb::sim
