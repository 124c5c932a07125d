// Collects what a replay tells and makes a page of plots of it.
#ifndef TOOLS_REPLAY_HTML_REPORT_H_
#define TOOLS_REPLAY_HTML_REPORT_H_

#include <remb/remb.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/replay/decimate.h"
#include "tools/replay/delay_meter.h"
#include "tools/replay/detector_states.h"
#include "tools/replay/replayer.h"
#include "tools/report/cc/report.h"

namespace remb::replay {

// What was replayed.
struct TraceSummary {
  std::string name;
  std::string clock;
  std::string profile;
  int64_t packets = 0;
  int64_t bytes = 0;  // payload plus padding
  int64_t first_us = 0;
  int64_t last_us = 0;  // the latest arrival
};

class HtmlReport : public Listener {
 public:
  HtmlReport(int32_t clock, int32_t profile)
      : clock_(clock),
        adaptive_(profile == REMB_PROFILE_ADAPTIVE),
        per_ssrc_(!adaptive_ && clock != REMB_CLOCK_ABS_SEND_TIME) {}

  void OnReport(const remb_stats& stats) override;
  void OnGroup(const remb_packet& packet, const remb_stats& stats) override;
  void OnRemb(int64_t time_us, int64_t bitrate_bps) override;

  report::Report Build(const TraceSummary& trace) const;

 private:
  // What one detector saw. Clocks other than abs-send-time have one detector per SSRC, with the
  // libwebrtc profile. The adaptive profile's signal is the queue.
  struct Detector {
    Track signal;
    Track threshold;
    Track delay;
    StateTrack states;
    DelayMeter delay_meter;
  };

  std::vector<report::Fact> Summary(const TraceSummary& trace) const;
  report::Chart RateChart(const TraceSummary& trace) const;
  report::Chart SignalChart(const TraceSummary& trace, const Detector& detector) const;
  static report::Chart DelayChart(const TraceSummary& trace, const Detector& detector);
  void AddDetectorCharts(const TraceSummary& trace, std::vector<report::Chart>* charts) const;

  int32_t clock_;
  bool adaptive_;
  bool per_ssrc_;
  Track incoming_;
  Track estimate_;
  Track capacity_;
  Track rembs_;
  StateTrack states_;
  WorstState worst_;
  std::map<uint32_t, Detector> detectors_;
  int64_t reports_ = 0;
  int64_t most_streams_ = 0;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_HTML_REPORT_H_
