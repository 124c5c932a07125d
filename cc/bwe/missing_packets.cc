#include "cc/bwe/missing_packets.h"

namespace remb::core {
namespace {

constexpr int kMaxMissing = 1'000;
constexpr int kMarks = 64;  // the bits of missing_

}  // namespace

int MissingPackets::OnOtherPacket(uint16_t number) {
  const int step = static_cast<int16_t>(number - newest_);
  if (!started_ || step >= kMaxMissing || step <= -kMaxMissing) {
    started_ = true;
    newest_ = marked_ = number;
    missing_ = 0;
    return 0;
  }
  if (step <= 0) {
    const auto age = static_cast<uint16_t>(marked_ - number);
    if (age >= kMarks || !(missing_ >> age & 1)) return 0;
    missing_ &= ~(uint64_t{1} << age);
    return -1;
  }
  const int lost = step - 1;
  const auto shift = static_cast<uint16_t>(number - marked_);
  missing_ = shift < kMarks ? missing_ << shift : 0;
  // The numbers from the one before this on.
  const uint64_t gap = lost < kMarks ? (uint64_t{1} << lost) - 1 : ~uint64_t{0};
  missing_ |= gap << 1;
  newest_ = marked_ = number;
  return lost;
}

}  // namespace remb::core
