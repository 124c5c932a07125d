// Stamps of abs-capture-time for the reference traces, which have none.
#ifndef CC_TESTING_CAPTURE_TIMES_H_
#define CC_TESTING_CAPTURE_TIMES_H_

#include <remb/remb.h>

#include <cstdint>
#include <vector>

namespace remb::testing {

struct CaptureTimes {
  int64_t interval_us = 1'000'000;  // between an SSRC's stamps by the send time; 0: all packets
  // The send time in place of the RTP timestamp's, as senders may do that stamp late.
  bool of_sending = false;
  // Each SSRC is forwarded from a capturer whose clock is another one; with the offset field.
  bool forwarded = false;
};

// Gives packets with abs-send-time their stamps. An RTX SSRC, whose RTP timestamps are those of
// other packets, gets none, but if each packet is to say when it was sent itself.
void AddCaptureTimes(const CaptureTimes& options, std::vector<remb_packet>& packets);

// NTP time in 32.32 fixed point, as in the extension.
int64_t NtpTime(double seconds);

}  // namespace remb::testing

#endif  // CC_TESTING_CAPTURE_TIMES_H_
