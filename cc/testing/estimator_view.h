// An estimator as the C ABI shows it, to compare.
#ifndef CC_TESTING_ESTIMATOR_VIEW_H_
#define CC_TESTING_ESTIMATOR_VIEW_H_

#include <remb/remb.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace remb::testing {

struct Destroyer {
  void operator()(remb_estimator* estimator) const { remb_destroy(estimator); }
};
using Handle = std::unique_ptr<remb_estimator, Destroyer>;

inline remb_config DefaultConfig() {
  remb_config config;
  remb_config_init(&config, sizeof config);
  return config;
}

inline remb_config ConfigOf(int32_t profile) {
  remb_config config = DefaultConfig();
  config.profile = profile;
  return config;
}

// Throws if that fails.
inline Handle Create(const remb_config& config) {
  remb_estimator* estimator = nullptr;
  const int32_t status = remb_create(&config, &estimator);
  if (status != REMB_OK) throw std::runtime_error(remb_status_string(status));
  return Handle(estimator);
}

inline remb_stats StatsOf(const remb_estimator* estimator) {
  remb_stats stats = {};
  stats.struct_size = sizeof stats;
  remb_get_stats(estimator, &stats);
  return stats;
}

inline std::vector<uint32_t> SsrcsOf(const remb_estimator* estimator) {
  uint32_t ssrcs[REMB_MAX_SSRCS];
  const int32_t count = remb_ssrcs(estimator, ssrcs, REMB_MAX_SSRCS);
  return {ssrcs, ssrcs + count};
}

// All that can be asked.
struct View {
  remb_stats stats;
  int64_t estimate_bps;
  int64_t next_poll_us;
  std::vector<uint32_t> ssrcs;

  // To the bit.
  bool operator==(const View& other) const {
    return std::memcmp(&stats, &other.stats, sizeof stats) == 0 &&
           estimate_bps == other.estimate_bps && next_poll_us == other.next_poll_us &&
           ssrcs == other.ssrcs;
  }
};

inline View ViewOf(const remb_estimator* estimator) {
  return {.stats = StatsOf(estimator),
          .estimate_bps = remb_estimate(estimator),
          .next_poll_us = remb_next_poll_us(estimator),
          .ssrcs = SsrcsOf(estimator)};
}
inline View ViewOf(const Handle& handle) { return ViewOf(handle.get()); }

// Sends what is due, as a user does. Gives the message; its bitrate is 0 if none was due.
inline remb_message SendIfDue(remb_estimator* estimator, int64_t now_us) {
  remb_message message = {};
  message.struct_size = sizeof message;
  if (remb_poll(estimator, now_us, &message) & REMB_DUE) {
    remb_sent(estimator, now_us, message.bitrate_bps);
  }
  return message;
}

}  // namespace remb::testing

#endif  // CC_TESTING_ESTIMATOR_VIEW_H_
