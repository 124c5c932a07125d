// What a capture does not say, from the numbers in it: extension ids and RTP clock rates.
#ifndef TOOLS_REPLAY_CAPTURE_GUESSES_H_
#define TOOLS_REPLAY_CAPTURE_GUESSES_H_

#include <cstdint>
#include <map>
#include <optional>

#include "tools/replay/capture/rtp_finder.h"

namespace remb::replay {

struct AbsSendTimeGuess {
  uint8_t id;
  double share;    // of the values that run with the capture's clock, 0.9 to 1
  int64_t values;  // how many were looked at
};

// The id whose values of 24 bits run with the time of capture at 2^18 a second, modulo 64 s.
std::optional<AbsSendTimeGuess> GuessAbsSendTime(const RtpFlow& flow);

struct ClockRateGuess {
  int32_t rate_hz;  // the usual one that is nearest to what was measured, or 90 000
  bool sure;        // near enough
  std::optional<double> measured_hz;  // none: too little to measure
};

// By SSRC, from how RTP timestamps run with the time of capture.
std::map<uint32_t, ClockRateGuess> GuessClockRates(const RtpFlow& flow);

struct TransmissionOffsetGuess {
  uint8_t id;
  // Mean difference between steps of the capture's clock and of the RTP timestamp, from packet to
  // packet: without the offset added, and with it.
  double without_ms;
  double with_ms;
};

// The id whose values bring RTP timestamps nearer to the time of capture. None if all are the same,
// as of senders that have nothing to say; `other_id` is not looked at.
std::optional<TransmissionOffsetGuess> GuessTransmissionOffset(
    const RtpFlow& flow, const std::map<uint32_t, ClockRateGuess>& rates, uint8_t other_id);

// The 24 bits of an extension as a signed number.
constexpr int32_t Signed24(uint32_t value) { return static_cast<int32_t>(value << 8) >> 8; }

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_GUESSES_H_
