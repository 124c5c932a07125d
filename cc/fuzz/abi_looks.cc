// The calls that only look, and what must be true of what they see.
#include <algorithm>
#include <cstring>
#include <functional>

#include "cc/fuzz/abi_promises.h"
#include "cc/fuzz/abi_subject.h"
#include "cc/fuzz/require.h"

namespace remb::fuzz {
namespace {

constexpr int32_t kFacts = REMB_ESTIMATE_UPDATED | REMB_DUE;

bool IsSortedSet(const std::vector<uint32_t>& ssrcs) {
  return std::adjacent_find(ssrcs.begin(), ssrcs.end(), std::greater_equal<>()) == ssrcs.end();
}

}  // namespace

void Subject::LookIn(Input& input) {
  Sized<remb_stats> stats(input, {});
  std::vector<uint8_t> wanted = stats.bytes();
  const int32_t status = remb_get_stats(handle_.get(), stats.get());
  if (stats.IsSize(8)) {
    REQUIRE(status == REMB_OK);
    remb_stats all = seen_.view.stats;
    all.struct_size = stats.struct_size();
    std::memcpy(wanted.data(), &all, std::min(wanted.size(), sizeof all));
  } else {
    REQUIRE(status == REMB_ERR_STRUCT_SIZE);
  }
  REQUIRE(stats.bytes() == wanted);
}

void Subject::LookAtSsrcs(Input& input) {
  const int32_t capacity = input.OneOf<int32_t>({255, 0, 1, 2, 3, -1}) % 1'000;
  std::vector<uint32_t> room(static_cast<size_t>(std::max(capacity, 1)), 0xA5A5A5A5);
  const std::vector<uint32_t> before = room;
  const int32_t listed = remb_ssrcs(handle_.get(), room.data(), capacity);
  const auto& ssrcs = seen_.view.ssrcs;
  if (capacity < 0) {
    REQUIRE(listed == REMB_ERR_ARGUMENT);
  } else if (static_cast<size_t>(capacity) < ssrcs.size()) {
    REQUIRE(listed == REMB_ERR_BUFFER_TOO_SMALL);
  } else {
    REQUIRE(static_cast<size_t>(listed) == ssrcs.size());
    REQUIRE(std::equal(ssrcs.begin(), ssrcs.end(), room.begin()));
    room.assign(before.begin(), before.end());
  }
  REQUIRE(room == before);
  const int32_t known = remb_streams(handle_.get(), room.data(), capacity);
  if (capacity < 0) {
    REQUIRE(known == REMB_ERR_ARGUMENT);
    return;
  }
  REQUIRE(static_cast<size_t>(known) == seen_.streams.size());
  room.resize(static_cast<size_t>(std::min(known, capacity)));
  REQUIRE(IsSortedSet(room));
  for (uint32_t ssrc : room) REQUIRE(Has(seen_.streams, ssrc));
}

void Subject::LookAtStream(Input& input) {
  const uint32_t ssrc = Ssrc(input);
  Sized<remb_stream_stats> stats(input, {});
  const std::vector<uint8_t> before = stats.bytes();
  const int32_t status = remb_get_stream_stats(handle_.get(), ssrc, stats.get());
  if (!stats.IsSize(8)) {
    REQUIRE(status == REMB_ERR_STRUCT_SIZE);
  } else {
    REQUIRE(status == (Has(seen_.streams, ssrc) ? REMB_OK : REMB_ERR_NOT_FOUND));
  }
  if (status < 0) {
    REQUIRE(stats.bytes() == before);
    return;
  }
  const remb_stream_stats of = stats.value();
  REQUIRE(of.struct_size == stats.struct_size());
  REQUIRE(of.ssrc == ssrc);
  if (stats.struct_size() < sizeof of) return;
  REQUIRE(of.added == (added_.contains(ssrc) ? 1 : 0));
  REQUIRE(of.kind == (of.added ? added_[ssrc] : REMB_KIND_VIDEO));
  REQUIRE(IsWithin(of.alive, of.added ? 0 : 1, 1));
  REQUIRE(IsWithin(of.clock, REMB_CLOCK_NONE, REMB_CLOCK_ABS_CAPTURE_TIME));
  REQUIRE(IsWithin(of.clock_reason, REMB_REASON_UNHEARD, REMB_REASON_AUDIO));
  REQUIRE(of.stamps < 64);
  REQUIRE(IsWithin(of.state, REMB_STATE_NORMAL, REMB_STATE_OVERUSING));
  REQUIRE(IsWithin(of.last_packet_us, -1, now_us_));
  REQUIRE(IsWithin(of.packets, 0, packets_));
  REQUIRE(IsWithin(of.bytes, 0, bytes_));
}

void Subject::After(int32_t status) {
  REQUIRE(IsWithin(status, REMB_ERR_TOO_MANY_STREAMS, kFacts));
  const Seen seen = See();
  if (status < 0) REQUIRE(seen == seen_);
  seen_ = seen;
  CheckRanges();
}

Subject::Seen Subject::See() const {
  std::vector<uint32_t> streams(static_cast<size_t>(remb_streams(handle_.get(), nullptr, 0)));
  remb_streams(handle_.get(), streams.data(), static_cast<int32_t>(streams.size()));
  return {.view = testing::ViewOf(handle_), .streams = streams};
}

void Subject::CheckRanges() const {
  const auto& [view, streams] = seen_;
  const remb_stats& stats = view.stats;
  REQUIRE(view.estimate_bps == 0 ||
          IsWithin(view.estimate_bps, config_.min_bitrate_bps, config_.max_bitrate_bps));
  REQUIRE(view.next_poll_us >= 0);
  REQUIRE(view.ssrcs.size() <= REMB_MAX_SSRCS && IsSortedSet(view.ssrcs));
  REQUIRE(!Has(view.ssrcs, 0));
  for (uint32_t ssrc : view.ssrcs) REQUIRE(Has(streams, ssrc));
  REQUIRE(IsSortedSet(streams));
  for (const auto& [ssrc, kind] : added_) REQUIRE(Has(streams, ssrc));
  REQUIRE(static_cast<int64_t>(streams.size()) <= 2 * int64_t{config_.max_streams});
  if (config_.known_streams_only == 1) REQUIRE(streams.size() == added_.size());
  REQUIRE(IsWithin(stats.stream_count, static_cast<int64_t>(view.ssrcs.size()),
                   static_cast<int64_t>(streams.size())));
  REQUIRE(stats.packets == packets_);
  REQUIRE(stats.bytes == bytes_);
  REQUIRE(IsWithin(stats.state, REMB_STATE_NORMAL, REMB_STATE_OVERUSING));
  REQUIRE(IsWithin(stats.clock, REMB_CLOCK_AUTO, REMB_CLOCK_ABS_CAPTURE_TIME));
  REQUIRE(stats.profile == (config_.profile == REMB_PROFILE_LIBWEBRTC ? REMB_PROFILE_LIBWEBRTC
                                                                      : REMB_PROFILE_ADAPTIVE));
  REQUIRE(IsWithin(stats.mode, REMB_MODE_NONE, REMB_MODE_COMPETITION));
  REQUIRE(IsWithin(stats.last_report_us, -1, now_us_));
  for (int64_t value : {stats.reports, stats.estimate_bps, stats.incoming_bitrate_bps,
                        stats.link_capacity_bps, stats.last_remb_bps, stats.groups, stats.trains,
                        stats.train_capacity_bps, stats.capacity_share_bps}) {
    REQUIRE(value >= 0);
  }
  for (double value : {stats.threshold_ms, stats.noise_variance_ms2, stats.queueing_delay_ms,
                       stats.queue_threshold_ms, stats.jitter_ms, stats.train_share}) {
    REQUIRE(value >= 0);  // and a number
  }
  for (double value : {stats.send_delta_ms, stats.arrival_delta_ms, stats.size_delta_bytes,
                       stats.offset_ms, stats.modified_offset_ms}) {
    REQUIRE(value == value);
  }
  REQUIRE(stats.threshold_ms <= 600);
}

}  // namespace remb::fuzz
