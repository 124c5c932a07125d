// Groups, filter and detector over one line of send times.
#ifndef CC_TESTING_PLAIN_SEND_LINE_H_
#define CC_TESTING_PLAIN_SEND_LINE_H_

#include <cstdint>
#include <optional>

#include "cc/testing/plain/delay_filter.h"
#include "cc/testing/plain/overuse_detector.h"
#include "cc/testing/plain/packet_groups.h"

namespace remb::plain {

// What remb_stats says of it.
struct GroupSignals {
  int64_t groups = 0;
  Deltas deltas = {};
  double offset_ms = 0;
  double modified_offset_ms = 0;
  double threshold_ms = 0;
  double noise_variance_ms2 = 0;
};

class SendLine {
 public:
  SendLine(uint32_t ticks_in_5_ms, double ms_per_tick)
      : ticks_in_5_ms_(ticks_in_5_ms), ms_per_tick_(ms_per_tick), groups_(NewGroups()) {}

  // Gives the signals if the packet completed a pair of groups.
  std::optional<GroupSignals> Add(uint32_t send_ticks, int64_t now, int64_t bytes) {
    const std::optional<Deltas> deltas = groups_.Add(send_ticks, now, bytes);
    if (!deltas) return std::nullopt;
    filter_.Update(*deltas, detector_.state);
    detector_.Detect(filter_.offset, deltas->send_ms, filter_.deltas, now);
    newest_ = *deltas;
    ++count_;
    return signals();
  }
  // All streams were silent: groups and filter begin anew; the detector stays as it is.
  void Restart() {
    groups_ = NewGroups();
    filter_ = DelayFilter();
  }

  int32_t state() const { return detector_.state; }
  GroupSignals signals() const {
    return {.groups = count_,
            .deltas = newest_,
            .offset_ms = filter_.offset,
            .modified_offset_ms = detector_.modified_offset,
            .threshold_ms = detector_.threshold_ms,
            .noise_variance_ms2 = filter_.noise_variance};
  }

 private:
  PacketGroups NewGroups() const { return {ticks_in_5_ms_, ms_per_tick_}; }

  uint32_t ticks_in_5_ms_;
  double ms_per_tick_;
  PacketGroups groups_;
  DelayFilter filter_;
  OveruseDetector detector_;
  Deltas newest_ = {};
  int64_t count_ = 0;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_SEND_LINE_H_
