#include "cc/fuzz/abi_subject.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "cc/fuzz/abi_promises.h"
#include "cc/fuzz/require.h"

namespace remb::fuzz {
namespace {

int64_t Rate(Input& input) {
  return input.OneOf<int64_t>({0, 300'000, 5'000, 4'999, 1, -1, 50'000, 2'000'000,
                               REMB_MAX_BITRATE_BPS, REMB_MAX_BITRATE_BPS + 1});
}

}  // namespace

Subject::Subject(remb_estimator* estimator, const remb_config& config)
    : handle_(estimator), config_(config), seen_(See()) {
  if (config_.max_streams == 0) config_.max_streams = 16'384;
  if (config_.min_bitrate_bps == 0) config_.min_bitrate_bps = 5'000;
  if (config_.max_bitrate_bps == 0) config_.max_bitrate_bps = std::numeric_limits<int64_t>::max();
  REQUIRE(seen_.streams.empty());
  CheckRanges();
}

void Subject::Call(uint8_t kind, Input& input) {
  using Method = void (Subject::*)(Input&);
  constexpr Method kMethods[] = {
      &Subject::Flow,         &Subject::Flow,          &Subject::Packet,        &Subject::RtpPacket,
      &Subject::Packets,      &Subject::Poll,          &Subject::Sent,          &Subject::AddStream,
      &Subject::RemoveStream, &Subject::SetMaxBitrate, &Subject::SetMinBitrate, &Subject::SetRtt,
      &Subject::LookIn,       &Subject::LookAtSsrcs,   &Subject::LookAtStream,  &Subject::Crowd};
  // A reset takes all that was reached: it has one byte alone.
  if (kind == 255) return Reset();
  (this->*kMethods[kind % std::size(kMethods)])(input);
}

uint32_t Subject::Ssrc(Input& input) {
  return input.OneOf<uint32_t>({1, 2, 3, 0, 4, 5, 6, UINT32_MAX});
}

bool Subject::Has(const std::vector<uint32_t>& ssrcs, uint32_t ssrc) {
  return std::binary_search(ssrcs.begin(), ssrcs.end(), ssrc);
}

void Subject::Reset() {
  REQUIRE(remb_reset(handle_.get()) == REMB_OK);
  packets_ = bytes_ = now_us_ = sent_us_ = 0;
  After(REMB_OK);
  REQUIRE(seen_.view.estimate_bps == 0);  // none is alive
  REQUIRE(seen_.view.stats.reports == 0);
  REQUIRE(seen_.view.stats.last_remb_us == -1);
  REQUIRE(seen_.streams.size() == added_.size());
}

void Subject::AddStream(Input& input) {
  const auto id = [&] { return input.OneOf<int32_t>({0, 3, 2, 4, REMB_ID_NONE, 255, 256, -2}); };
  Sized<remb_stream> stream(
      input, {.struct_size = 0,
              .ssrc = Ssrc(input),
              .kind = input.OneOf<int32_t>({REMB_KIND_VIDEO, REMB_KIND_AUDIO, -1, 2}),
              .clock_rate_hz = input.OneOf<int32_t>({0, 90'000, 48'000, 1'000, 1'000'000, 999}),
              .abs_send_time_id = id(),
              .transmission_offset_id = id(),
              .abs_capture_time_id = id()});
  const int32_t status = remb_add_stream(handle_.get(), stream.get());
  const remb_stream value = stream.value();
  if (!stream.IsReadable()) {
    REQUIRE(status == REMB_ERR_STRUCT_SIZE);
  } else if (!IsStream(value)) {
    REQUIRE(status == REMB_ERR_ARGUMENT);
  } else if (!added_.contains(value.ssrc) &&
             static_cast<int32_t>(added_.size()) == config_.max_streams) {
    REQUIRE(status == REMB_ERR_TOO_MANY_STREAMS);
  } else {
    REQUIRE(status == REMB_OK);
    added_[value.ssrc] = value.kind;
  }
  After(status);
}

void Subject::RemoveStream(Input& input) {
  const uint32_t ssrc = Ssrc(input);
  const bool known = Has(seen_.streams, ssrc);
  const int32_t status = remb_remove_stream(handle_.get(), ssrc);
  REQUIRE(status == REMB_OK || (status == REMB_ERR_NOT_FOUND && !known));
  added_.erase(ssrc);
  After(status);
  REQUIRE(!Has(seen_.streams, ssrc));
}

void Subject::SetRtt(Input& input) {
  const auto us = input.OneOf<int64_t>({50'000, 0, 1, -1, 60'000'000, 60'000'001});
  const int32_t status = remb_set_rtt(handle_.get(), us);
  REQUIRE(status == (IsWithin(us, 0, 60'000'000) ? REMB_OK : REMB_ERR_ARGUMENT));
  After(status);
}

void Subject::SetMaxBitrate(Input& input) {
  const int64_t bps = Rate(input);
  const int32_t status = remb_set_max_bitrate(handle_.get(), bps);
  const bool valid = IsRate(bps) && (bps == 0 || bps >= config_.min_bitrate_bps);
  REQUIRE(valid ? status == REMB_OK || status == REMB_DUE : status == REMB_ERR_ARGUMENT);
  if (valid) config_.max_bitrate_bps = bps == 0 ? std::numeric_limits<int64_t>::max() : bps;
  After(status);
}

void Subject::SetMinBitrate(Input& input) {
  const int64_t bps = Rate(input);
  const int32_t status = remb_set_min_bitrate(handle_.get(), bps);
  const int64_t min = bps == 0 ? 5'000 : bps;
  const bool valid = IsRate(bps) && min <= config_.max_bitrate_bps;
  REQUIRE(valid ? status == REMB_OK || status == REMB_DUE : status == REMB_ERR_ARGUMENT);
  if (valid) config_.min_bitrate_bps = min;
  After(status);
}

void Subject::Poll(Input& input) {
  remb_message blank = {};
  blank.sender_ssrc = 7;
  std::fill_n(blank.ssrcs, REMB_MAX_SSRCS, 0xA5A5A5A5);
  Sized<remb_message> sized(input, blank);
  const std::vector<uint8_t> before = sized.bytes();
  const int64_t us = Time(input);
  const bool without = input.Take<uint8_t>() % 8 == 7;
  const int32_t facts = remb_poll(handle_.get(), us, without ? nullptr : sized.get());
  if (!IsTime(us)) {
    REQUIRE(facts == REMB_ERR_TIME);
  } else if (!without && !sized.IsSize(sizeof(remb_message))) {
    REQUIRE(facts == REMB_ERR_STRUCT_SIZE);
  } else {
    REQUIRE(facts >= 0);
    now_us_ = std::max(now_us_, us);
  }
  After(facts);
  if (facts < 0 || !(facts & REMB_DUE) || without) REQUIRE(sized.bytes() == before);
  if (facts < 0) return;
  // Or a caller who goes by it would never sleep.
  if (!(facts & REMB_DUE)) {
    REQUIRE(seen_.view.next_poll_us > now_us_ || now_us_ == REMB_MAX_TIME_US);
  }
  if (without || !(facts & REMB_DUE)) return;
  remb_message message = sized.value();
  REQUIRE(message.struct_size == sized.struct_size());
  message.struct_size = sizeof message;
  REQUIRE(message.sender_ssrc == blank.sender_ssrc);
  REQUIRE(message.bitrate_bps > 0);
  REQUIRE(message.bitrate_bps == seen_.view.estimate_bps);
  REQUIRE(IsWithin(message.ssrc_count, 0, REMB_MAX_SSRCS));
  REQUIRE(std::vector<uint32_t>(message.ssrcs, message.ssrcs + message.ssrc_count) ==
          seen_.view.ssrcs);
  uint8_t bytes[REMB_MAX_MESSAGE_BYTES];
  REQUIRE(remb_write(&message, bytes, sizeof bytes) == 20 + 4 * message.ssrc_count);
  if (input.Take<uint8_t>() % 2) {
    REQUIRE(remb_sent(handle_.get(), us, message.bitrate_bps) == REMB_OK);
    REQUIRE(!(remb_poll(handle_.get(), us, nullptr) & REMB_DUE));
    After(REMB_OK);
  }
}

void Subject::Sent(Input& input) {
  const int64_t us = Time(input);
  const int64_t bps = Rate(input);
  const int32_t status = remb_sent(handle_.get(), us, bps);
  if (!IsTime(us)) {
    REQUIRE(status == REMB_ERR_TIME);
  } else if (bps == 0 || !IsRate(bps)) {
    REQUIRE(status == REMB_ERR_ARGUMENT);
  } else {
    REQUIRE(status == REMB_OK);
    now_us_ = std::max(now_us_, us);
  }
  After(status);
  if (status < 0) return;
  REQUIRE(seen_.view.stats.last_remb_us == now_us_);
  REQUIRE(seen_.view.stats.last_remb_bps == bps);
}

}  // namespace remb::fuzz
