// Traffic at a constant rate that reacts to nothing: UDP packets of one size.
#ifndef TOOLS_SIM_CROSS_TRAFFIC_H_
#define TOOLS_SIM_CROSS_TRAFFIC_H_

#include <cstddef>
#include <cstdint>

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/random.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

class CrossTraffic {
 public:
  // `config`: of a kCross flow. `events` and `out` outlive it. The seed decides when, within one
  // interval, the first packet leaves.
  CrossTraffic(const FlowConfig& config, size_t flow, EventQueue* events, uint64_t seed,
               PacketSink* out);

  void Start();
  void Stop();
  // bit/s; 0: none. The packet that is due next counts what was waited for it already.
  void SetRate(int64_t bps);

 private:
  void Advance();  // to now, at the rate so far
  void Schedule();
  void OnTime();

  size_t flow_;
  int bytes_;
  int64_t bps_;
  EventQueue* events_;
  PacketSink* out_;
  Random phase_;
  bool started_ = false;
  Nanos due_ = -1;
  // What is missing until the next packet leaves, at the time updated_, in 1e-9 bit: whole
  // numbers, so that the rate is met for ever.
  int64_t missing_ = 0;
  Nanos updated_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_CROSS_TRAFFIC_H_
