// The CSV that a replay writes: reports, the inner signals per packet group, and packets.
#ifndef TOOLS_REPLAY_CSV_OUTPUTS_H_
#define TOOLS_REPLAY_CSV_OUTPUTS_H_

#include <remb/remb.h>

#include <ostream>

#include "tools/replay/csv_writer.h"
#include "tools/replay/replayer.h"

namespace remb::replay {

// One row per report. The abs-send-time estimator has one detector, whose state is given too; the
// other clocks have one per SSRC. The adaptive profile has a state but not what that is made of by
// the other one: such columns are empty.
class ReportCsv : public Listener {
 public:
  ReportCsv(std::ostream& out, int32_t clock);

  void OnReport(const remb_stats& stats) override;
  void Flush() { csv_.Flush(); }

 private:
  bool detector_;
  CsvWriter csv_;
};

// One row per completed packet group, or per train with the adaptive profile.
class SignalCsv : public Listener {
 public:
  SignalCsv(std::ostream& out, int32_t profile);

  void OnGroup(const remb_packet& packet, const remb_stats& stats) override;
  void Flush() { csv_.Flush(); }

 private:
  bool adaptive_;
  CsvWriter csv_;
};

// The packets, as a trace that can be replayed again; for packets that have no abs-capture-time.
class TraceCsv {
 public:
  // Whether there is a column for sequence numbers.
  TraceCsv(std::ostream& out, bool sequence_numbers);

  void OnPacket(const remb_packet& packet);
  void Flush() { csv_.Flush(); }

 private:
  bool sequence_numbers_;
  CsvWriter csv_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CSV_OUTPUTS_H_
