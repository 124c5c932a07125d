// One-way delay, as far as time stamps of one clock tell it.
#ifndef TOOLS_REPLAY_DELAY_METER_H_
#define TOOLS_REPLAY_DELAY_METER_H_

#include <remb/remb.h>

#include <cstdint>

namespace remb::replay {

class DelayMeter {
 public:
  // The delay of a packet in ms, over that of the first one. A jump of three seconds or more
  // between two packets is a clock that was set, or a long pause, and counts as no change.
  double Add(const remb_packet& packet, int32_t clock);

 private:
  bool empty_ = true;
  int64_t last_arrival_us_ = 0;
  uint32_t last_stamp_ = 0;
  double delay_ms_ = 0;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_DELAY_METER_H_
