#include "cc/bwe/queue_drain.h"

namespace remb::core {
namespace {

// Twice within the 20 s that the base delay is remembered.
constexpr TimeDelta kInterval = TimeDelta::Seconds(10);
constexpr double kEmpty = 0.5;  // of the threshold: the first packet of a frame found no queue
// A round trip of a second, and the delay's window.
constexpr TimeDelta kLongest = TimeDelta::Millis(1'200);
constexpr TimeDelta kMoment = TimeDelta::Millis(1'500);

}  // namespace

bool QueueDrain::Update(double queue, double threshold, Timestamp now) {
  if (!last_empty_ || queue < kEmpty * threshold) {
    last_empty_ = now;
    if (begin_) End(now, true);
    return false;
  }
  if (begin_) {
    if (now - *begin_ >= kLongest) End(now, false);
  } else if (now - *last_empty_ >= kInterval && (!last_end_ || now - *last_end_ >= kInterval)) {
    begin_ = now;
  }
  return active();
}

void QueueDrain::Ask(Timestamp now) {
  if (begin_ || (last_end_ && now - *last_end_ < kMoment)) return;
  begin_ = now;
}

bool QueueDrain::HasFailed(Timestamp now) const {
  return failed_ && last_end_ && now - *last_end_ < kMoment;
}

void QueueDrain::End(Timestamp now, bool empty) {
  begin_.reset();
  last_end_ = now;
  failed_ = !empty;
}

}  // namespace remb::core
