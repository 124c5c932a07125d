// A Wi-Fi medium that is shared with stations not simulated. Each access waits until they leave it
// free; meanwhile packets gather, and then go out as one aggregate (802.11 A-MPDU), which arrives
// as a whole.
#ifndef TOOLS_SIM_WIFI_MEDIUM_H_
#define TOOLS_SIM_WIFI_MEDIUM_H_

#include <string>
#include <vector>

#include "tools/sim/event_queue.h"
#include "tools/sim/random.h"
#include "tools/sim/scenario.h"
#include "tools/sim/server.h"

namespace remb::sim {

class WifiMedium : public Server {
 public:
  // `bps`: of the medium while the link has it.
  WifiMedium(const WifiConfig& config, int64_t bps, EventQueue* events, uint64_t seed,
             const std::string& link, Backlog* backlog);

  void Wake() override;
  // For bursts from now on.
  void SetCapacity(int64_t bps) override;
  // What a backlog of packets of 1200 bytes gets in the mean.
  int64_t capacity_bps() const override;
  // What is on the air, then the backlog at the mean capacity.
  Nanos Wait(int64_t bytes) const override;

 private:
  void OnMedium();
  void OnBurstEnd();

  WifiConfig config_;
  int64_t bps_;
  EventQueue* events_;
  Random random_;
  Backlog* backlog_;
  bool busy_ = false;  // contends for the medium, or has it
  std::vector<Packet> burst_;
  Nanos burst_end_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_WIFI_MEDIUM_H_
