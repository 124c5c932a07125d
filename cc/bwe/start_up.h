// The first seconds: as fast as possible to what the path carries.
#ifndef CC_BWE_START_UP_H_
#define CC_BWE_START_UP_H_

#include <optional>

#include "cc/bwe/packet_trains.h"
#include "cc/bwe/units.h"

namespace remb::core {

// Rates are in bits per second.
class StartUp {
 public:
  void OnTrain(const PacketTrains::Train& train);
  // The path became busy: it is over.
  void End() { over_ = true; }
  // Takes the time of an update, the first one's too; false if it is over.
  bool IsOn(Timestamp now);

  // The rate that may be jumped to. `receive_rate`: of the last 200 ms. `capacity` and `send_rate`:
  // of trains.
  double Rate(double receive_rate, std::optional<double> capacity,
              std::optional<double> send_rate) const;

 private:
  bool over_ = false;
  std::optional<Timestamp> begin_;
  double best_ = 0;  // of the trains
};

}  // namespace remb::core

#endif  // CC_BWE_START_UP_H_
