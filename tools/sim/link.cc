#include "tools/sim/link.h"

#include <algorithm>

#include "tools/sim/opportunities.h"
#include "tools/sim/serialiser.h"
#include "tools/sim/wifi_medium.h"

namespace remb::sim {

Link::Link(const LinkConfig& config, EventQueue* events, uint64_t seed, PacketSink* next)
    : config_(config),
      events_(events),
      loss_(config.loss, seed, config.name),
      jitter_(config.jitter, seed, config.name),
      reorder_(seed, config.name + "/reorder"),
      in_order_(events, next),
      late_(events, next) {
  if (config.bucket.kind != BucketConfig::Kind::kNone) {
    bucket_.emplace(config.bucket.bps, config.bucket.burst_bytes);
  }
  server_ = MakeServer(seed);
  limit_bps_ = capacity_bps();
  queue_ = MakeQueue(seed);
}

std::unique_ptr<PacketQueue> Link::MakeQueue(uint64_t seed) {
  QueueConfig queue = config_.queue;
  int64_t bps = capacity_bps();
  if (config_.capacity.kind == CapacityConfig::Kind::kMahimahi) {
    // The rate at a time is a matter of how long one looks, and its first moment one of chance.
    if (queue.kind == QueueConfig::Kind::kDropTailTime) {
      queue.kind = QueueConfig::Kind::kDropTailBytes;
    }
    bps = Opportunities::MeanBps(config_.capacity.opportunities);
    if (bucket_) bps = std::min(bps, bucket_->bps());
  }
  return MakePacketQueue(queue, bps, seed, config_.name,
                         [this](const Packet& packet) { Drop(packet, false); });
}

std::unique_ptr<Server> Link::MakeServer(uint64_t seed) {
  const CapacityConfig& capacity = config_.capacity;
  Backlog* const backlog = this;  // a private base, which make_unique cannot convert to
  if (capacity.kind == CapacityConfig::Kind::kMahimahi) {
    events_->After(Opportunities::kCapacityWindow, [this] { ReportTrace(); });
    return std::make_unique<Opportunities>(capacity.opportunities, events_, backlog);
  }
  if (capacity.kind != CapacityConfig::Kind::kConstant) {
    process_.emplace(capacity, events_, seed, config_.name,
                     [this](int64_t bps) { SetCapacity(bps); });
  }
  const int64_t bps = process_ ? process_->bps() : capacity.bps;
  if (config_.wifi.on) {
    return std::make_unique<WifiMedium>(config_.wifi, bps, events_, seed, config_.name, backlog);
  }
  return std::make_unique<Serialiser>(bps, events_, backlog);
}

void Link::OnPacket(const Packet& packet) {
  if (loss_.Loses()) {
    Drop(packet, true);
    return;
  }
  const Nanos now = events_->now();
  if (config_.bucket.kind == BucketConfig::Kind::kPolicer && !bucket_->Take(packet.bytes, now)) {
    Drop(packet, false);
    return;
  }
  queue_->Enqueue(packet, now, WaitForLimit());
  server_->Wake();
}

void Link::SetCapacity(int64_t bps) {
  server_->SetCapacity(bps);
  if (bps > 0) limit_bps_ = capacity_bps();
  if (on_capacity_) on_capacity_(capacity_bps());
}

void Link::ReportTrace() {
  events_->After(Opportunities::kCapacityWindow, [this] { ReportTrace(); });
  if (on_capacity_) on_capacity_(capacity_bps());
}

int64_t Link::capacity_bps() const {
  const int64_t bps = server_->capacity_bps();
  return bucket_ ? std::min(bps, bucket_->bps()) : bps;
}

Nanos Link::QueueDelay() const {
  const int64_t bytes = queue_->bytes() + (head_ ? head_->packet.bytes : 0);
  const Nanos wait = server_->Wait(bytes);
  if (config_.bucket.kind != BucketConfig::Kind::kShaper || bytes == 0) return wait;
  return std::max(wait, bucket_->Wait(bytes, events_->now()));
}

// A buffer has its size also while nothing leaves it: a packet is not dropped for the outage alone.
Nanos Link::WaitForLimit() const {
  const Nanos wait = QueueDelay();
  return wait < kNever ? wait : TransmissionTime(queue_->bytes(), limit_bps_);
}

const Packet* Link::Next() {
  const Nanos now = events_->now();
  if (!head_) {
    head_.emplace();
    if (!queue_->Dequeue(now, &*head_)) head_.reset();
  }
  if (!head_) return nullptr;
  if (config_.bucket.kind == BucketConfig::Kind::kShaper) {
    // A packet larger than the bucket would wait for ever: it takes a full one.
    const int64_t bytes = std::min<int64_t>(head_->packet.bytes, config_.bucket.burst_bytes);
    const Nanos wait = bucket_->Wait(bytes, now);
    if (wait > 0) {
      if (!shaper_waits_) {
        shaper_waits_ = true;
        events_->After(wait, [this] {
          shaper_waits_ = false;
          server_->Wake();
        });
      }
      return nullptr;
    }
  }
  return &head_->packet;
}

Packet Link::Take(Nanos start) {
  Packet packet = head_->packet;
  packet.queued += start - head_->arrived;
  head_.reset();
  if (config_.bucket.kind == BucketConfig::Kind::kShaper) {
    bucket_->Take(std::min<int64_t>(packet.bytes, config_.bucket.burst_bytes), events_->now());
  }
  return packet;
}

void Link::OnTransmitted(const Packet& packet, Nanos took) {
  const Nanos arrival = jitter_.Leave(events_->now(), took) + config_.delay;
  if (config_.reorder.probability > 0 && reorder_.Chance(config_.reorder.probability)) {
    late_.Send(packet, arrival + config_.reorder.late);
  } else {
    in_order_.Send(packet, arrival);
  }
}

void Link::Drop(const Packet& packet, bool random) const {
  if (on_drop_) on_drop_(packet, random);
}

}  // namespace remb::sim
