// Bytes as calls of the C ABI, in any order, with any values and times, on up to three estimators
// at a time. What remb.h promises of them must be so.

#include <remb/remb.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "cc/fuzz/abi_promises.h"
#include "cc/fuzz/abi_subject.h"
#include "cc/fuzz/input.h"
#include "cc/fuzz/require.h"

namespace {

using namespace remb::fuzz;

remb_config AnyConfig(Input& input) {
  const auto id = [&] { return input.OneOf<int32_t>({3, 2, 4, 0, REMB_ID_NONE, 255, 256, -2}); };
  const auto interval = [&] {
    return input.OneOf<int64_t>({0, 10'000, 1'000'000, 60'000'000, REMB_OFF, 9'999, 60'000'001});
  };
  const auto rate = [&] {
    return input.OneOf<int64_t>({0, 1, 5'000, 300'000, REMB_MAX_BITRATE_BPS, -1});
  };
  const auto percent = [&] { return input.OneOf<int32_t>({0, 1, 1'000, REMB_OFF, 1'001}); };
  remb_config config = {};
  config.profile = input.OneOf<int32_t>({1, 2, 0, 3, -1});
  config.clock = input.OneOf<int32_t>({0, 1, 2, 3, 4, -1, 5});
  // Most configs have the rest by default, or few would be valid.
  const auto parts = input.Take<uint8_t>();
  if (parts & 1) config.max_streams = input.OneOf<int32_t>({1, 2, 300, 1'000'000, -1});
  if (parts & 2) {
    config.abs_send_time_id = id();
    config.transmission_offset_id = id();
    config.abs_capture_time_id = id();
  }
  if (parts & 4) config.clock_rate_hz = input.OneOf<int32_t>({90'000, 1'000, 1'000'000, 999});
  if (parts & 8) config.count_audio = input.OneOf<int32_t>({1, 0, 2});
  if (parts & 16) config.initial_bitrate_bps = rate();
  if (parts & 32) {
    config.min_bitrate_bps = rate();
    config.max_bitrate_bps = rate();
  }
  if (parts & 64) {
    config.remb_interval_us = interval();
    config.remb_start_interval_us = interval();
    config.remb_start_duration_us = interval();
    config.remb_min_interval_us = interval();
    config.remb_fall_percent = percent();
    config.remb_rise_percent = percent();
  }
  if (parts & 128) config.known_streams_only = input.OneOf<int32_t>({0, 2, 1});
  return config;
}

std::optional<Subject> Create(Input& input) {
  Sized<remb_config> config(input, AnyConfig(input));
  remb_estimator* estimator = nullptr;
  const int32_t status = remb_create(config.get(), &estimator);
  const remb_config value = config.value();
  REQUIRE(status == (!config.IsReadable() ? REMB_ERR_STRUCT_SIZE
                     : !IsConfig(value)   ? REMB_ERR_ARGUMENT
                                          : REMB_OK));
  REQUIRE((estimator != nullptr) == (status == REMB_OK));
  if (!estimator) return std::nullopt;
  return std::optional<Subject>(std::in_place, estimator, value);
}

void InitConfig(Input& input) {
  Sized<remb_config> config(input, {});
  const uint32_t size = config.struct_size();
  const std::vector<uint8_t> before = config.bytes();
  const int32_t status = remb_config_init(config.get(), size);
  if (!config.IsSize(4)) {
    REQUIRE(status == REMB_ERR_STRUCT_SIZE);
    REQUIRE(config.bytes() == before);
    return;
  }
  REQUIRE(status == REMB_OK);
  REQUIRE(config.value().struct_size == size);
  remb_estimator* estimator = nullptr;
  REQUIRE(remb_create(config.get(), &estimator) == REMB_OK);
  remb_destroy(estimator);
}

// Writes a message of any kind into a place of any size.
void Write(Input& input) {
  remb_message any = {};
  any.bitrate_bps = input.OneOf<int64_t>({300'000, 1, 0, -1, INT64_MAX});
  any.ssrc_count = input.OneOf<int32_t>({0, 1, 255, 256, -1});
  Sized<remb_message> message(input, any);
  const int32_t capacity = input.OneOf<int32_t>({1'040, 24, 20, 19, 0, -1}) % 2'000;
  std::vector<uint8_t> room(static_cast<size_t>(std::max(capacity, 1)), 0xA5);
  const std::vector<uint8_t> before = room;
  const int32_t size = remb_write(message.get(), room.data(), capacity);
  if (!message.IsReadable() || message.struct_size() < sizeof any) {
    REQUIRE(size == REMB_ERR_STRUCT_SIZE);
  } else if (any.bitrate_bps < 1 || !IsWithin(any.ssrc_count, 0, REMB_MAX_SSRCS)) {
    REQUIRE(size == REMB_ERR_ARGUMENT);
  } else if (capacity < 20 + 4 * any.ssrc_count) {
    REQUIRE(size == REMB_ERR_BUFFER_TOO_SMALL);
  } else {
    REQUIRE(size == 20 + 4 * any.ssrc_count);
  }
  const size_t written = static_cast<size_t>(std::max(size, 0));
  REQUIRE(std::equal(room.begin() + static_cast<ptrdiff_t>(written), room.end(),
                     before.begin() + static_cast<ptrdiff_t>(written)));
}

// Each pointer that must not be NULL is.
void PassNull(remb_estimator* estimator) {
  REQUIRE(remb_config_init(nullptr, sizeof(remb_config)) == REMB_ERR_NULL);
  REQUIRE(remb_create(nullptr, nullptr) == REMB_ERR_NULL);
  remb_destroy(nullptr);
  REQUIRE(remb_reset(nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_add_stream(estimator, nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_remove_stream(nullptr, 1) == REMB_ERR_NULL);
  REQUIRE(remb_on_rtp_packet(estimator, 0, nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_on_packet(estimator, nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_on_packets(estimator, nullptr, 1) == REMB_ERR_NULL);
  REQUIRE(remb_set_rtt(nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_set_max_bitrate(nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_set_min_bitrate(nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_poll(nullptr, 0, nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_sent(nullptr, 0, 1) == REMB_ERR_NULL);
  REQUIRE(remb_next_poll_us(nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_estimate(nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_ssrcs(estimator, nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_get_stats(estimator, nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_streams(estimator, nullptr, 1) == REMB_ERR_NULL);
  REQUIRE(remb_get_stream_stats(estimator, 1, nullptr) == REMB_ERR_NULL);
  REQUIRE(remb_write(nullptr, nullptr, 0) == REMB_ERR_NULL);
  REQUIRE(remb_parse(nullptr, 0, nullptr) == REMB_ERR_NULL);
}

void CallWithoutEstimator(Input& input) {
  switch (input.Take<uint8_t>() % 4) {
    case 0:
      return InitConfig(input);
    case 1:
      return Write(input);
    case 2: {
      remb_estimator* estimator = nullptr;
      REQUIRE(remb_create(nullptr, &estimator) == REMB_OK);
      PassNull(estimator);
      PassNull(nullptr);
      return remb_destroy(estimator);
    }
    default:
      REQUIRE(std::strlen(remb_status_string(input.Take<int32_t>())) > 0);
      REQUIRE(std::strlen(remb_reason_string(input.Take<int32_t>())) > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input({data, size});
  std::optional<Subject> subjects[3];
  subjects[0] = Create(input);
  while (!input.ended()) {
    // The high bits choose the estimator, mostly the first, so that it gets far.
    const auto which = input.Take<uint8_t>();
    std::optional<Subject>& subject = subjects[which < 192 ? 0 : which < 224 ? 1 : 2];
    const auto kind = input.Take<uint8_t>();
    if (which % 16 == 15) {
      CallWithoutEstimator(input);
    } else if (which % 16 == 14 || !subject) {
      subject = Create(input);  // destroys the one before
    } else {
      subject->Call(kind, input);
    }
  }
  return 0;
}
