// The calls that a peer connection makes to its estimator, at random but valid.
#ifndef CC_TESTING_RANDOM_CONNECTION_H_
#define CC_TESTING_RANDOM_CONNECTION_H_

#include <remb/remb.h>

#include <cstdint>
#include <vector>

namespace remb::testing {

struct Call {
  enum class Kind { kPacket, kAddStream, kRemoveStream, kSetRtt, kPoll };

  Kind kind;
  int64_t now_us;  // a packet's own is its arrival_us
  int64_t rtt_us;
  remb_packet packet;
  remb_stream stream;  // of kRemoveStream its SSRC
};

struct RandomConnection {
  uint64_t seed = 1;  // not 0
  uint32_t ssrcs = 5;
  int64_t start_us = 100'000'000;
};

// A sender's packets by way of a bottleneck whose capacity changes, with pauses, losses,
// reordering, steps of the sender's clock and changes of what the packets carry; streams added and
// removed.
std::vector<Call> MakeCalls(const RandomConnection& options);

// Makes the call; gives what is returned. A REMB that is due by a poll is sent.
int32_t Make(const Call& call, remb_estimator* estimator);

}  // namespace remb::testing

#endif  // CC_TESTING_RANDOM_CONNECTION_H_
