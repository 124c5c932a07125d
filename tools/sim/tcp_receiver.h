// A TCP receiver: acknowledges each segment at once (no delayed ACK), with what it has beyond the
// first gap (RFC 2018) and the segment's time echoed. Its window has no limit.
#ifndef TOOLS_SIM_TCP_RECEIVER_H_
#define TOOLS_SIM_TCP_RECEIVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"

namespace remb::sim {

// A sink of data.
class TcpReceiver : public PacketSink {
 public:
  static constexpr int kAckBytes = 40;  // IPv4's and TCP's headers

  // `events` and `out` outlive the receiver.
  TcpReceiver(size_t flow, EventQueue* events, PacketSink* out)
      : flow_(flow), events_(events), out_(out) {}

  void OnPacket(const Packet& packet) override;

  // Bytes that became complete: received with all before them.
  void set_on_data(std::function<void(int64_t new_bytes)> on_data) {
    on_data_ = std::move(on_data);
  }

 private:
  struct Range {
    int64_t begin;
    int64_t end;
  };

  void Deliver(int64_t end);
  // The range that these bytes are in now.
  Range Insert(Range range);
  void Acknowledge(const Packet& packet);

  size_t flow_;
  EventQueue* events_;
  PacketSink* out_;
  std::function<void(int64_t)> on_data_;
  int64_t next_ = 0;                // the first byte missing
  std::vector<Range> beyond_;       // received after it: ascending, with gaps between
  std::array<Range, 3> told_ = {};  // those the last acknowledgement told, the latest first
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_TCP_RECEIVER_H_
