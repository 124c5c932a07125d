// The C ABI: checks arguments, turns them into the core's types and keeps exceptions in.
#include "remb/remb.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <optional>

#include "cc/capi/arguments.h"
#include "cc/capi/estimator.h"
#include "cc/capi/handle.h"
#include "cc/capi/structs.h"
#include "cc/remb/remb_message.h"

namespace remb::core {
namespace {

// Of version 0.1: every remb_message has at least this, and callers of that version no more.
constexpr uint32_t kMessageSize = 1040;
static_assert(sizeof(remb_message) >= kMessageSize);

static_assert(REMB_ESTIMATE_UPDATED == Estimator::kEstimateUpdated);
static_assert(REMB_DUE == Estimator::kRembDue);
static_assert(REMB_MAX_BITRATE_BPS == Estimator::kMaxBitrate.bps());
static_assert(REMB_MAX_SSRCS == kMaxRembSsrcs);
static_assert(REMB_MAX_MESSAGE_BYTES == RembSize(kMaxRembSsrcs));

}  // namespace
}  // namespace remb::core

using namespace remb::core;  // NOLINT: everything below is extern "C"

int32_t remb_config_init(remb_config* config, uint32_t struct_size) {
  if (!config) return REMB_ERR_NULL;
  if (!IsStructSize(struct_size, sizeof(uint32_t))) return REMB_ERR_STRUCT_SIZE;
  const Estimator::Config defaults;
  const remb_config all = {
      .struct_size = sizeof(remb_config),
      .profile = REMB_PROFILE_ADAPTIVE,
      .clock = REMB_CLOCK_AUTO,
      .max_streams = defaults.bandwidth.max_streams,
      .abs_send_time_id = 0,
      .transmission_offset_id = 0,
      .clock_rate_hz = static_cast<int32_t>(defaults.bandwidth.default_stream.clock_rate_hz),
      .count_audio = 0,
      .initial_bitrate_bps = 0,
      .min_bitrate_bps = defaults.min_bitrate.bps(),
      .max_bitrate_bps = 0,
      .remb_interval_us = defaults.schedule.interval.us(),
      .abs_capture_time_id = 0,
      .known_streams_only = 0,
      .remb_start_interval_us = 0,
      .remb_start_duration_us = 0,
      .remb_min_interval_us = 0,
      .remb_fall_percent = 0,
      .remb_rise_percent = 0,
  };
  // A caller's newer struct: what this version does not know is 0, and so has its default.
  std::memset(config, 0, struct_size);
  config->struct_size = struct_size;
  CopyOut(all, config);
  return REMB_OK;
}

int32_t remb_create(const remb_config* config, remb_estimator** estimator) {
  if (!estimator) return REMB_ERR_NULL;
  remb_config copy = {};
  if (config) {
    const int32_t status = CopyIn(config, copy);
    if (status < 0) return status;
  }
  Estimator::Config core;
  const int32_t status = ToConfig(copy, core);
  if (status < 0) return status;
  try {
    *estimator = new remb_estimator(core);
  } catch (const std::bad_alloc&) {
    return REMB_ERR_NO_MEMORY;
  }
  return REMB_OK;
}

void remb_destroy(remb_estimator* estimator) { delete estimator; }

int32_t remb_reset(remb_estimator* estimator) {
  if (!estimator) return REMB_ERR_NULL;
  estimator->core.Reset();
  return REMB_OK;
}

int32_t remb_add_stream(remb_estimator* estimator, const remb_stream* stream) {
  if (!estimator) return REMB_ERR_NULL;
  remb_stream copy;
  const int32_t status = CopyIn(stream, copy);
  if (status < 0) return status;
  StreamConfig config = estimator->core.bandwidth().config().default_stream;
  const int32_t valid = ToStreamConfig(copy, config);
  if (valid != REMB_OK) return valid;
  try {
    return estimator->core.AddStream(copy.ssrc, config) ? REMB_OK : REMB_ERR_TOO_MANY_STREAMS;
  } catch (const std::bad_alloc&) {
    return REMB_ERR_NO_MEMORY;
  }
}

int32_t remb_remove_stream(remb_estimator* estimator, uint32_t ssrc) {
  if (!estimator) return REMB_ERR_NULL;
  return estimator->core.RemoveStream(ssrc) ? REMB_OK : REMB_ERR_NOT_FOUND;
}

int32_t remb_set_rtt(remb_estimator* estimator, int64_t rtt_us) {
  if (!estimator) return REMB_ERR_NULL;
  if (rtt_us < 0 || rtt_us > kMaxRttUs) return REMB_ERR_ARGUMENT;
  estimator->core.SetRtt(TimeDelta::Micros(rtt_us));
  return REMB_OK;
}

int32_t remb_set_max_bitrate(remb_estimator* estimator, int64_t bitrate_bps) {
  if (!estimator) return REMB_ERR_NULL;
  if (!IsRate(bitrate_bps)) return REMB_ERR_ARGUMENT;
  std::optional<DataRate> rate;
  if (bitrate_bps != 0) rate = DataRate::BitsPerSec(bitrate_bps);
  if (rate && *rate < estimator->core.min_bitrate()) return REMB_ERR_ARGUMENT;
  return estimator->core.SetMaxBitrate(rate) ? REMB_DUE : REMB_OK;
}

int32_t remb_set_min_bitrate(remb_estimator* estimator, int64_t bitrate_bps) {
  if (!estimator) return REMB_ERR_NULL;
  if (!IsRate(bitrate_bps)) return REMB_ERR_ARGUMENT;
  const DataRate rate =
      bitrate_bps == 0 ? AimdRateControl::kMinBitrate : DataRate::BitsPerSec(bitrate_bps);
  const std::optional<DataRate>& max_bitrate = estimator->core.max_bitrate();
  if (max_bitrate && rate > *max_bitrate) return REMB_ERR_ARGUMENT;
  return estimator->core.SetMinBitrate(rate) ? REMB_DUE : REMB_OK;
}

int32_t remb_poll(remb_estimator* estimator, int64_t now_us, remb_message* message) {
  if (!estimator) return REMB_ERR_NULL;
  if (!IsTime(now_us)) return REMB_ERR_TIME;
  if (message && !IsStructSize(message->struct_size, kMessageSize)) return REMB_ERR_STRUCT_SIZE;
  Estimator& core = estimator->core;
  const Estimator::Facts facts = core.AdvanceTo(Timestamp::Micros(now_us));
  if (message && (facts & REMB_DUE)) {
    message->bitrate_bps = core.rate()->bps();
    message->ssrc_count = core.Ssrcs(message->ssrcs);
  }
  return facts;
}

int32_t remb_sent(remb_estimator* estimator, int64_t now_us, int64_t bitrate_bps) {
  if (!estimator) return REMB_ERR_NULL;
  if (!IsTime(now_us)) return REMB_ERR_TIME;
  if (bitrate_bps < 1 || !IsRate(bitrate_bps)) return REMB_ERR_ARGUMENT;
  estimator->core.OnRembSent(Timestamp::Micros(now_us), DataRate::BitsPerSec(bitrate_bps));
  return REMB_OK;
}

int32_t remb_write(const remb_message* message, uint8_t* buffer, int32_t capacity) {
  if (!message || !buffer) return REMB_ERR_NULL;
  if (!IsStructSize(message->struct_size, kMessageSize) ||
      !HasZeroTail(message, sizeof(remb_message), message->struct_size)) {
    return REMB_ERR_STRUCT_SIZE;
  }
  if (message->ssrc_count < 0 || message->ssrc_count > REMB_MAX_SSRCS || message->bitrate_bps < 1) {
    return REMB_ERR_ARGUMENT;
  }
  const int size = RembSize(message->ssrc_count);
  if (size > capacity) return REMB_ERR_BUFFER_TOO_SMALL;
  WriteRemb({.sender_ssrc = message->sender_ssrc,
             .bitrate_bps = message->bitrate_bps,
             .ssrcs = {message->ssrcs, static_cast<size_t>(message->ssrc_count)}},
            buffer);
  return size;
}

int32_t remb_parse(const uint8_t* data, int32_t size, remb_message* message) {
  if (!data || !message) return REMB_ERR_NULL;
  if (!IsStructSize(message->struct_size, kMessageSize)) return REMB_ERR_STRUCT_SIZE;
  if (size < 0) return REMB_ERR_ARGUMENT;
  ParsedRemb remb;
  switch (ParseRemb({data, static_cast<size_t>(size)}, remb)) {
    case ParseResult::kMalformed:
      return REMB_ERR_MALFORMED;
    case ParseResult::kNoRemb:
      return REMB_ERR_NOT_FOUND;
    case ParseResult::kOk:
      break;
  }
  message->sender_ssrc = remb.sender_ssrc;
  message->bitrate_bps = remb.bitrate_bps;
  message->ssrc_count = remb.ssrc_count;
  std::copy_n(remb.ssrcs.begin(), remb.ssrc_count, message->ssrcs);
  return REMB_OK;
}
