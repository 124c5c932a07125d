// The part of the ABI that only looks: nothing here changes an estimator.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "cc/capi/handle.h"
#include "cc/capi/structs.h"
#include "remb/remb.h"

using namespace remb::core;  // NOLINT: everything below is extern "C"

static_assert(static_cast<int>(AdaptiveSignals::Mode::kStart) == REMB_MODE_START);
static_assert(static_cast<int>(AdaptiveSignals::Mode::kGrowth) == REMB_MODE_GROWTH);
static_assert(static_cast<int>(AdaptiveSignals::Mode::kHold) == REMB_MODE_HOLD);
static_assert(static_cast<int>(AdaptiveSignals::Mode::kBackOff) == REMB_MODE_BACK_OFF);
static_assert(static_cast<int>(AdaptiveSignals::Mode::kCompetition) == REMB_MODE_COMPETITION);

int64_t remb_next_poll_us(const remb_estimator* estimator) {
  if (!estimator) return REMB_ERR_NULL;
  const std::optional<Timestamp> next = estimator->core.NextPoll();
  return next ? next->us() : INT64_MAX;
}

int64_t remb_estimate(const remb_estimator* estimator) {
  if (!estimator) return REMB_ERR_NULL;
  const std::optional<DataRate> rate = estimator->core.rate();
  return rate ? rate->bps() : 0;
}

int32_t remb_ssrcs(const remb_estimator* estimator, uint32_t* ssrcs, int32_t capacity) {
  if (!estimator || !ssrcs) return REMB_ERR_NULL;
  if (capacity < 0) return REMB_ERR_ARGUMENT;
  std::array<uint32_t, REMB_MAX_SSRCS> all;
  const int count = estimator->core.Ssrcs(all);
  if (count > capacity) return REMB_ERR_BUFFER_TOO_SMALL;
  std::copy_n(all.begin(), count, ssrcs);
  return count;
}

int32_t remb_get_stats(const remb_estimator* estimator, remb_stats* stats) {
  if (!estimator || !stats) return REMB_ERR_NULL;
  if (!IsStructSize(stats->struct_size, 2 * sizeof(uint32_t))) return REMB_ERR_STRUCT_SIZE;
  const Estimator& core = estimator->core;
  const BandwidthEstimator& bandwidth = core.bandwidth();
  const DelaySignals signals = bandwidth.signals();
  const std::optional<AdaptiveSignals> adaptive = bandwidth.adaptive_signals();
  const auto signal = [&](double AdaptiveSignals::*member) {
    return adaptive ? (*adaptive).*member : 0;
  };
  const auto& last_sent = core.scheduler().last_sent();
  const auto bps = [](std::optional<DataRate> rate) { return rate ? rate->bps() : 0; };
  const remb_stats all = {
      .struct_size = sizeof(remb_stats),
      .state = static_cast<int32_t>(bandwidth.state()),
      .clock = static_cast<int32_t>(bandwidth.clock_in_use()),
      .profile = static_cast<int32_t>(core.bandwidth().config().profile),
      .stream_count = core.streams().CountAliveAt(core.now()),
      .reserved = 0,
      .packets = core.packets(),
      .bytes = core.bytes().bytes(),
      .reports = bandwidth.reports(),
      .last_report_us = bandwidth.last_report() ? bandwidth.last_report()->us() : -1,
      .estimate_bps = bps(bandwidth.estimate()),
      .incoming_bitrate_bps = bps(bandwidth.incoming_bitrate()),
      .link_capacity_bps = bps(bandwidth.link_capacity()),
      .last_remb_us = last_sent ? last_sent->time.us() : -1,
      .last_remb_bps = last_sent ? last_sent->rate.bps() : 0,
      .groups = signals.groups,
      .send_delta_ms = signals.send_delta_ms,
      .arrival_delta_ms = signals.arrival_delta_ms,
      .size_delta_bytes = signals.size_delta_bytes,
      .offset_ms = signals.offset_ms,
      .modified_offset_ms = signals.modified_offset_ms,
      .threshold_ms = signals.threshold_ms,
      .noise_variance_ms2 = signals.noise_variance_ms2,
      .mode = adaptive ? static_cast<int32_t>(adaptive->mode) : REMB_MODE_NONE,
      .reserved2 = 0,
      .trains = adaptive ? adaptive->trains : 0,
      .queueing_delay_ms = signal(&AdaptiveSignals::queue_ms),
      .queue_threshold_ms = signal(&AdaptiveSignals::threshold_ms),
      .jitter_ms = signal(&AdaptiveSignals::jitter_ms),
      .train_capacity_bps = std::llround(signal(&AdaptiveSignals::train_capacity_bps)),
      .capacity_share_bps = std::llround(signal(&AdaptiveSignals::capacity_share_bps)),
      .train_share = signal(&AdaptiveSignals::train_share),
  };
  CopyOut(all, stats);
  return REMB_OK;
}

int32_t remb_streams(const remb_estimator* estimator, uint32_t* ssrcs, int32_t capacity) {
  if (!estimator || (!ssrcs && capacity != 0)) return REMB_ERR_NULL;
  if (capacity < 0) return REMB_ERR_ARGUMENT;
  const Estimator& core = estimator->core;
  int32_t count = 0;
  core.streams().ForEach(core.now(), [&](const Stream& stream) {
    if (count < capacity) ssrcs[count] = stream.ssrc;
    ++count;
  });
  std::sort(ssrcs, ssrcs + std::min(count, capacity));
  return count;
}

int32_t remb_get_stream_stats(const remb_estimator* estimator, uint32_t ssrc,
                              remb_stream_stats* stats) {
  if (!estimator || !stats) return REMB_ERR_NULL;
  if (!IsStructSize(stats->struct_size, 2 * sizeof(uint32_t))) return REMB_ERR_STRUCT_SIZE;
  const Estimator& core = estimator->core;
  const Stream* stream = core.streams().Find(ssrc);
  if (!stream || !(stream->added || core.IsAlive(*stream))) return REMB_ERR_NOT_FOUND;
  const BandwidthEstimator::Source source = core.SourceOf(*stream);
  const remb_stream_stats all = {
      .struct_size = sizeof(remb_stream_stats),
      .ssrc = ssrc,
      .kind = stream->config.audio ? REMB_KIND_AUDIO : REMB_KIND_VIDEO,
      .added = stream->added,
      .alive = core.IsAlive(*stream),
      .clock = static_cast<int32_t>(source.clock),
      .clock_reason = static_cast<int32_t>(source.reason),
      .stamps = stream->stamps,
      .state = static_cast<int32_t>(core.StateOf(*stream)),
      .reserved = 0,
      .last_packet_us = stream->last_packet.us(),
      .packets = stream->packets,
      .bytes = stream->bytes.bytes(),
  };
  CopyOut(all, stats);
  return REMB_OK;
}
