// A configuration out of bytes.
#ifndef CC_TESTING_PLAIN_RANDOM_CONFIG_H_
#define CC_TESTING_PLAIN_RANDOM_CONFIG_H_

#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/plain/random_calls.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {

template <typename T, size_t n>
T AnyOf(int choice, const T (&values)[n]) {
  return values[static_cast<size_t>(choice) % n];
}
template <size_t n>
int64_t TimeOf(int choice, const int64_t (&values)[n]) {
  return AnyOf(choice, values);
}

inline remb_config RandomConfig(std::span<const uint8_t, kConfigBytes> b) {
  remb_config config = testing::ConfigOf(REMB_PROFILE_LIBWEBRTC);
  config.clock = AnyOf(b[0], {REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME,
                              REMB_CLOCK_TRANSMISSION_OFFSET, REMB_CLOCK_RTP_TIMESTAMP});
  config.max_streams = AnyOf(b[1], {0, 1, 2, 10, 300});
  config.abs_send_time_id = AnyOf(b[2], {testing::kAbsSendTimeId, 0, 7});
  config.transmission_offset_id = AnyOf(b[3], {testing::kTransmissionOffsetId, 0, 7});
  config.clock_rate_hz = AnyOf(b[4], {0, 90'000, 48'000, 8'000, 1'000, 1'000'000, 12'345});
  config.count_audio = b[5] % 2;
  config.known_streams_only = AnyOf(b[5] / 2, {0, 0, 0, 1});
  config.initial_bitrate_bps =
      AnyOf<int64_t>(b[6], {0, 0, 1, 300'000, 5'000'000, REMB_MAX_BITRATE_BPS});
  config.min_bitrate_bps = AnyOf<int64_t>(b[7], {0, 0, 1, 100'000});
  config.max_bitrate_bps = AnyOf<int64_t>(b[8], {0, 0, 100'000, 2'000'000});
  config.remb_interval_us = TimeOf(b[9], {0, 10 * kMs, 200 * kMs, 60 * kSecond});
  config.remb_start_interval_us = TimeOf(b[10], {0, REMB_OFF, 10 * kMs, 2 * kSecond});
  config.remb_start_duration_us = TimeOf(b[11], {0, 10 * kMs, 60 * kSecond});
  config.remb_min_interval_us = TimeOf(b[12], {0, REMB_OFF, 10 * kMs, 2 * kSecond});
  config.remb_fall_percent = AnyOf(b[13], {0, REMB_OFF, 1, 10, 1'000});
  config.remb_rise_percent = AnyOf(b[14], {0, REMB_OFF, 1, 10, 1'000});
  return config;
}

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_RANDOM_CONFIG_H_
