#include "tools/replay/capture/rtp_finder.h"

#include <algorithm>

namespace remb::replay {
namespace {

// RFC 3550, appendix A.1: a step of fewer is a packet behind lost ones. It takes two in sequence
// for a source to be valid; other protocols' counters pass that more often than twice as many.
constexpr uint16_t kMaxDropout = 3000;
constexpr int kMinSequential = 4;

}  // namespace

bool RtpFinder::IsWanted(const RtpPacket& packet) const {
  return options_.ssrcs.empty() || std::find(options_.ssrcs.begin(), options_.ssrcs.end(),
                                             packet.ssrc) != options_.ssrcs.end();
}

void RtpFinder::LookAtSequence(const RtpPacket& packet, Flow* flow) {
  auto [stream, is_new] = flow->streams.try_emplace(packet.ssrc, Stream{packet.sequence_number});
  if (is_new) return;
  const auto step =
      static_cast<uint16_t>(packet.sequence_number - stream->second.last_sequence_number);
  stream->second.last_sequence_number = packet.sequence_number;
  const bool up = step > 0 && step < kMaxDropout;
  stream->second.run = up ? stream->second.run + 1 : 0;
  if (stream->second.run >= kMinSequential - 1) flow->is_rtp = true;
}

void RtpFinder::OnDatagram(const Datagram& datagram) {
  if (options_.port != 0 && datagram.destination.port != options_.port) return;
  RtpPacket packet;
  const Parsed parsed = ParseRtp(datagram.payload, datagram.payload_bytes, &packet);
  if (parsed == Parsed::kCut) ++cut_;
  if (parsed == Parsed::kNotRtp) ++not_rtp_;
  if (parsed != Parsed::kOk || !IsWanted(packet)) return;

  Flow& flow = flows_[{datagram.source, datagram.destination}];
  if (options_.port != 0 || !options_.ssrcs.empty()) flow.is_rtp = true;
  if (!flow.is_rtp) LookAtSequence(packet, &flow);
  flow.payload_bytes += packet.payload_bytes;
  RtpRecord record = {
      datagram.time_us,       packet.ssrc, packet.timestamp,        packet.payload_bytes,
      packet.sequence_number, 0,           flow.rtp.elements.size()};
  ThreeBytes element;
  while (NextThreeBytes(packet.extension_profile, &packet.extension, &element)) {
    flow.rtp.elements.push_back(element);
    ++record.element_count;
  }
  if (IsEncrypted(packet.extension_profile)) ++flow.rtp.encrypted;
  flow.rtp.packets.push_back(record);
}

std::optional<RtpFlow> RtpFinder::TakeLargest() {
  using Entry = std::pair<const std::pair<Endpoint, Endpoint>, Flow>;
  std::vector<Entry*> found;
  for (Entry& entry : flows_) {
    if (entry.second.is_rtp) {
      found.push_back(&entry);
    } else {
      not_rtp_ += static_cast<int64_t>(entry.second.rtp.packets.size());
    }
  }
  if (found.empty()) return std::nullopt;
  std::stable_sort(found.begin(), found.end(), [](const Entry* a, const Entry* b) {
    return a->second.payload_bytes > b->second.payload_bytes;
  });
  for (size_t i = 1; i < found.size(); ++i) {
    other_packets_ += static_cast<int64_t>(found[i]->second.rtp.packets.size());
  }
  other_flows_ = static_cast<int64_t>(found.size()) - 1;
  if (found.size() > 1) largest_other_ = found[1]->first.second;
  RtpFlow flow = std::move(found[0]->second.rtp);
  flow.source = found[0]->first.first;
  flow.destination = found[0]->first.second;
  return flow;
}

}  // namespace remb::replay
