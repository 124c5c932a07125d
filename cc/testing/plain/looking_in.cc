// What there is to ask of the plain estimator: remb.h, "REMB" and "Looking in".
#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "cc/testing/plain/estimator.h"

namespace remb::plain {

int64_t Estimator::NextPollUs() const {
  int64_t next = std::numeric_limits<int64_t>::max();
  if (!by_abs_send_time_ && streams_.AnyHeard()) {
    next = single_stream_.next_periodic().value_or(next);
  }
  const int64_t bps = Estimate();
  if (bps == 0) return next;
  const int64_t due = DueAt(bps);
  if (due <= now_) return now_;
  // Streams that fall silent before then get no REMB.
  return streams_.AnyAliveAt(due) ? std::min(next, due) : next;
}

int64_t Estimator::Estimate() const {
  if (!rate().valid() || !streams_.AnyAliveAt(now_)) return 0;
  return std::min(std::max(rate().bps(), min_bps_), max_bps_);
}

const RateControl& Estimator::rate() const {
  return by_abs_send_time_ ? abs_send_time_.rate : single_stream_.rate;
}

std::vector<uint32_t> Estimator::Ssrcs() const {
  std::vector<std::pair<int64_t, uint32_t>> alive;  // the newest first
  for (const auto& [ssrc, stream] : streams_) {
    if (ssrc != 0 && stream.AliveAt(now_)) alive.emplace_back(-stream.order, ssrc);
  }
  std::sort(alive.begin(), alive.end());
  if (alive.size() > REMB_MAX_SSRCS) alive.resize(REMB_MAX_SSRCS);
  std::vector<uint32_t> ssrcs;
  for (const auto& [order, ssrc] : alive) ssrcs.push_back(ssrc);
  std::sort(ssrcs.begin(), ssrcs.end());
  return ssrcs;
}

remb_stats Estimator::Stats() const {
  remb_stats stats = {};
  stats.struct_size = sizeof stats;
  stats.state = by_abs_send_time_ ? abs_send_time_.line.state() : single_stream_.state;
  stats.clock = config_.clock;
  if (config_.clock == REMB_CLOCK_AUTO) {
    stats.clock = by_abs_send_time_ ? REMB_CLOCK_ABS_SEND_TIME : REMB_CLOCK_TRANSMISSION_OFFSET;
  }
  stats.profile = REMB_PROFILE_LIBWEBRTC;
  stats.stream_count = static_cast<int32_t>(std::count_if(
      streams_.begin(), streams_.end(), [this](const auto& s) { return s.second.AliveAt(now_); }));
  stats.packets = packets_;
  stats.bytes = bytes_;
  stats.reports = reports_;
  stats.last_report_us = last_report_;
  stats.estimate_bps = rate().valid() ? rate().bps() : 0;
  stats.incoming_bitrate_bps = incoming_bps_;
  stats.link_capacity_bps = rate().capacity().Bps().value_or(0);
  stats.last_remb_us = schedule_.last;
  stats.last_remb_bps = schedule_.last_bps;
  const GroupSignals newest =
      by_abs_send_time_ ? abs_send_time_.line.signals() : single_stream_.signals;
  stats.groups = newest.groups;
  stats.send_delta_ms = newest.deltas.send_ms;
  stats.arrival_delta_ms = static_cast<double>(newest.deltas.arrival_ms);
  stats.size_delta_bytes = static_cast<double>(newest.deltas.bytes);
  stats.offset_ms = newest.offset_ms;
  stats.modified_offset_ms = newest.modified_offset_ms;
  stats.threshold_ms = newest.threshold_ms;
  stats.noise_variance_ms2 = newest.noise_variance_ms2;
  return stats;
}

std::vector<uint32_t> Estimator::Streams() const {
  std::vector<uint32_t> ssrcs;
  for (const auto& [ssrc, stream] : streams_) {
    if (stream.added || stream.AliveAt(now_)) ssrcs.push_back(ssrc);
  }
  return ssrcs;
}

std::optional<remb_stream_stats> Estimator::StreamStats(uint32_t ssrc) const {
  const auto known = streams_.find(ssrc);
  if (known == streams_.end()) return std::nullopt;
  const Stream& stream = known->second;
  if (!stream.added && !stream.AliveAt(now_)) return std::nullopt;
  remb_stream_stats stats = {};
  stats.struct_size = sizeof stats;
  stats.ssrc = ssrc;
  stats.kind = stream.added ? stream.added->kind : REMB_KIND_VIDEO;
  stats.added = stream.added.has_value();
  stats.alive = stream.AliveAt(now_);
  std::tie(stats.clock, stats.clock_reason) = SourceOf(stream);
  stats.stamps = stream.stamps;
  if (stats.clock == REMB_CLOCK_ABS_SEND_TIME) {
    stats.state = abs_send_time_.line.state();
  } else if (stats.clock != REMB_CLOCK_NONE && stream.line) {
    stats.state = stream.line->state();
  }
  stats.last_packet_us = stream.last_seen;
  stats.packets = stream.packets;
  stats.bytes = stream.bytes;
  return stats;
}

std::pair<int32_t, int32_t> Estimator::SourceOf(const Stream& stream) const {
  if (LeftOut(stream)) return {REMB_CLOCK_NONE, REMB_REASON_AUDIO};
  if (stream.last_seen < 0) return {REMB_CLOCK_NONE, REMB_REASON_UNHEARD};
  const uint32_t needed = by_abs_send_time_ ? REMB_STAMP_ABS_SEND_TIME : REMB_STAMP_RTP_TIMESTAMP;
  if (!(stream.stamps & needed)) return {REMB_CLOCK_NONE, REMB_REASON_NO_STAMP};
  const bool automatic = config_.clock == REMB_CLOCK_AUTO;
  if (by_abs_send_time_) {
    return {REMB_CLOCK_ABS_SEND_TIME, automatic ? REMB_REASON_CARRIED : REMB_REASON_CONFIG};
  }
  const bool offset =
      config_.clock != REMB_CLOCK_RTP_TIMESTAMP && (stream.stamps & REMB_STAMP_TRANSMISSION_OFFSET);
  return {offset ? REMB_CLOCK_TRANSMISSION_OFFSET : REMB_CLOCK_RTP_TIMESTAMP,
          automatic ? REMB_REASON_NO_ABS_SEND_TIME : REMB_REASON_CONFIG};
}

}  // namespace remb::plain
