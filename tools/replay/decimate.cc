#include "tools/replay/decimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace remb::replay {

void Track::Add(int64_t time_us, double value) {
  if (!times.empty()) time_us = std::max(time_us, times.back());
  times.push_back(time_us);
  values.push_back(value);
}

void Track::AddIfChanged(int64_t time_us, double value) {
  if (!values.empty()) {
    bool both_gaps = std::isnan(value) && std::isnan(values.back());
    if (both_gaps || value == values.back()) return;
  }
  Add(time_us, value);
}

Track Decimate(const Track& track, size_t buckets) {
  const size_t size = track.times.size();
  if (size <= 2 * buckets || buckets == 0) return track;
  const auto start = static_cast<double>(track.times.front());
  const double width =
      (static_cast<double>(track.times.back()) - start) / static_cast<double>(buckets);

  Track out;
  for (size_t begin = 0; begin < size;) {
    // The bucket of the first point decides; where all times are equal there is one bucket.
    double number = std::floor((static_cast<double>(track.times[begin]) - start) / width);
    double limit =
        width > 0 ? start + (number + 1) * width : std::numeric_limits<double>::infinity();
    size_t least = begin, greatest = begin, gap = size;
    size_t end = begin;
    do {
      double value = track.values[end];
      if (std::isnan(value)) {
        gap = end;
      } else {
        if (!(value >= track.values[least])) least = end;
        if (!(value <= track.values[greatest])) greatest = end;
      }
      ++end;
    } while (end < size && static_cast<double>(track.times[end]) < limit);

    size_t kept[] = {least, greatest, gap};
    std::sort(std::begin(kept), std::end(kept));
    for (size_t i = 0; i < 3; ++i) {
      if (kept[i] == size || (i > 0 && kept[i] == kept[i - 1])) continue;
      out.Add(track.times[kept[i]], track.values[kept[i]]);
    }
    begin = end;
  }
  return out;
}

std::vector<report::Band> Decimate(const std::vector<report::Band>& bands, size_t buckets) {
  if (bands.size() <= buckets || buckets == 0) return bands;
  auto rank = [](report::State state) {
    return state == report::State::kOverusing ? 2 : state == report::State::kUnderusing ? 1 : 0;
  };
  const double start = bands.front().from;
  const double width = (bands.back().to - start) / static_cast<double>(buckets);
  std::vector<report::State> states(buckets, report::State::kNormal);
  for (const report::Band& band : bands) {
    if (rank(band.state) == 0) continue;
    auto bucket = [&](double time) {
      return std::min(static_cast<size_t>(std::max(0.0, (time - start) / width)), buckets - 1);
    };
    for (size_t i = bucket(band.from); i <= bucket(band.to); ++i) {
      if (rank(band.state) > rank(states[i])) states[i] = band.state;
    }
  }
  std::vector<report::Band> out;
  for (size_t i = 0; i < buckets; ++i) {
    double to = start + static_cast<double>(i + 1) * width;
    if (!out.empty() && out.back().state == states[i]) {
      out.back().to = to;
    } else {
      out.push_back({to - width, to, states[i]});
    }
  }
  return out;
}

}  // namespace remb::replay
