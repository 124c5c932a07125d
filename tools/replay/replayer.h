// Feeds packets to the library as their arrival times say, and tells what comes out of it.
#ifndef TOOLS_REPLAY_REPLAYER_H_
#define TOOLS_REPLAY_REPLAYER_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <remb/remb.h>

#include <cstdint>
#include <memory>

namespace remb::replay {

// What a replay tells, in the order of time.
class Listener {
 public:
  virtual ~Listener() = default;

  // The estimator made a report at stats.last_report_us.
  virtual void OnReport(const remb_stats& /*stats*/) {}
  // A packet completed a group, or with the adaptive profile a train.
  virtual void OnGroup(const remb_packet& /*packet*/, const remb_stats& /*stats*/) {}
  // A REMB was due, and counts as sent.
  virtual void OnRemb(int64_t /*time_us*/, int64_t /*bitrate_bps*/) {}
};

// One estimator with one source of send times. Updates are run exactly when they are due, so that
// each report is seen by itself.
class Replayer {
 public:
  struct Options {
    int32_t profile = REMB_PROFILE_LIBWEBRTC;
    int32_t clock = REMB_CLOCK_ABS_SEND_TIME;
    bool groups = false;  // call OnGroup; costs a copy of the stats per packet
  };

  // The listener must outlive the replayer.
  static absl::StatusOr<Replayer> Create(const Options& options, Listener* listener);

  absl::Status OnPacket(const remb_packet& packet);

  // The estimator's, as they are now.
  absl::StatusOr<remb_stats> Stats() const;

 private:
  struct Destroyer {
    void operator()(remb_estimator* estimator) const { remb_destroy(estimator); }
  };

  Replayer(remb_estimator* estimator, bool groups, Listener* listener);

  absl::Status RunUpdatesDueBy(int64_t now_us);
  absl::Status Handle(int32_t facts, int64_t now_us);
  absl::Status Report();
  absl::Status SendRemb(int64_t now_us);

  std::unique_ptr<remb_estimator, Destroyer> estimator_;
  bool groups_;
  Listener* listener_;
  int64_t reports_seen_ = 0;
  int64_t groups_seen_ = 0;
  remb_message message_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_REPLAYER_H_
