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

// After a packet of b bytes the next one waits 8b / (factor * target); a change of the target
// changes what is left of a wait in proportion, as with libwebrtc's budget. Each packet goes out by
// `send`, at queue->now(); what this hands in captures no more than a pointer.
class Pacer {
 public:
  Pacer(EventQueue* queue, double factor, std::function<void(const Packet&)> send);

  // Bit/s, above 0. Before the first call nothing may be queued.
  void SetTarget(int64_t bps);

  void Enqueue(const Packet& packet);
  // Forgets what waits.
  void Clear();

  // How long what waits now needs to leave.
  Nanos QueueTime() const;

 private:
  void SendNext();
  void Schedule();

  EventQueue* queue_;
  double factor_;
  std::function<void(const Packet&)> send_;
  double bps_ = 0;
  std::deque<Packet> waiting_;
  int64_t waiting_bytes_ = 0;
  Nanos free_at_ = 0;      // when the next packet may leave
  Nanos wake_up_at_ = -1;  // the event that counts; others have been overtaken
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_PACER_H_
