// Packets that a stream's RTP sequence numbers show to be missing.
#ifndef CC_BWE_MISSING_PACKETS_H_
#define CC_BWE_MISSING_PACKETS_H_

#include <cstdint>

#include "absl/base/optimization.h"

namespace remb::core {

class MissingPackets {
 public:
  // Takes a packet's number. Gives how many more are missing now: those before it that have not
  // come, or -1 if it is one of them itself. That is told as long as it is no more than 63 numbers
  // late. Duplicates change nothing; numbers that leap by 1000 or more began anew.
  int OnPacket(uint16_t number) {
    const bool follows = started_ && static_cast<uint16_t>(number - newest_) == 1;
    if (ABSL_PREDICT_TRUE(follows && number % kMarkEach != 0)) {
      newest_ = number;
      return 0;
    }
    return OnOtherPacket(number);
  }

 private:
  // Twice in the range of numbers marks are brought up to date: those of a range ago say nothing.
  static constexpr uint16_t kMarkEach = 0x8000;

  int OnOtherPacket(uint16_t number);

  bool started_ = false;
  uint16_t newest_ = 0;
  uint16_t marked_ = 0;   // the newest number when there was a gap, or kMarkEach, last
  uint64_t missing_ = 0;  // bit i: marked_ - i is
};

}  // namespace remb::core

#endif  // CC_BWE_MISSING_PACKETS_H_
