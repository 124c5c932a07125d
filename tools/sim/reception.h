// What a receiver keeps of its streams: for receiver reports, and to know when frames are whole.
#ifndef TOOLS_SIM_RECEPTION_H_
#define TOOLS_SIM_RECEPTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "tools/sim/packet.h"
#include "tools/sim/time.h"

namespace remb::sim {

class Reception {
 public:
  void OnPacket(const Packet& packet, Nanos now);

  // Called with the time from capture to the arrival of a video frame's last packet.
  void set_on_frame(std::function<void(Nanos delay)> callback) { on_frame_ = std::move(callback); }

  bool any() const { return !streams_.empty(); }
  int ssrc_count() const { return static_cast<int>(streams_.size()); }

  // A receiver report's figures (RFC 3550 6.4.1, A.3) over all SSRCs, now: `expected` and `lost`
  // count from the start, `fraction_lost` from the last report, in steps of 1/256.
  Feedback Report();

 private:
  struct Frame {
    uint32_t timestamp = 0;
    int32_t received = 0;
  };
  // As many frames of a stream as can be incomplete at a time: at 30 a second half a second of
  // reordering.
  static constexpr size_t kFrames = 16;

  struct Stream {
    uint32_t ssrc;
    int64_t first_sequence;
    int64_t highest_sequence;
    int64_t received = 0;
    std::array<Frame, kFrames> frames;
    size_t newest_frame = 0;
  };

  Stream& Find(const Packet& packet);
  void CountForFrame(Stream& stream, const Packet& packet, Nanos now);

  std::vector<Stream> streams_;
  std::function<void(Nanos)> on_frame_;
  int64_t reported_expected_ = 0;
  int64_t reported_lost_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RECEPTION_H_
