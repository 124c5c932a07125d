// The question that a soak asks again and again: a minute of traffic that is always the same.
#ifndef TOOLS_SOAK_PROBE_H_
#define TOOLS_SOAK_PROBE_H_

#include <remb/remb.h>

#include <cstdint>
#include <vector>

namespace remb::soak {

// What is seen each 100 ms, its times relative to the begin.
struct Answer {
  int64_t estimate_bps;
  remb_stats stats;

  bool operator==(const Answer& other) const;  // to the bit
};
using Answers = std::vector<Answer>;

class Probe {
 public:
  // A begin is a multiple of this: then abs-send-time is the same each time, and so is where
  // estimators' windows of absolute time begin.
  static constexpr int64_t kGridUs = 64'000'000;
  static constexpr int64_t kLengthUs = 60'000'000;

  Probe();

  // Gives the packets to an estimator, the first one soon after `begin_us`.
  Answers Ask(remb_estimator* estimator, int64_t begin_us) const;
  int64_t packets() const { return static_cast<int64_t>(packets_.size()); }

 private:
  std::vector<remb_packet> packets_;  // that begin at 0
};

// The mean estimate of the last 20 s, in bit/s.
double MeanOfEnd(const Answers& answers);

}  // namespace remb::soak

#endif  // TOOLS_SOAK_PROBE_H_
