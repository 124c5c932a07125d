// Fills a Recording while a network runs.
#ifndef TOOLS_SIM_RECORDER_H_
#define TOOLS_SIM_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/sim/packet.h"
#include "tools/sim/recording.h"
#include "tools/sim/scenario.h"

namespace remb::sim {

// Times are those of the simulation, and never go back.
class Recorder {
 public:
  Recorder(const Scenario& scenario, uint64_t seed);

  FlowRecording& flow(size_t index) { return recording_.flows[index]; }
  LinkRecording& link(size_t index) { return recording_.links[index]; }

  // A packet enters its flow's way, or has arrived at the other end.
  void OnSent(Nanos now, const Packet& packet);
  void OnArrived(Nanos now, const Packet& packet);

  // TCP data that became complete at the receiver.
  void OnData(Nanos now, size_t flow, int64_t bytes);

  void OnLinkEntered(Nanos now, size_t link, const Packet& packet);
  void OnLinkLeft(Nanos now, size_t link, const Packet& packet);
  // By chance, or else by a queue or policer.
  void OnDropped(Nanos now, size_t link, const Packet& packet, bool random);

  // An event from which convergence is measured.
  void OnEvent(Nanos time) { recording_.events.push_back(time); }

  Recording Finish(int64_t simulated_events);

 private:
  Recording recording_;
};

// Appends the value if it differs from the last; in place of it at the same time.
void Append(Nanos now, double value, std::vector<Change>* changes);

}  // namespace remb::sim

#endif  // TOOLS_SIM_RECORDER_H_
