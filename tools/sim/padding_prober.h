// The padding with which a browser starts a call, to learn of the capacity.
#ifndef TOOLS_SIM_PADDING_PROBER_H_
#define TOOLS_SIM_PADDING_PROBER_H_

#include <cstdint>
#include <functional>

#include "tools/sim/event_queue.h"
#include "tools/sim/random.h"
#include "tools/sim/time.h"

namespace remb::sim {

// As measured with Chromium 156: at 1.1 to 2.2 Mbit/s during the first 40 to 110 ms, with RTX 5 to
// 12 packets, of which the first has 255 bytes of padding and the others repeat media; without, 53
// packets of padding on the media's SSRC.
class PaddingProber {
 public:
  // `send`: a probe of so many bytes.
  PaddingProber(EventQueue* queue, bool rtx, int packet_bytes, Random random,
                std::function<void(int32_t bytes)> send);

  void Start();
  void Stop() { packets_left_ = 0; }

 private:
  void SendNext();

  EventQueue* queue_;
  const bool rtx_;
  const int32_t packet_bytes_;
  Random random_;
  std::function<void(int32_t)> send_;
  int64_t bps_ = 0;
  int packets_left_ = 0;
  bool first_ = true;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_PADDING_PROBER_H_
