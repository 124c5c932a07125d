#include "tools/sim/wifi_medium.h"

#include <algorithm>

namespace remb::sim {
namespace {

constexpr int64_t kTypicalBytes = 1200;  // of a media packet: libwebrtc's MTU

}  // namespace

WifiMedium::WifiMedium(const WifiConfig& config, int64_t bps, EventQueue* events, uint64_t seed,
                       const std::string& link, Backlog* backlog)
    : config_(config),
      bps_(bps),
      events_(events),
      random_(seed, link + "/medium"),
      backlog_(backlog) {}

void WifiMedium::Wake() {
  if (busy_ || bps_ <= 0 || backlog_->Next() == nullptr) return;
  busy_ = true;
  const double wait = random_.Exponential(static_cast<double>(config_.busy_mean));
  events_->After(static_cast<Nanos>(wait), [this] { OnMedium(); });
}

void WifiMedium::SetCapacity(int64_t bps) {
  bps_ = bps;
  Wake();
}

int64_t WifiMedium::capacity_bps() const {
  if (bps_ <= 0) return 0;
  const Nanos airtime = TransmissionTime(kTypicalBytes, bps_);
  const int64_t packets =
      std::clamp<int64_t>((config_.txop - config_.overhead) / airtime, 1, config_.max_aggregate);
  const Nanos cycle = config_.busy_mean + config_.overhead + packets * airtime;
  return packets * kTypicalBytes * 8 * kSecond / cycle;
}

Nanos WifiMedium::Wait(int64_t bytes) const {
  if (bps_ <= 0) return kNever;
  const Nanos on_air = std::max<Nanos>(burst_end_ - events_->now(), 0);
  return on_air + TransmissionTime(bytes, capacity_bps());
}

void WifiMedium::OnMedium() {
  const Nanos latest_end = events_->now() + config_.txop;
  Nanos end = events_->now() + config_.overhead;
  while (bps_ > 0 && static_cast<int>(burst_.size()) < config_.max_aggregate) {
    const Packet* next = backlog_->Next();
    if (next == nullptr) break;
    const Nanos airtime = TransmissionTime(next->bytes, bps_);
    // A packet that is too long for any burst goes alone.
    if (!burst_.empty() && end + airtime > latest_end) break;
    burst_.push_back(backlog_->Take(end));
    end += airtime;
  }
  if (burst_.empty()) {
    busy_ = false;
    return;
  }
  burst_end_ = end;
  events_->At(end, [this] { OnBurstEnd(); });
}

void WifiMedium::OnBurstEnd() {
  std::vector<Packet> burst;
  burst.swap(burst_);
  busy_ = false;
  Wake();
  for (const Packet& packet : burst) backlog_->OnTransmitted(packet, 0);
}

}  // namespace remb::sim
