// Controlled delay, RFC 8289: which packets of a queue to drop where they leave it.
#ifndef TOOLS_SIM_CODEL_H_
#define TOOLS_SIM_CODEL_H_

#include <cstdint>

#include "tools/sim/time.h"

namespace remb::sim {

class CoDel {
 public:
  // For each packet that leaves, dropped ones too: `left_bytes` is what then remains in the queue.
  // True: drop it and ask for the next one.
  bool Drops(Nanos sojourn, int64_t left_bytes, Nanos now);
  // The queue had nothing to give.
  void OnEmpty();

 private:
  bool StandsTooLong(Nanos sojourn, int64_t left_bytes, Nanos now);
  Nanos ControlLaw(Nanos time) const;

  Nanos first_above_ = 0;  // an interval after the sojourn time rose above the target; 0: it is not
  bool dropping_ = false;
  Nanos drop_next_ = 0;
  int32_t count_ = 0;  // drops in this dropping state
  int32_t last_count_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_CODEL_H_
