// Empties the queue from time to time, to see the delay without one.
#ifndef CC_BWE_QUEUE_DRAIN_H_
#define CC_BWE_QUEUE_DRAIN_H_

#include <optional>

#include "cc/bwe/adaptive_parts.h"
#include "cc/bwe/units.h"

namespace remb::core {

// A source whose rate hardly varies never empties a queue that stays below the threshold. After the
// base delay's 20 s it would be the new base, and another would stand on it. (BBR's ProbeRTT is
// there for the same reason.) Variable sources empty it by themselves and are left alone.
class QueueDrain {
 public:
  // Takes the queue that stands, and the threshold beyond which it is one. True while the rate is
  // to be held down.
  bool Update(double queue, double threshold, Timestamp now);
  // Drains now, if that was not tried just before.
  void Ask(Timestamp now);
  // The base is another: what is there now is no queue.
  void OnNewBase(Timestamp now) { last_empty_ = now; }
  void Stop() { begin_.reset(); }
  // The delay's base is another clock's.
  void Restart() { *this = {}; }
  bool active() const { return With(AdaptivePart::kDrain) && begin_.has_value(); }
  // Whether the last drain, which ended a moment ago, changed nothing.
  bool HasFailed(Timestamp now) const;

  // Of the rate, while it is held down.
  static constexpr double kFactor = 0.8;

 private:
  void End(Timestamp now, bool empty);

  std::optional<Timestamp> last_empty_;
  std::optional<Timestamp> begin_;
  std::optional<Timestamp> last_end_;
  bool failed_ = false;
};

}  // namespace remb::core

#endif  // CC_BWE_QUEUE_DRAIN_H_
