// The library and the plain implementation, given the same calls: after each of them everything
// that can be asked must be the same, to the bit.
#ifndef CC_TESTING_PLAIN_SIDE_BY_SIDE_H_
#define CC_TESTING_PLAIN_SIDE_BY_SIDE_H_

#include <remb/remb.h>

#include <cstdint>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/plain/estimator.h"

namespace remb::plain {

// The functions are those of remb.h. Each throws a std::logic_error that tells the first
// difference.
class SideBySide {
 public:
  // The profile must be REMB_PROFILE_LIBWEBRTC, the clock another than abs-capture-time.
  explicit SideBySide(const remb_config& config);

  int32_t OnPacket(const remb_packet& packet);
  // To the library as an array.
  int32_t OnPackets(const std::vector<remb_packet>& packets);
  // To the library as the bytes of an RTP packet.
  int32_t OnRtpPacket(const remb_packet& packet);
  int32_t Poll(int64_t now);
  void Sent(int64_t now, int64_t bps);
  // Polls, and counts what is due as sent.
  void SendIfDue(int64_t now);

  void AddStream(const remb_stream& stream);
  void RemoveStream(uint32_t ssrc);
  void Reset();
  void SetRtt(int64_t rtt);
  void SetMaxBitrate(int64_t bps);
  void SetMinBitrate(int64_t bps);

  // Compares all that can be asked; after each call less is compared if there are many streams.
  void CompareAll() const;
  const remb_estimator* library() const { return library_.get(); }

 private:
  void Compare(const char* call, int64_t result, int64_t plain_result, uint32_t ssrc);
  void CompareStream(uint32_t ssrc) const;

  testing::Handle library_;
  Estimator plain_;
  int64_t calls_ = 0;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_SIDE_BY_SIDE_H_
