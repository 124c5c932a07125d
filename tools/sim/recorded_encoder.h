// A real encoder's frames, played back.
#ifndef TOOLS_SIM_RECORDED_ENCODER_H_
#define TOOLS_SIM_RECORDED_ENCODER_H_

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/sim/encoder.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

struct RecordedFrame {
  Nanos time;
  int64_t target_bps;  // that the encoder had been given
  int64_t bytes;
  bool key_frame;
};

using EncoderRecording = std::vector<RecordedFrame>;

// Reads a CSV file with the header `time_us,target_bps,bytes,key_frame`: times ascending, targets
// and sizes above 0, more than 21 frames. Frames at the start with target 0, not given one yet, are
// left out. Errors say where: "FILE:LINE: what".
absl::StatusOr<std::shared_ptr<const EncoderRecording>> ReadEncoderRecording(
    const std::string& path);

// RFC 8593's trace-driven model: sizes are scaled by the target over the recorded one and
// clamped to 10 bytes to 1 MB; at the end it goes on behind the first 20 frames, since an encoder's
// start is not typical. Times are the recorded ones: pictures which that encoder passed over stay
// gaps. What rates it made of its targets stays too, so the mean need not be the target.
class RecordedEncoder : public Encoder {
 public:
  // `config.frames` is set.
  explicit RecordedEncoder(const StreamConfig& config);

  void SetTarget(Nanos now, int64_t bps) override { target_.Set(now, bps); }
  Nanos NextInterval() override;
  int64_t Encode(Nanos now) override;
  void Skip(Nanos) override {}

 private:
  const std::shared_ptr<const EncoderRecording> frames_;
  const int64_t max_bps_;
  Lagging target_;
  size_t next_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RECORDED_ENCODER_H_
