// Sizes and times of a video encoder's frames.
#ifndef TOOLS_SIM_ENCODER_H_
#define TOOLS_SIM_ENCODER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "tools/sim/random.h"
#include "tools/sim/scenario.h"
#include "tools/sim/time.h"

namespace remb::sim {

// Who drives it calls NextInterval, and after that time Encode or Skip.
class Encoder {
 public:
  // By the stream's source. `name`: of its random numbers.
  static std::unique_ptr<Encoder> Create(const StreamConfig& config, uint64_t seed,
                                         const std::string& name);
  virtual ~Encoder() = default;

  // Takes effect with the first frame `lag` later or after. 0: the stream is off.
  virtual void SetTarget(Nanos now, int64_t bps) = 0;
  // From one frame to the next.
  virtual Nanos NextInterval() = 0;
  // The next frame's bytes; 0: none is made of this picture.
  virtual int64_t Encode(Nanos now) = 0;
  // This picture is dropped before it is encoded, which earns the next ones nothing.
  virtual void Skip(Nanos now) = 0;
};

// A value that others see only `lag` later.
class Lagging {
 public:
  explicit Lagging(Nanos lag) : lag_(lag) {}
  void Set(Nanos now, int64_t value) { pending_.push_back({now + lag_, value}); }
  int64_t At(Nanos now);

 private:
  struct Pending {
    Nanos at;
    int64_t value;
  };
  Nanos lag_;
  int64_t value_ = 0;
  std::deque<Pending> pending_;
};

// RFC 8593's statistical model: Laplace noise of frame size and interval; after a change of the
// target by more than 10 %, where the stream is configured so, a burst: one large frame, then
// smaller ones that make up for it. As an encoder's rate control would, it pays what it is over or
// under the target back within a second, so that the mean is the target.
//
// Below the stream's least rate, frames keep the size of that rate and come more rarely: a picture
// is passed over until what was sent has been earned at the target. (RFC 8593 keeps to R_min, and
// would overload a path of less.)
class SyntheticEncoder : public Encoder {
 public:
  SyntheticEncoder(const StreamConfig& config, uint64_t seed, const std::string& name);

  void SetTarget(Nanos now, int64_t bps) override { target_.Set(now, bps); }
  Nanos NextInterval() override;
  int64_t Encode(Nanos now) override;
  void Skip(Nanos now) override { last_ = now; }

 private:
  // In bits, noise included. `over`: bits to be paid back.
  double FrameSize(double mean, double over);

  const StreamConfig config_;
  const double mean_interval_;  // ns
  Random sizes_;
  Random intervals_;
  Lagging target_;
  double bps_ = 0;      // in force; 0 until the first frame
  Nanos last_ = -1;     // picture
  double excess_ = 0;   // bits made beyond the target's
  int burst_left_ = 0;  // frames of a burst still to come
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_ENCODER_H_
