// One long call in which most of what can happen does, and what the estimator makes of it.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "cc/bwe/adaptive_estimator.h"
#include "cc/bwe/adaptive_estimator_test_path.h"

namespace remb::core {
namespace {

// What there is to see at one moment, as in adaptive_estimator_call.csv. The base is without whole
// seconds, which are the distance of the clocks.
std::string Now(Path& path) {
  constexpr std::array kModes = {"none", "start", "growth", "hold", "back-off", "competition"};
  const AdaptiveSignals signals = path.estimator().signals();
  std::ostringstream row;
  row << path.estimator().estimate().value_or(DataRate::Zero()).bps() << ','
      << kModes.at(static_cast<size_t>(signals.mode)) << ','
      << std::llround(signals.base_delay_ms * 1e3) % 1'000'000 << ','
      << std::llround(signals.queue_ms * 1e3) << ',' << std::llround(signals.threshold_ms * 1e3)
      << ',' << std::llround(signals.jitter_ms * 1e3) << ','
      << std::llround(signals.train_capacity_bps) << ','
      << std::llround(signals.capacity_share_bps);
  return row.str();
}

struct Event {
  const char* name;
  void (*happens)(Path&);
  int64_t ms;  // after which is looked
};

void Lengthen(Path& path, int64_t from_us, int64_t to_us, int64_t step_us, TimeDelta each) {
  for (int64_t us = from_us; us < to_us; us += step_us) {
    path.set_base_us(us);
    path.Run(each);
  }
}

const Event kCall[] = {
    {"the call begins", [](Path&) {}, 100},
    {"it shows more", [](Path&) {}, 100},
    {"and more", [](Path&) {}, 100},
    {"and still more", [](Path&) {}, 400},
    {"it has found the capacity", [](Path&) {}, 15'000},
    {"the capacity halves", [](Path& path) { path.set_capacity(1'000'000); }, 400},
    {"the queue is gone", [](Path&) {}, 3'000},
    {"four times the capacity", [](Path& path) { path.set_capacity(4'000'000); }, 1'500},
    {"it is used", [](Path&) {}, 10'000},
    {"the path becomes longer bit by bit",
     [](Path& path) { Lengthen(path, 50'000, 90'000, 2'000, TimeDelta::Millis(100)); }, 1'000},
    {"as is known by now", [](Path&) {}, 8'000},
    {"delays tremble", [](Path& path) { path.set_jitter(8'000); }, 8'000},
    {"and the path becomes longer", [](Path& path) { path.set_base_us(110'000); }, 2'000},
    {"still taken for a queue", [](Path&) {}, 8'000},
    {"delays tremble no more", [](Path& path) { path.set_jitter(0); }, 5'000},
    {"others send 2.5 Mbit/s", [](Path& path) { path.set_cross(2'500'000); }, 2'000},
    {"they stay", [](Path&) {}, 10'000},
    {"a flow that fills the queue", [](Path& path) { path.set_cross_fills_queue(true); }, 8'000},
    {"it stays", [](Path&) {}, 20'000},
    {"still", [](Path&) {}, 10'000},
    {"the others have gone",
     [](Path& path) {
       path.set_cross_fills_queue(false);
       path.set_cross(0);
     },
     3'000},
    {"one packet in 15 is lost", [](Path& path) { path.set_loss(15); }, 6'000},
    {"as it is usual here", [](Path&) {}, 10'000},
    {"one in 6", [](Path& path) { path.set_loss(6); }, 4'000},
    {"none", [](Path& path) { path.set_loss(0); }, 5'000},
    {"the camera shows a wall", [](Path& path) { path.set_source_max(400'000); }, 6'000},
    {"the path becomes longer again",
     [](Path& path) { Lengthen(path, 110'000, 140'000, 1'000, TimeDelta::Millis(50)); }, 4'000},
    {"and something else again", [](Path& path) { path.set_source_max(1'000'000'000); }, 1'000},
    {"a pause of half a minute", [](Path& path) { path.Pause(TimeDelta::Seconds(30)); }, 1'000},
    {"the receiver stands still", [](Path& path) { path.StallReceiver(TimeDelta::Seconds(2)); },
     1'000},
    {"its clock is set", [](Path& path) { path.JumpReceiverClock(7'000'000); }, 500},
    {"a packet has a wrong time", [](Path& path) { path.set_send_time_error(-400'000); }, 1'000},
    {"the path is shorter", [](Path& path) { path.set_base_us(30'000); }, 1'000},
    {"and longer; without jitter", [](Path& path) { path.set_base_us(70'000); }, 5'000},
    {"a second sender", [](Path& path) { path.AddSender(3'000'000, 3); }, 3'000},
    {"the capacity falls to a sixth", [](Path& path) { path.set_capacity(600'000); }, 1'000},
    {"and so it stays", [](Path&) {}, 6'000},
    {"the capacity is back", [](Path& path) { path.set_capacity(4'000'000); }, 8'000},
    {"little is sent; and delays tremble",
     [](Path& path) {
       path.set_source_max(700'000);
       path.set_jitter(12'000);
     },
     6'000},
    {"much is sent; and they do", [](Path& path) { path.set_source_max(1'000'000'000); }, 1'500},
    {"at half the capacity", [](Path& path) { path.set_capacity(2'000'000); }, 300},
    {"for a while", [](Path&) {}, 5'000},
    {"little is sent; and the path becomes longer",
     [](Path& path) {
       path.set_jitter(0);
       path.set_source_max(1'500'000);
       Lengthen(path, 70'000, 100'000, 1'000, TimeDelta::Millis(100));
     },
     3'000},
    {"all is sent", [](Path& path) { path.set_source_max(1'000'000'000); }, 500},
    {"it becomes longer again",
     [](Path& path) { Lengthen(path, 100'000, 130'000, 3'000, TimeDelta::Millis(200)); }, 1'500},
    {"and is known to be", [](Path&) {}, 4'000},
    {"others send little", [](Path& path) { path.set_cross(400'000); }, 4'000},
};

// No rule says these numbers: they tell a change that is not meant to alter answers from one that
// is. Who alters them on purpose writes down the new ones, which a failure shows.
TEST_CASE("AdaptiveEstimator: what happens in a call is answered as before") {
  std::ifstream file("cc/bwe/adaptive_estimator_call.csv");
  std::string expected;
  REQUIRE(std::getline(file, expected));  // the columns' names
  for (const bool frame_times_only : {false, true}) {
    Path path(2'000'000);
    path.set_frame_times_only(frame_times_only);
    for (const Event& event : kCall) {
      event.happens(path);
      path.Run(TimeDelta::Millis(event.ms));
      REQUIRE(std::getline(file, expected));
      CHECK(std::string(event.name) + (frame_times_only ? ",frames," : ",abs-send-time,") +
                Now(path) ==
            expected);
    }
  }
  CHECK_FALSE(std::getline(file, expected));
}

}  // namespace
}  // namespace remb::core
