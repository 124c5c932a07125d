#include "tools/replay/decimate.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "tools/replay/detector_states.h"

namespace remb::replay {
namespace {

using report::Band;
using report::State;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("short tracks stay as they are") {
  Track track{{0, 1, 2, 3}, {1, 2, 3, 4}};
  CHECK(Decimate(track, 2).times == track.times);
  CHECK(Decimate(Track{}, 2).empty());
}

TEST_CASE("a long track keeps its extremes, ends and gaps, in order") {
  Track track;
  for (int i = 0; i < 100'000; ++i) track.Add(i * 10, std::sin(i * 0.01));
  track.values[31'415] = 7;
  track.values[2'718] = -7;
  track.values[50'000] = kGap;
  Track small = Decimate(track, 100);
  CHECK(small.times.size() <= 301);
  CHECK(small.times.size() >= 200);
  CHECK(std::is_sorted(small.times.begin(), small.times.end()));
  CHECK(small.times.size() == small.values.size());
  CHECK(*std::max_element(small.values.begin(), small.values.end()) == 7);
  CHECK(*std::min_element(small.values.begin(), small.values.end()) == -7);
  CHECK(std::count_if(small.values.begin(), small.values.end(),
                      [](double v) { return std::isnan(v); }) == 1);
  CHECK(small.times.back() == track.times.back());
}

TEST_CASE("many points at one time are one bucket") {
  Track track;
  for (int i = 0; i < 1000; ++i) track.Add(5, i);
  Track small = Decimate(track, 10);
  CHECK(small.values == std::vector<double>{0, 999});
}

TEST_CASE("a track takes a time that goes back as the last one, and may leave out repetitions") {
  Track track;
  track.Add(10, 1);
  track.Add(4, 2);
  track.AddIfChanged(20, 2);
  track.AddIfChanged(30, kGap);
  track.AddIfChanged(40, kGap);
  track.AddIfChanged(50, 3);
  CHECK(track.times == std::vector<int64_t>{10, 10, 30, 50});
}

TEST_CASE("bands: the worst state of a bucket wins") {
  std::vector<Band> bands;
  bands.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) {
    bands.push_back({i * 1.0, i + 1.0, i % 2 == 0 ? State::kNormal : State::kUnderusing});
  }
  bands[5'001].state = State::kOverusing;
  CHECK(Decimate(bands, 10'000).size() == 10'000);
  std::vector<Band> small = Decimate(bands, 100);
  REQUIRE(small.size() == 3);
  CHECK(small[0].state == State::kUnderusing);
  CHECK(small[1].state == State::kOverusing);
  CHECK(small[1].from <= 5'001);
  CHECK(small[1].to >= 5'002);
  CHECK(small[2].to == 10'000);
}

TEST_CASE("states over time become bands") {
  StateTrack track;
  track.Add(1'000'000, State::kNormal);
  track.Add(1'500'000, State::kNormal);
  track.Add(2'000'000, State::kOverusing);
  track.Add(1'900'000, State::kNormal);  // the clock was set back
  std::vector<Band> bands = track.Bands(1'000'000, 3'500'000);
  REQUIRE(bands.size() == 3);
  CHECK((bands[0].from == 0 && bands[0].to == 1 && bands[0].state == State::kNormal));
  CHECK((bands[1].from == 1 && bands[1].to == 1 && bands[1].state == State::kOverusing));
  CHECK((bands[2].from == 1 && bands[2].to == 2.5 && bands[2].state == State::kNormal));
}

TEST_CASE("a state ends two seconds after the last packet") {
  StateTrack track;
  CHECK(track.Bands(0, 1).empty());
  track.Add(1'000'000, State::kNormal);
  track.Add(9'000'000, State::kNormal);
  std::vector<Band> bands = track.Bands(0, 60'000'000);
  REQUIRE(bands.size() == 2);
  CHECK((bands[0].from == 1 && bands[0].to == 3));
  CHECK((bands[1].from == 9 && bands[1].to == 11));
}

TEST_CASE("the worst state is that of the live streams") {
  WorstState worst;
  CHECK(worst.Update(1, State::kNormal, 0) == State::kNormal);
  CHECK(worst.Update(2, State::kOverusing, 100'000) == State::kOverusing);
  CHECK(worst.Update(1, State::kUnderusing, 200'000) == State::kOverusing);
  CHECK(worst.Update(1, State::kUnderusing, 2'050'000) == State::kOverusing);
  CHECK(worst.Update(1, State::kUnderusing, 2'350'000) == State::kUnderusing);
  CHECK(worst.Update(1, State::kNormal, 2'400'000) == State::kNormal);
}

}  // namespace
}  // namespace remb::replay
