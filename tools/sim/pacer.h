// Spreads packets over time at a multiple of the target.
#ifndef TOOLS_SIM_PACER_H_
#define TOOLS_SIM_PACER_H_

#include <cstdint>
#include <deque>
#include <functional>

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/time.h"

namespace remb::sim {

// A packet of b bytes makes a debt of 8b / (factor * target), which time pays off; a change of the
// target changes what is left of it in proportion, as with libwebrtc's budget. Without bursts a
// packet leaves when no debt is left. With `burst`, libwebrtc's send_burst_interval, packets leave
// at once while the debt is below it, so that it may come to one packet more; then they wait until
// all is paid off. No burst is longer than 63 kB. Each packet goes out by `send`, at queue->now();
// what this hands in captures no more than a pointer.
class Pacer {
 public:
  // `burst`: 0 or more, of time at the pacing rate.
  Pacer(EventQueue* queue, double factor, Nanos burst, std::function<void(const Packet&)> send);

  // Bit/s, above 0. Before the first call nothing may be queued.
  void SetTarget(int64_t bps);

  void Enqueue(const Packet& packet);
  // Forgets what waits.
  void Clear();

  // How long debt and what waits take at the pacing rate; 0 if nothing waits.
  Nanos QueueTime() const;

 private:
  // When the packet that is next may leave.
  Nanos NextTime() const;
  void SendNext();
  void Schedule();

  EventQueue* queue_;
  double factor_;
  Nanos burst_;
  std::function<void(const Packet&)> send_;
  double bps_ = 0;
  std::deque<Packet> waiting_;
  int64_t waiting_bytes_ = 0;
  Nanos free_at_ = 0;      // when no debt is left
  Nanos wake_up_at_ = -1;  // the event that counts; others have been overtaken
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_PACER_H_
