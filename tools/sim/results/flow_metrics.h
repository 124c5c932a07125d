// The figures of one flow and of one link.
#ifndef TOOLS_SIM_RESULTS_FLOW_METRICS_H_
#define TOOLS_SIM_RESULTS_FLOW_METRICS_H_

#include <cmath>

#include "tools/sim/results/metrics.h"
#include "tools/sim/results/series.h"

namespace remb::sim {

FlowMetrics MeasureFlow(const Recording& recording, const FlowSeries& series);
LinkMetrics MeasureLink(const Recording& recording, const LinkRecording& link);

inline double ToSeconds(Nanos took) { return took == kNeverCame ? kNeverSeconds : Seconds(took); }

inline double Ratio(double part, double whole) { return whole > 0 ? part / whole : kNotApplicable; }

// Of the values that apply.
class Mean {
 public:
  void Add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  double Value() const { return count_ > 0 ? sum_ / count_ : kNotApplicable; }

 private:
  double sum_ = 0;
  int count_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RESULTS_FLOW_METRICS_H_
