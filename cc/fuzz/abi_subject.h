// An estimator that is called at random, and what must be true of it by what it was called with.
#ifndef CC_FUZZ_ABI_SUBJECT_H_
#define CC_FUZZ_ABI_SUBJECT_H_

#include <remb/remb.h>

#include <cstdint>
#include <map>
#include <vector>

#include "cc/fuzz/input.h"
#include "cc/testing/estimator_view.h"

namespace remb::fuzz {

class Subject {
 public:
  // Takes the estimator, which the config made.
  Subject(remb_estimator* estimator, const remb_config& config);

  // One call of the kind that a byte says, of those that there are; REQUIREs what must be.
  void Call(uint8_t kind, Input& input);

 private:
  // All that can be asked, the streams' statistics aside.
  struct Seen {
    testing::View view;
    std::vector<uint32_t> streams;

    bool operator==(const Seen&) const = default;
  };

  void Reset();
  void AddStream(Input& input);
  void RemoveStream(Input& input);
  void RtpPacket(Input& input);
  void Packet(Input& input);
  void Packets(Input& input);
  // Up to 255 packets that are sent evenly and arrive with a delay that may grow.
  void Flow(Input& input);
  // A packet of each of up to 511 SSRCs.
  void Crowd(Input& input);
  void SetRtt(Input& input);
  void SetMaxBitrate(Input& input);
  void SetMinBitrate(Input& input);
  void Poll(Input& input);
  void Sent(Input& input);
  void LookIn(Input& input);
  void LookAtSsrcs(Input& input);
  void LookAtStream(Input& input);

  // Few enough to be met again.
  static uint32_t Ssrc(Input& input);
  static bool Has(const std::vector<uint32_t>& ssrcs, uint32_t ssrc);
  // Mostly a little later than all before.
  int64_t Time(Input& input) const;
  remb_packet AnyPacket(Input& input) const;
  // Whether its packets do not count: audio, or not added.
  bool IsLeftOut(uint32_t ssrc) const;
  // A packet was taken.
  void Count(const remb_packet& packet);
  // A call has returned this: no error has changed anything, and all is in range.
  void After(int32_t status);
  void CheckRanges() const;
  Seen See() const;

  testing::Handle handle_;
  remb_config config_;                 // with the limits as they are now
  std::map<uint32_t, int32_t> added_;  // SSRCs, and their kinds
  int64_t now_us_ = 0;                 // the newest time seen
  int64_t sent_us_ = 0;                // by Flow's sender
  int64_t packets_ = 0;
  int64_t bytes_ = 0;
  Seen seen_;
};

}  // namespace remb::fuzz

#endif  // CC_FUZZ_ABI_SUBJECT_H_
