#include "tools/replay/replayer.h"

#include <absl/strings/str_cat.h>

namespace remb::replay {
namespace {

// The library's own check of what this tool gives it; none of these is the user's fault.
absl::Status Failed(const char* function, int64_t status) {
  return absl::InternalError(
      absl::StrCat(function, ": ", remb_status_string(static_cast<int32_t>(status))));
}

}  // namespace

Replayer::Replayer(remb_estimator* estimator, bool groups, Listener* listener)
    : estimator_(estimator), groups_(groups), listener_(listener), message_{} {
  message_.struct_size = sizeof message_;
}

absl::StatusOr<Replayer> Replayer::Create(const Options& options, Listener* listener) {
  remb_config config;
  remb_config_init(&config, sizeof config);
  config.profile = options.profile;
  config.clock = options.clock;
  config.max_streams = 1'000'000;
  remb_estimator* estimator = nullptr;
  if (int32_t status = remb_create(&config, &estimator); status < 0) {
    return Failed("remb_create", status);
  }
  return Replayer(estimator, options.groups, listener);
}

absl::Status Replayer::OnPacket(const remb_packet& packet) {
  if (absl::Status status = RunUpdatesDueBy(packet.arrival_us); !status.ok()) return status;
  int32_t facts = remb_on_packet(estimator_.get(), &packet);
  if (facts < 0) return Failed("remb_on_packet", facts);
  if (facts != 0) {
    if (absl::Status status = Handle(facts, packet.arrival_us); !status.ok()) return status;
  }
  if (groups_) {
    absl::StatusOr<remb_stats> stats = Stats();
    if (!stats.ok()) return stats.status();
    // Fewer than before: the clock was set back, and counting begins anew.
    const int64_t groups = stats->groups + stats->trains;  // of which a profile has one
    if (groups != groups_seen_ && groups > 0) listener_->OnGroup(packet, *stats);
    groups_seen_ = groups;
  }
  return absl::OkStatus();
}

absl::Status Replayer::RunUpdatesDueBy(int64_t now_us) {
  int64_t previous = -1;
  for (;;) {
    int64_t due = remb_next_poll_us(estimator_.get());
    if (due < 0) return Failed("remb_next_poll_us", due);
    if (due > now_us) return absl::OkStatus();
    int32_t facts = remb_poll(estimator_.get(), due, nullptr);
    if (facts < 0) return Failed("remb_poll", facts);
    // Nothing to do twice at one time would go on for ever.
    if (facts == 0 && due == previous) {
      return absl::InternalError(absl::StrCat("remb_next_poll_us does not get beyond ", due));
    }
    if (absl::Status status = Handle(facts, due); !status.ok()) return status;
    previous = due;
  }
}

absl::Status Replayer::Handle(int32_t facts, int64_t now_us) {
  if (facts & REMB_ESTIMATE_UPDATED) {
    if (absl::Status status = Report(); !status.ok()) return status;
  }
  if (facts & REMB_DUE) return SendRemb(now_us);
  return absl::OkStatus();
}

absl::Status Replayer::Report() {
  absl::StatusOr<remb_stats> stats = Stats();
  if (!stats.ok()) return stats.status();
  if (stats->reports == 1) reports_seen_ = 0;  // maybe begun anew, as with groups
  if (stats->reports != reports_seen_ + 1) {
    return absl::InternalError(absl::StrCat(stats->reports - reports_seen_,
                                            " reports in one call, the last at ",
                                            stats->last_report_us, " us"));
  }
  reports_seen_ = stats->reports;
  listener_->OnReport(*stats);
  return absl::OkStatus();
}

absl::Status Replayer::SendRemb(int64_t now_us) {
  int32_t facts = remb_poll(estimator_.get(), now_us, &message_);
  if (facts < 0) return Failed("remb_poll", facts);
  if (facts & REMB_ESTIMATE_UPDATED) {
    if (absl::Status status = Report(); !status.ok()) return status;
  }
  if (!(facts & REMB_DUE)) return absl::OkStatus();
  listener_->OnRemb(now_us, message_.bitrate_bps);
  if (int32_t status = remb_sent(estimator_.get(), now_us, message_.bitrate_bps); status < 0) {
    return Failed("remb_sent", status);
  }
  return absl::OkStatus();
}

absl::StatusOr<remb_stats> Replayer::Stats() const {
  remb_stats stats = {};
  stats.struct_size = sizeof stats;
  if (int32_t status = remb_get_stats(estimator_.get(), &stats); status < 0) {
    return Failed("remb_get_stats", status);
  }
  return stats;
}

}  // namespace remb::replay
