// What tests of network parts share.
#ifndef TOOLS_SIM_TEST_NETWORK_H_
#define TOOLS_SIM_TEST_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/scenario.h"

namespace remb::sim::test {

// Keeps what arrives, and when.
struct Collector : PacketSink {
  explicit Collector(EventQueue* queue) : events(queue) {}
  void OnPacket(const Packet& packet) override {
    packets.push_back(packet);
    times.push_back(events->now());
    bytes += packet.bytes;
  }

  EventQueue* events;
  std::vector<Packet> packets;
  std::vector<Nanos> times;
  int64_t bytes = 0;
};

// Sends packets of one size at even intervals, numbered, as long as the run lasts.
class Source {
 public:
  Source(size_t flow, int32_t bytes, Nanos interval, EventQueue* events, PacketSink* out)
      : flow_(flow), bytes_(bytes), interval_(interval), events_(events), out_(out) {
    Send();
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  void set_interval(Nanos interval) { interval_ = interval; }
  Nanos interval() const { return interval_; }
  int64_t sent() const { return sent_; }

 private:
  void Send() {
    out_->OnPacket({.flow = flow_, .bytes = bytes_, .sent = events_->now(), .sequence = sent_++});
    events_->After(interval_, [this] { Send(); });
  }

  size_t flow_;
  int32_t bytes_;
  Nanos interval_;
  EventQueue* events_;
  PacketSink* out_;
  int64_t sent_ = 0;
};

inline LinkConfig ConstantLink(int64_t bps) {
  LinkConfig config;
  config.name = "link";
  config.capacity.bps = bps;
  return config;
}

}  // namespace remb::sim::test

#endif  // TOOLS_SIM_TEST_NETWORK_H_
