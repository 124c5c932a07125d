// A line of RTP timestamps for each stream: docs/algorithm.md, "Reports", without abs-send-time.
#ifndef CC_TESTING_PLAIN_SINGLE_STREAM_ESTIMATOR_H_
#define CC_TESTING_PLAIN_SINGLE_STREAM_ESTIMATOR_H_

#include <remb/remb.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "cc/testing/plain/bitrate_window.h"
#include "cc/testing/plain/rate_control.h"
#include "cc/testing/plain/send_line.h"
#include "cc/testing/plain/streams.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {

class SingleStreamEstimator {
 public:
  RateControl rate;
  BitrateWindow bitrate;
  GroupSignals signals;               // of the newest pair of groups of any stream
  int32_t state = REMB_STATE_NORMAL;  // of the stream heard last

  // `stream`: the packet's, or nullptr if there was no place for it. `timestamp`: none if the
  // packet has no RTP timestamp. Both count in the bitrate alone. True: it made a report.
  bool OnPacket(int64_t now, Stream* stream, int32_t clock_rate_hz,
                std::optional<uint32_t> timestamp, int64_t bytes, Streams& streams) {
    if (!due_) {
      last_periodic_ = now;
      due_ = now + Interval();
    }
    bitrate.Add(now, bytes);
    if (!stream || !timestamp) return false;
    if (!stream->line) {
      const auto ticks_in_5_ms = static_cast<uint32_t>(clock_rate_hz / 200);
      stream->line = SendLine(ticks_in_5_ms, 1000.0 / clock_rate_hz);
    }
    const int32_t before = stream->line->state();
    if (const auto newest = stream->line->Add(*timestamp, now, bytes)) {
      const int64_t groups = signals.groups + 1;
      signals = *newest;
      signals.groups = groups;
    }
    state = stream->line->state();
    if (state != REMB_STATE_OVERUSING) return false;
    const std::optional<int64_t> throughput = bitrate.Rate(now);
    if (!throughput) return false;
    if (before == REMB_STATE_OVERUSING && !rate.MayReduceAgain(*throughput, now)) return false;
    return Update(now, streams);
  }

  std::optional<int64_t> next_periodic() const { return due_; }

  // Makes the periodic updates due by `now`, at their times. Calls `report` with each time at which
  // there was a report.
  template <typename Report>
  void RunUntil(int64_t now, Streams& streams, Report report) {
    while (due_ && *due_ <= now) {
      // An update made at once may have changed the interval.
      const int64_t sum = last_periodic_ + Interval();
      if (Ms(*due_) < Ms(sum)) {
        due_ = sum;
        continue;
      }
      last_periodic_ = *due_;
      if (Update(*due_, streams)) report(*due_);
      due_ = last_periodic_ + Interval();
      if (!streams.AnyHeard() && *due_ <= now) {
        // Those until `now` do nothing.
        last_periodic_ += (now - last_periodic_) / Interval() * Interval();
        due_ = last_periodic_ + Interval();
      }
    }
  }

 private:
  int64_t Interval() const { return reported_ ? rate.FeedbackInterval() : 500 * kMs; }

  bool Update(int64_t now, Streams& streams) {
    streams.DropIdle(now);
    if (!streams.AnyHeard()) return false;
    int32_t worst = REMB_STATE_NORMAL;
    for (const auto& [ssrc, stream] : streams) {
      if (stream.line) worst = std::max(worst, stream.line->state());
    }
    rate.Update(worst, bitrate.Rate(now), now);
    if (rate.valid()) reported_ = true;
    return rate.valid();
  }

  int64_t last_periodic_ = 0;
  std::optional<int64_t> due_;
  bool reported_ = false;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_SINGLE_STREAM_ESTIMATOR_H_
