// The detectors' states over time.
#ifndef TOOLS_REPLAY_DETECTOR_STATES_H_
#define TOOLS_REPLAY_DETECTOR_STATES_H_

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tools/report/cc/report.h"

namespace remb::replay {

// Silence for so long ends a stream.
inline constexpr int64_t kStreamTimeoutUs = 2'000'000;

// The state that counts where each SSRC has a detector: the worst (over-use, then under-use) of
// those that had a packet within two seconds.
class WorstState {
 public:
  report::State Update(uint32_t ssrc, report::State state, int64_t now_us);

 private:
  struct Stream {
    report::State state;
    int64_t last_us;
  };

  std::unordered_map<uint32_t, Stream> streams_;
  std::array<int64_t, 3> count_ = {};  // of streams, by state
  int64_t last_sweep_us_ = 0;
};

// Stretches of equal state. A state holds until the next is added, but no longer than a stream
// lives without a packet.
class StateTrack {
 public:
  // A time before the last one (the clock was set back) counts as the last one.
  void Add(int64_t time_us, report::State state);

  // The stretches, in seconds since zero_us, up to end_us.
  std::vector<report::Band> Bands(int64_t zero_us, int64_t end_us) const;

 private:
  struct Stretch {
    int64_t from_us;
    int64_t last_us;  // when it was last added
    report::State state;
  };
  std::vector<Stretch> stretches_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_DETECTOR_STATES_H_
