// What a receiver may live to see in weeks: calls, pauses, senders that come and go, clocks that
// drift and are set.
#ifndef TOOLS_SOAK_LIFE_H_
#define TOOLS_SOAK_LIFE_H_

#include <remb/remb.h>

#include <cstdint>

#include "cc/testing/random.h"
#include "tools/soak/call.h"

namespace remb::soak {

// What has happened so far.
struct Events {
  int64_t packets = 0;
  int64_t send_time_wraps = 0;
  int64_t rtp_wraps = 0;
  int64_t sequence_wraps = 0;
  int64_t ssrcs = 0;
  int64_t pauses = 0;      // a minute or longer
  int64_t jumps_back = 0;  // of the receiver's clock
  int64_t jumps_forward = 0;
  int64_t refused = 0;  // packets that gave an error
};

class Life {
 public:
  explicit Life(uint64_t seed) : random_(seed) {}

  // A call, a pause, or a clock that is set. Both get all packets; REMBs are the first one's.
  void GoOn(remb_estimator* estimator, remb_estimator* twin);
  // Nothing happens for so long.
  void Pass(int64_t us) { true_us_ += us; }

  int64_t true_us() const { return true_us_; }
  int64_t receiver_us() const { return true_us_ + receiver_offset_us_; }
  const Events& events() const { return events_; }

 private:
  // Of a sender: its clock and what its packets go on from.
  struct Sender {
    uint32_t ssrc = 0;
    int64_t clock_offset_us = 0;
    double drift_us = 0;  // of its clock, so far
    uint32_t rtp_offset = 0;
    uint16_t sequence_offset = 0;
    uint32_t abs_send_time = 0;  // of the newest packet, as are these
    uint32_t rtp_timestamp = 0;
    uint16_t sequence_number = 0;
  };

  void NewSender();
  void Talk(remb_estimator* estimator, remb_estimator* twin);
  void SetClock();
  remb_packet Stamp(const Call::Packet& packet, double drift_us);
  int64_t LogUniform(int64_t low, int64_t high);

  testing::Random random_;
  int64_t true_us_ = 1'000'000;
  int64_t receiver_offset_us_ = INT64_C(100'000'000'000'000);  // three years up
  Sender sender_;
  Events events_;
};

}  // namespace remb::soak

#endif  // TOOLS_SOAK_LIFE_H_
