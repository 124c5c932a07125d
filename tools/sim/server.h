// How a link's packets leave its queue: at a rate, in bursts, or at given times.
#ifndef TOOLS_SIM_SERVER_H_
#define TOOLS_SIM_SERVER_H_

#include <cstdint>
#include <limits>

#include "tools/sim/packet.h"
#include "tools/sim/time.h"

namespace remb::sim {

constexpr Nanos kNever = std::numeric_limits<Nanos>::max();

// What a server sees of its link.
class Backlog {
 public:
  virtual ~Backlog() = default;
  // The packet that is next, or null if none may go now.
  virtual const Packet* Next() = 0;
  // Takes that packet; its transmission starts at `start`.
  virtual Packet Take(Nanos start) = 0;
  // The packet has been transmitted, which took so long that the next one cannot have left earlier
  // than that after it; 0 for packets that go out together. May lead to a call of Server::Wake.
  virtual void OnTransmitted(const Packet& packet, Nanos took) = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  // The backlog has a packet that may go.
  virtual void Wake() = 0;
  virtual void SetCapacity(int64_t bps) = 0;
  virtual int64_t capacity_bps() const = 0;
  // When a packet that has `bytes` of backlog before it would start, from now on. kNever without
  // capacity.
  virtual Nanos Wait(int64_t bytes) const = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_SERVER_H_
