// A browser's sender: encoders, pacer, and the rate it takes from REMB and receiver reports.
#ifndef TOOLS_SIM_MEDIA_SENDER_H_
#define TOOLS_SIM_MEDIA_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "tools/sim/encoder.h"
#include "tools/sim/event_queue.h"
#include "tools/sim/loss_based_control.h"
#include "tools/sim/pacer.h"
#include "tools/sim/packet.h"
#include "tools/sim/padding_prober.h"
#include "tools/sim/random.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

// target = min(REMB, loss-based rate); it paces by `pacing_factor` times the target, evenly or in
// bursts. Media gets
// min(target, source maximum): audio first, then each video stream in turn up to its own maximum,
// if at least its minimum is left (the first one always), as Chrome fills simulcast layers from the
// lowest. All video streams encode the same pictures, at the first one's times. A picture is
// skipped while the pacer holds 250 ms or more. Audio waits for nothing: 20 kbit/s, 20 ms a packet.
//
// Feedback comes in by OnPacket.
class MediaSender : public PacketSink {
 public:
  // Of an audio stream; its StreamConfig's rates don't count.
  static constexpr int64_t kAudioBps = 20'000;

  // `out` gets what is sent, stamped. Both `queue` and `out` must live as long as this.
  MediaSender(const FlowConfig& config, size_t flow, EventQueue* queue, uint64_t seed,
              PacketSink* out);

  void Start();
  void Stop();
  // Sends nothing until Resume, which goes on at the target of then.
  void Pause();
  void Resume();

  // What the source makes at most, of all streams together; 0 lifts the limit.
  void SetSourceMax(int64_t bps);

  void OnPacket(const Packet& packet) override;

  // Called with each new target, the first at Start.
  void set_on_target(std::function<void(int64_t bps)> on_target) {
    on_target_ = std::move(on_target);
  }

  int64_t target_bps() const { return target_bps_; }
  // The streams' maxima together, within SetSourceMax's limit.
  int64_t source_max_bps() const;

 private:
  struct Stream {
    StreamConfig::Kind kind;
    int64_t min_bps;
    int64_t max_bps;
    std::unique_ptr<Encoder> encoder;  // of video
    uint32_t ssrc;
    uint32_t first_timestamp;
    int64_t next_sequence = 0;
  };

  static constexpr Nanos kStopped = -1;

  bool active() const { return started_ && !paused_; }
  void Activate();
  void Deactivate();
  void UpdateTarget();
  void Allocate();
  void Tick();
  void ScheduleVideo();
  void CapturePicture();
  void ScheduleAudio();
  void CaptureAudio();
  void SendFrame(Stream& stream, int64_t bytes);
  void SendProbe(int32_t bytes);
  // Stamps it with the time and sends it.
  void Send(Packet packet);
  Packet NewPacket(const Stream& stream) const;
  Nanos SenderTime(Nanos time) const;
  uint32_t Ticks(Nanos time, int64_t rate) const;

  const FlowConfig config_;
  const size_t flow_;
  EventQueue* const queue_;
  PacketSink* const out_;
  Random random_;
  LossBasedControl control_;
  Pacer pacer_;
  PaddingProber prober_;
  std::vector<Stream> streams_;
  Stream rtx_;
  Stream* first_video_ = nullptr;
  std::function<void(int64_t)> on_target_;

  Nanos clock_offset_ = 0;  // of the sender's clock, against the simulated time
  bool started_ = false;
  bool paused_ = false;
  int64_t remb_bps_ = std::numeric_limits<int64_t>::max();
  int64_t source_max_bps_ = std::numeric_limits<int64_t>::max();
  int64_t target_bps_ = 0;
  Nanos next_picture_ = kStopped;  // the event that counts; others have been overtaken
  Nanos next_audio_ = kStopped;
  Nanos next_tick_ = kStopped;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_MEDIA_SENDER_H_
