#include "tools/sim/recorder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace remb::sim {
namespace {

Bin& BinAt(Nanos now, std::vector<Bin>& bins) {
  return bins[std::min(static_cast<size_t>(now / kBin), bins.size() - 1)];
}

int64_t MediaBytes(const Packet& packet) { return packet.padding ? 0 : packet.bytes; }

}  // namespace

Recorder::Recorder(const Scenario& scenario, uint64_t seed) {
  recording_.scenario = scenario.name;
  recording_.seed = seed;
  recording_.length = scenario.length;
  recording_.measure_from = scenario.measure_from;
  // What happens at the very end has a bin too.
  const size_t bins = static_cast<size_t>(scenario.length / kBin) + 1;
  for (const FlowConfig& config : scenario.flows) {
    FlowRecording& flow = recording_.flows.emplace_back();
    flow.name = config.name;
    flow.media = config.kind == FlowConfig::Kind::kMedia;
    flow.tcp = config.kind == FlowConfig::Kind::kTcp || config.kind == FlowConfig::Kind::kShortTcp;
    flow.bins.resize(bins);
  }
  for (const LinkConfig& config : scenario.links) {
    LinkRecording& link = recording_.links.emplace_back();
    link.name = config.name;
    link.bins.resize(bins);
    link.queue.reserve(bins);
  }
}

void Recorder::OnSent(Nanos now, const Packet& packet) {
  FlowRecording& flow = recording_.flows[packet.flow];
  if (!packet.backward) {
    ++flow.sent_packets;
    BinAt(now, flow.bins).sent_bytes += MediaBytes(packet);
    flow.padding_bytes += packet.bytes - MediaBytes(packet);
    return;
  }
  ++flow.feedback_packets;
  flow.feedback_bytes += packet.bytes;
  if (packet.feedback.remb_bps > 0) {
    ++flow.remb_packets;
    flow.remb.push_back({now, static_cast<double>(packet.feedback.remb_bps)});
  }
}

void Recorder::OnArrived(Nanos now, const Packet& packet) {
  FlowRecording& flow = recording_.flows[packet.flow];
  if (packet.backward) {
    if (packet.feedback.remb_bps > 0) {
      flow.remb_received.push_back({now, static_cast<double>(packet.feedback.remb_bps)});
    }
    return;
  }
  Bin& bin = BinAt(now, flow.bins);
  ++bin.received_packets;
  if (!flow.tcp) bin.received_bytes += MediaBytes(packet);
  if (flow.media) flow.arrivals.push_back({now, packet.queued, packet.bytes});
}

void Recorder::OnData(Nanos now, size_t flow, int64_t bytes) {
  BinAt(now, recording_.flows[flow].bins).received_bytes += bytes;
}

void Recorder::OnLinkEntered(Nanos now, size_t link, const Packet& packet) {
  BinAt(now, recording_.links[link].bins).sent_bytes += packet.bytes;
}

void Recorder::OnLinkLeft(Nanos now, size_t link, const Packet& packet) {
  Bin& bin = BinAt(now, recording_.links[link].bins);
  bin.received_bytes += packet.bytes;
  ++bin.received_packets;
}

void Recorder::OnDropped(Nanos now, size_t link, const Packet& packet, bool random) {
  ++BinAt(now, recording_.links[link].bins).lost_packets;
  if (packet.backward) return;
  FlowRecording& flow = recording_.flows[packet.flow];
  ++BinAt(now, flow.bins).lost_packets;
  ++(random ? flow.randomly_lost_packets : flow.lost_packets);
}

Recording Recorder::Finish(int64_t simulated_events) {
  recording_.simulated_events = simulated_events;
  std::sort(recording_.events.begin(), recording_.events.end());
  recording_.events.erase(std::unique(recording_.events.begin(), recording_.events.end()),
                          recording_.events.end());
  return std::move(recording_);
}

void Append(Nanos now, double value, std::vector<Change>* changes) {
  if (!changes->empty() && changes->back().time == now) changes->pop_back();
  if (changes->empty() || changes->back().value != value) changes->push_back({now, value});
}

}  // namespace remb::sim
