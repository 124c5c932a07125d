// Additive increase, multiplicative decrease: RFC 5681.
#ifndef TOOLS_SIM_NEW_RENO_H_
#define TOOLS_SIM_NEW_RENO_H_

#include "tools/sim/congestion_control.h"

namespace remb::sim {

class NewReno : public CongestionControl {
 public:
  using CongestionControl::CongestionControl;

 private:
  // One segment for a window of them acknowledged.
  double Avoid(int segments, Nanos, Nanos) override { return window() + segments / window(); }
  double Reduce(double flight, bool) override { return flight / 2; }
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_NEW_RENO_H_
