// Bytes to calls: what a fuzzer, or a seed, makes of the two implementations.
#ifndef CC_TESTING_PLAIN_RANDOM_CALLS_H_
#define CC_TESTING_PLAIN_RANDOM_CALLS_H_

#include <cstdint>
#include <span>

namespace remb::plain {

// The first kConfigBytes choose the configuration (random_config.h). Each pair of bytes
// after them is a command, modulo kCommands, and its argument.
constexpr int kConfigBytes = 16;

enum Command : uint8_t {
  // These change the traffic; random_traffic.h says what there is.
  kGap,           // argument^2 us between packets
  kQueueGrowth,   // (argument - 128) * 50 us a packet
  kJitter,        // argument^2 us at most
  kPayload,       // argument * 6 bytes; 255: 20 000, so that the window holds what comes
  kLate,          // one packet in so many was sent up to 30 ms before its turn; 0: none
  kLost,          // one in so many; 0: none
  kStreams,       // how many
  kFirstSsrc,     // 255: so high that the others' wrap to 0
  kStamps,        // REMB_STAMP_*
  kForm,          // parsed packets, RTP bytes or arrays
  kPause,         // up to 100 hours
  kReceiverJump,  // of the receiver's clock, both ways
  kAbsSendTimeJump,
  kRtpJump,
  kSenderTime,          // to where abs-send-time or RTP timestamp are about to wrap
  kTransmissionOffset,  // of both signs
  // These are calls.
  kAnyPacket,  // of any SSRC, with any send time
  kFlood,      // argument * 8 new SSRCs
  kProbe,
  kSendIfDue,
  kPollWhenDue,  // at remb_next_poll_us
  kPollLate,     // with a time up to 5 s in the past
  kSent,
  kAddStream,
  kRemoveStream,
  kRtt,
  kMaxBitrate,
  kMinBitrate,
  kReset,      // if the argument is 0
  kSendRembs,  // 1: from now on each REMB is sent as soon as it is due
  kPackets,    // argument + 1 of the traffic, as do all further commands
  kCommands = 40,
};

// A missing byte is 0. Throws as SideBySide does.
void MakeCalls(std::span<const uint8_t> bytes);

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_RANDOM_CALLS_H_
