// When a REMB is due: remb.h, remb_config and remb_poll.
#ifndef CC_TESTING_PLAIN_REMB_SCHEDULE_H_
#define CC_TESTING_PLAIN_REMB_SCHEDULE_H_

#include <remb/remb.h>

#include <cstdint>
#include <limits>

#include "cc/testing/plain/units.h"

namespace remb::plain {

struct RembSchedule {
  // The config's, defaults filled in.
  int64_t interval = kSecond;
  int64_t start_interval = REMB_OFF;
  int64_t start_duration = 3 * kSecond;
  int64_t min_interval = 100 * kMs;
  int32_t fall_percent = 3;
  int32_t rise_percent = REMB_OFF;

  int64_t first = -1;  // times of remb_sent
  int64_t last = -1;
  int64_t last_bps = 0;

  void OnClockSetBack(int64_t now) {
    first = -1;
    if (last >= 0) last = now;
  }
  void Sent(int64_t now, int64_t bps) {
    if (first < 0) first = now;
    last = now;
    last_bps = bps;
  }

  // When a REMB of this rate is due; not after that nothing changes.
  int64_t DueAt(int64_t bps, int64_t max_bps) const {
    const int64_t at_once = 0;
    if (last < 0 || max_bps < last_bps) return at_once;
    if (fall_percent != REMB_OFF && bps * (100 + fall_percent) <= last_bps * 100) return at_once;
    int64_t due = last + interval;
    if (start_interval != REMB_OFF && start_interval < interval &&
        (first < 0 || last < first + start_duration)) {
      due = last + start_interval;
    }
    if (rise_percent != REMB_OFF && bps * 100 >= last_bps * (100 + rise_percent)) {
      due = std::min(due, last + (min_interval == REMB_OFF ? 0 : min_interval));
    }
    return due;
  }
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_REMB_SCHEDULE_H_
