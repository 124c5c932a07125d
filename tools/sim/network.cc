#include "tools/sim/network.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "tools/sim/fair_share.h"
#include "tools/sim/server.h"

namespace remb::sim {

using Kind = FlowConfig::Kind;

Network::Network(const Scenario& scenario, uint64_t seed, const Library& library)
    : scenario_(scenario), recorder_(scenario, seed) {
  for (const LinkConfig& config : scenario.links) BuildLink(config, seed);
  flows_.reserve(scenario.flows.size());
  for (const FlowConfig& config : scenario.flows) BuildFlow(config, seed, library);
}

Network::~Network() = default;

void Network::BuildLink(const LinkConfig& config, uint64_t seed) {
  const size_t index = links_.size();
  link_exits_.push_back(std::make_unique<Exit>(this, index, &Network::OnLinkExit));
  auto link = std::make_unique<Link>(config, &events_, seed, link_exits_.back().get());
  link->set_on_capacity([this, index](int64_t bps) {
    Append(events_.now(), static_cast<double>(bps), &recorder_.link(index).capacity);
    FairSharesChange();
  });
  link->set_on_drop([this, index](const Packet& packet, bool random) {
    recorder_.OnDropped(events_.now(), index, packet, random);
  });
  links_.push_back(std::move(link));
}

void Network::BuildFlow(const FlowConfig& config, uint64_t seed, const Library& library) {
  const size_t index = flows_.size();
  Flow& flow = flows_.emplace_back();
  flow.config = &config;
  BuildWay(config.path, index, config.delay, &Network::OnForwardEntry, &Network::OnForwardEnd,
           &flow.forward);
  BuildWay(config.return_path, index, config.delay, &Network::OnBackwardEntry,
           &Network::OnBackwardEnd, &flow.backward);
  PacketSink* forward = flow.forward.entry.get();
  PacketSink* backward = flow.backward.entry.get();
  switch (config.kind) {
    case Kind::kMedia:
      BuildMedia(index, seed, library);
      break;
    case Kind::kTcp:
    case Kind::kShortTcp:
      flow.tcp_sender = std::make_unique<TcpSender>(config, index, &events_, seed, forward);
      flow.tcp_receiver = std::make_unique<TcpReceiver>(index, &events_, backward);
      flow.tcp_receiver->set_on_data(
          [this, index](int64_t new_bytes) { recorder_.OnData(events_.now(), index, new_bytes); });
      break;
    case Kind::kCross:
      flow.cross = std::make_unique<CrossTraffic>(config, index, &events_, seed, forward);
      flow.cross_bps = config.cross_bps;
      break;
  }
}

void Network::BuildWay(const std::vector<std::string>& path, size_t flow, Nanos delay,
                       Exit::Handler entry, Exit::Handler end, Way* way) {
  for (const std::string& name : path) way->links.push_back(LinkIndex(name));
  way->entry = std::make_unique<Exit>(this, flow, entry);
  way->end = std::make_unique<Exit>(this, flow, end);
  way->delay = std::make_unique<DelayLine>(delay, &events_, way->end.get());
}

void Network::BuildMedia(size_t index, uint64_t seed, const Library& library) {
  Flow& flow = flows_[index];
  flow.media_sender =
      std::make_unique<MediaSender>(*flow.config, index, &events_, seed, flow.forward.entry.get());
  flow.media_receiver = std::make_unique<MediaReceiver>(*flow.config, index, &events_, library,
                                                        flow.backward.entry.get());
  flow.media_sender->set_on_target([this, index](int64_t bps) {
    Append(events_.now(), static_cast<double>(bps), &recorder_.flow(index).target);
  });
  if (flow.config->trace) {
    flow.media_receiver->set_on_given(
        [this, index](const TraceRow& row) { recorder_.flow(index).trace.push_back(row); });
  }
  flow.media_receiver->set_on_estimate([this, index](int64_t bps) {
    Append(events_.now(), static_cast<double>(bps), &recorder_.flow(index).estimate);
  });
  flow.media_receiver->set_on_state(
      [this, index](int32_t state) { Append(events_.now(), state, &recorder_.flow(index).state); });
  flow.media_receiver->set_on_frame(
      [this, index](Nanos delay) { recorder_.flow(index).frame_delays.push_back(delay); });
}

size_t Network::LinkIndex(const std::string& name) const {
  const auto& links = scenario_.links;
  return static_cast<size_t>(
      std::find_if(links.begin(), links.end(), [&](const auto& l) { return l.name == name; }) -
      links.begin());
}

Network::Flow& Network::FlowNamed(const std::string& name) {
  return *std::find_if(flows_.begin(), flows_.end(),
                       [&](const Flow& flow) { return flow.config->name == name; });
}

Recording Network::Run() {
  Schedule();
  events_.RunUntil(scenario_.length);
  return recorder_.Finish(events_.events());
}

void Network::OnForwardEntry(size_t flow, const Packet& packet) {
  Packet entering = packet;
  entering.flow = flow;
  entering.hop = 0;
  entering.backward = false;
  recorder_.OnSent(events_.now(), entering);
  Forward(entering);
}

void Network::OnBackwardEntry(size_t flow, const Packet& packet) {
  Packet entering = packet;
  entering.flow = flow;
  entering.hop = 0;
  entering.backward = true;
  recorder_.OnSent(events_.now(), entering);
  Forward(entering);
}

void Network::OnLinkExit(size_t link, const Packet& packet) {
  recorder_.OnLinkLeft(events_.now(), link, packet);
  Packet passed = packet;
  ++passed.hop;
  Forward(passed);
}

void Network::Forward(const Packet& packet) {
  Flow& flow = flows_[packet.flow];
  Way& way = packet.backward ? flow.backward : flow.forward;
  if (packet.hop == way.links.size()) {
    way.delay->OnPacket(packet);
    return;
  }
  const size_t link = way.links[packet.hop];
  recorder_.OnLinkEntered(events_.now(), link, packet);
  links_[link]->OnPacket(packet);
}

void Network::OnForwardEnd(size_t flow, const Packet& packet) {
  recorder_.OnArrived(events_.now(), packet);
  if (flows_[flow].media_receiver) flows_[flow].media_receiver->OnPacket(packet);
  if (flows_[flow].tcp_receiver) flows_[flow].tcp_receiver->OnPacket(packet);
}

void Network::OnBackwardEnd(size_t flow, const Packet& packet) {
  recorder_.OnArrived(events_.now(), packet);
  if (flows_[flow].media_sender) flows_[flow].media_sender->OnPacket(packet);
  if (flows_[flow].tcp_sender) flows_[flow].tcp_sender->OnPacket(packet);
}

void Network::Schedule() {
  for (size_t i = 0; i < links_.size(); ++i) {
    recorder_.link(i).capacity.push_back({0, static_cast<double>(links_[i]->capacity_bps())});
  }
  for (const Step& step : scenario_.steps) {
    events_.At(step.at, [this, &step] { Apply(step); });
  }
  for (size_t i = 0; i < flows_.size(); ++i) {
    const FlowConfig& config = *flows_[i].config;
    // Those that start together are all there before one of them starts.
    events_.At(config.start, [this, i] {
      flows_[i].active = true;
      FairSharesChange();
    });
    if (config.end >= 0) events_.At(config.end, [this, i] { StopFlow(i); });
  }
  for (size_t i = 0; i < flows_.size(); ++i) {
    events_.At(flows_[i].config->start, [this, i] { StartFlow(i); });
  }
  SampleQueues();
}

void Network::StartFlow(size_t index) {
  Flow& flow = flows_[index];
  // A receiver that knows its share knows it from its start on.
  if (fair_shares_due_) UpdateFairShares();
  if (flow.media_receiver) flow.media_receiver->Start();
  if (flow.media_sender) flow.media_sender->Start();
  if (flow.tcp_sender) flow.tcp_sender->Start();
  if (flow.cross) flow.cross->Start();
  if (flow.config->kind != Kind::kShortTcp) recorder_.OnEvent(events_.now());
}

void Network::StopFlow(size_t index) {
  Flow& flow = flows_[index];
  flow.active = false;
  FairSharesChange();
  if (flow.media_sender) flow.media_sender->Stop();
  if (flow.media_receiver) flow.media_receiver->Stop();
  if (flow.tcp_sender) flow.tcp_sender->Stop();
  if (flow.cross) flow.cross->Stop();
}

void Network::Apply(const Step& step) {
  recorder_.OnEvent(events_.now());
  FairSharesChange();
  using Change = Step::Kind;
  if (step.kind == Change::kCapacity) {
    links_[LinkIndex(step.target)]->SetCapacity(step.bps);
  } else if (step.kind == Change::kLoss) {
    links_[LinkIndex(step.target)]->SetLoss(step.probability);
  } else {
    ApplyToFlow(step, FlowNamed(step.target));
  }
}

void Network::ApplyToFlow(const Step& step, Flow& flow) {
  using Change = Step::Kind;
  switch (step.kind) {
    case Change::kCrossRate:
      flow.cross->SetRate(step.bps);
      flow.cross_bps = step.bps;
      break;
    case Change::kPause:
      flow.media_sender->Pause();
      flow.paused = true;
      break;
    case Change::kResume:
      flow.media_sender->Resume();
      flow.paused = false;
      break;
    case Change::kSourceMax:
      flow.media_sender->SetSourceMax(step.bps);
      break;
    case Change::kDelay:
      flow.forward.delay->SetDelay(step.time);
      flow.backward.delay->SetDelay(step.time);
      break;
    case Change::kReceiverClock:
      flow.media_receiver->JumpClock(step.time);
      break;
    case Change::kCapacity:  // of links
    case Change::kLoss:
      break;
  }
}

void Network::SampleQueues() {
  for (size_t i = 0; i < links_.size(); ++i) {
    std::vector<Change>& queue = recorder_.link(i).queue;
    Nanos delay = links_[i]->QueueDelay();
    // In an outage nobody knows: the wait so far, which is all of it at the outage's end.
    if (delay == kNever) {
      delay = queue.empty() ? 0 : static_cast<Nanos>(queue.back().value) + kBin;
    }
    queue.push_back({events_.now(), static_cast<double>(delay)});
  }
  events_.After(kBin, [this] { SampleQueues(); });
}

void Network::FairSharesChange() {
  if (fair_shares_due_) return;
  fair_shares_due_ = true;
  events_.After(0, [this] {
    if (fair_shares_due_) UpdateFairShares();
  });
}

void Network::UpdateFairShares() {
  fair_shares_due_ = false;
  std::vector<double> capacities;
  for (const auto& link : links_) capacities.push_back(static_cast<double>(link->capacity_bps()));
  std::vector<FairFlow> fair;
  for (const Flow& flow : flows_) {
    FairFlow& one = fair.emplace_back();
    one.links = flow.forward.links;
    one.weight = flow.config->weight;
    if (!flow.active || flow.paused || flow.cross) one.demand_bps = 0;
    if (flow.cross && flow.active) {  // it takes what it sends before anybody
      for (size_t link : one.links) {
        capacities[link] = std::max(0.0, capacities[link] - static_cast<double>(flow.cross_bps));
      }
    }
    if (!flow.active || flow.paused) continue;
    if (flow.media_sender) {
      one.demand_bps = static_cast<double>(flow.media_sender->source_max_bps());
    } else if (flow.config->load_bps > 0) {
      one.demand_bps = static_cast<double>(flow.config->load_bps);
    }
  }
  const std::vector<double> shares = FairShares(capacities, fair);
  for (size_t i = 0; i < flows_.size(); ++i) {
    if (flows_[i].cross) continue;
    Append(events_.now(), shares[i], &recorder_.flow(i).fair_share);
    if (flows_[i].media_receiver) {
      flows_[i].media_receiver->SetFairShare(static_cast<int64_t>(shares[i]));
    }
  }
}

}  // namespace remb::sim
