// The other end of a media flow: libremb, or who knows the network, and RTCP.
#ifndef TOOLS_SIM_MEDIA_RECEIVER_H_
#define TOOLS_SIM_MEDIA_RECEIVER_H_

#include <remb/remb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tools/sim/event_queue.h"
#include "tools/sim/knowing_receiver.h"
#include "tools/sim/library.h"
#include "tools/sim/packet.h"
#include "tools/sim/reception.h"
#include "tools/sim/recording.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

// Media comes in by OnPacket. libremb gets each packet as RTP bytes with abs-send-time and
// transmission offset, at whole microseconds of the receiver's clock; it is polled when a REMB is
// due and at remb_next_poll_us. REMBs and receiver reports go out as feedback of their real RTCP
// sizes. Never tells libremb the RTT: a receiver that sends no media does not know it.
class MediaReceiver : public PacketSink {
 public:
  // `out` gets the feedback. `queue` and `out` must live as long as this.
  MediaReceiver(const FlowConfig& config, size_t flow, EventQueue* queue, const Library& library,
                PacketSink* out);

  void Start();
  // From now on neither reports nor REMBs.
  void Stop();

  // What the flow is due by the network's true state: the knowing receiver sends a share of it.
  void SetFairShare(int64_t bps) { knowing_.SetFairShare(bps); }

  // Sets the receiver's clock forward or back.
  void JumpClock(Nanos by) { clock_offset_ += by; }

  void OnPacket(const Packet& packet) override;

  // A packet that libremb is given and counts, by the receiver's clock: all but audio.
  void set_on_given(std::function<void(const TraceRow& row)> callback) {
    on_given_ = std::move(callback);
  }
  // The estimate, whenever it has changed.
  void set_on_estimate(std::function<void(int64_t bps)> callback) {
    on_estimate_ = std::move(callback);
  }
  // The detector's state (REMB_STATE_*), whenever it has changed.
  void set_on_state(std::function<void(int32_t state)> callback) {
    on_state_ = std::move(callback);
  }
  // A REMB as it was sent.
  void set_on_remb(std::function<void(int64_t bps)> callback) { on_remb_ = std::move(callback); }
  // A video frame has arrived as a whole, this long after its capture.
  void set_on_frame(std::function<void(Nanos delay)> callback) {
    reception_.set_on_frame(std::move(callback));
  }

 private:
  struct Destroy {
    decltype(&::remb_destroy) destroy;
    void operator()(remb_estimator* estimator) const { destroy(estimator); }
  };

  static constexpr Nanos kNone = -1;

  void CreateEstimator();
  int64_t ClockUs() const { return (queue_->now() + clock_offset_) / kMicrosecond; }
  // Fails loudly: the simulator gives libremb nothing that it refuses.
  int32_t Check(int32_t status) const;
  int32_t GiveToLibrary(const Packet& packet);
  bool IsAudio(uint32_t ssrc) const;
  void Act(int32_t facts);
  void Poll();
  void TellEstimate();
  void ScheduleReport();
  void SchedulePoll();
  void SendRemb(remb_message& message);
  void SendReport();
  void SendFeedback(const Feedback& feedback, int32_t bytes);

  const FlowConfig config_;
  const size_t flow_;
  EventQueue* const queue_;
  const Library library_;
  PacketSink* const out_;
  std::unique_ptr<remb_estimator, Destroy> estimator_;  // none for the knowing receiver
  KnowingReceiver knowing_;
  Reception reception_;
  std::function<void(const TraceRow&)> on_given_;
  std::function<void(int64_t)> on_estimate_;
  std::function<void(int32_t)> on_state_;
  std::function<void(int64_t)> on_remb_;

  std::vector<uint8_t> rtp_;  // header, extensions, and a payload that nobody reads
  // So that it may jump back by as much.
  Nanos clock_offset_ = 1'000 * kSecond;
  bool running_ = false;
  Nanos poll_at_ = kNone;  // the event that counts; others have been overtaken
  Nanos report_at_ = kNone;
  Nanos newest_sent_ = 0;  // media
  Nanos newest_arrived_ = 0;
  int64_t estimate_bps_ = 0;
  int32_t state_ = REMB_STATE_NORMAL;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_MEDIA_RECEIVER_H_
