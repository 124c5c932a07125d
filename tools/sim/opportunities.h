// A link that sends when a trace says so: at each opportunity 1500 bytes, as mahimahi's links do. A
// larger packet takes several of them; what an opportunity has left when the queue is empty is
// lost. The trace starts again at its end.
#ifndef TOOLS_SIM_OPPORTUNITIES_H_
#define TOOLS_SIM_OPPORTUNITIES_H_

#include <cmath>
#include <vector>

#include "tools/sim/event_queue.h"
#include "tools/sim/server.h"

namespace remb::sim {

class Opportunities : public Server {
 public:
  static constexpr int64_t kBytes = 1500;
  static constexpr Nanos kCapacityWindow = 500 * kMillisecond;

  // The mean rate of such a trace.
  static int64_t MeanBps(const std::vector<Nanos>& times) {
    return std::llround(static_cast<double>(times.size()) * kBytes * 8 / Seconds(times.back()));
  }

  // `times`: ascending, the last one greater than 0: it is the trace's length.
  Opportunities(std::vector<Nanos> times, EventQueue* events, Backlog* backlog)
      : times_(std::move(times)), events_(events), backlog_(backlog) {}

  void Wake() override;
  void SetCapacity(int64_t /*bps*/) override {}
  // The mean of the window of 500 ms that now lies in; windows start at 0.
  int64_t capacity_bps() const override;
  Nanos Wait(int64_t bytes) const override;

 private:
  // Opportunities have numbers from 0 on, through all repetitions.
  Nanos TimeOf(int64_t number) const;
  int64_t FirstAt(Nanos time) const;
  void OnOpportunity();

  std::vector<Nanos> times_;
  EventQueue* events_;
  Backlog* backlog_;
  int64_t next_ = 0;  // those before have been used or missed
  bool scheduled_ = false;
  Packet packet_;  // of which `left_bytes_` have not been sent
  int64_t left_bytes_ = 0;
  std::vector<Packet> sent_;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_OPPORTUNITIES_H_
