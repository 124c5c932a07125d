// A call as its receiver sees it: frames of a paced sender, through a bottleneck with a queue.
#ifndef TOOLS_SOAK_CALL_H_
#define TOOLS_SOAK_CALL_H_

#include <cstdint>
#include <deque>

#include "cc/testing/random.h"

namespace remb::soak {

class Call {
 public:
  struct Options {
    double capacity_bps = 2e6;
    double start_bps = 300'000;
    double max_bps = 4e6;  // what the encoder makes at most
    int64_t start_us = 0;
    uint64_t seed = 1;
  };
  // All times are the receiver's.
  struct Packet {
    int64_t arrival_us;
    int64_t sent_us;
    int64_t captured_us;  // its frame
    int32_t payload_bytes;
    uint16_t sequence_number;  // from 0; those lost in the queue are skipped
  };

  explicit Call(const Options& options);

  // In order of arrival, without end.
  Packet Next();
  // What the encoder is asked for from the next frame on.
  void SetTarget(double bps);

 private:
  void SendFrame();
  void SendPacket(int32_t payload_bytes);

  Options options_;
  testing::Random random_;
  double target_bps_;
  int64_t frame_us_;
  int64_t sent_us_;      // when the pacer is free
  double link_free_us_;  // when the bottleneck is
  uint16_t sequence_number_ = 0;
  std::deque<Packet> under_way_;
};

}  // namespace remb::soak

#endif  // TOOLS_SOAK_CALL_H_
