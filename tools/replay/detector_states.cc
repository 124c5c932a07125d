#include "tools/replay/detector_states.h"

#include <algorithm>
#include <cstddef>

namespace remb::replay {
namespace {

constexpr int64_t kSweepIntervalUs = 200'000;

size_t Index(report::State state) { return static_cast<size_t>(state); }

}  // namespace

report::State WorstState::Update(uint32_t ssrc, report::State state, int64_t now_us) {
  if (now_us < last_sweep_us_ || now_us - last_sweep_us_ >= kSweepIntervalUs) {
    last_sweep_us_ = now_us;
    for (auto it = streams_.begin(); it != streams_.end();) {
      if (now_us - it->second.last_us > kStreamTimeoutUs) {
        --count_[Index(it->second.state)];
        it = streams_.erase(it);
      } else {
        ++it;
      }
    }
  }
  auto [it, is_new] = streams_.try_emplace(ssrc, Stream{state, now_us});
  if (!is_new) --count_[Index(it->second.state)];
  it->second = {state, now_us};
  ++count_[Index(state)];
  for (report::State worst : {report::State::kOverusing, report::State::kUnderusing}) {
    if (count_[Index(worst)] > 0) return worst;
  }
  return report::State::kNormal;
}

void StateTrack::Add(int64_t time_us, report::State state) {
  if (!stretches_.empty()) {
    Stretch& newest = stretches_.back();
    time_us = std::max(time_us, newest.last_us);
    bool silent = time_us - newest.last_us > kStreamTimeoutUs;
    if (!silent) newest.last_us = time_us;
    if (!silent && newest.state == state) return;
  }
  stretches_.push_back({time_us, time_us, state});
}

std::vector<report::Band> StateTrack::Bands(int64_t zero_us, int64_t end_us) const {
  std::vector<report::Band> bands;
  bands.reserve(stretches_.size());
  for (size_t i = 0; i < stretches_.size(); ++i) {
    const Stretch& stretch = stretches_[i];
    bool is_last = i + 1 == stretches_.size();
    int64_t next = is_last ? std::max(end_us, stretch.last_us) : stretches_[i + 1].from_us;
    int64_t to = std::min(next, stretch.last_us + kStreamTimeoutUs);
    bands.push_back({static_cast<double>(stretch.from_us - zero_us) * 1e-6,
                     static_cast<double>(to - zero_us) * 1e-6, stretch.state});
  }
  return bands;
}

}  // namespace remb::replay
