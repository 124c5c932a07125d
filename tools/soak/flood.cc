#include "tools/soak/flood.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <optional>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/test_malloc.h"
#include "tools/soak/call.h"
#include "tools/soak/spoofer.h"

namespace remb::soak {
namespace {

constexpr uint32_t kCallSsrc = 0xCA11;
constexpr uint32_t kNewcomerSsrc = 0xCA13;
constexpr int64_t kTimeoutUs = 2'000'000;  // remb.h: a stream is dead after that
constexpr int64_t kStepUs = 1'000;         // spoofed packets come in batches of that length

int64_t CpuNs() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * INT64_C(1'000'000'000) + time.tv_nsec;
}

// A receiver, its call and its spoofer.
class FloodedCall {
 public:
  FloodedCall(const Flood* flood, const FloodOptions& options) : options_(options) {
    if (flood) spoofer_.emplace(*flood);
    remb_config config = testing::ConfigOf(options.profile);
    config.abs_send_time_id = testing::kAbsSendTimeId;
    config.transmission_offset_id = testing::kTransmissionOffsetId;
    config.abs_capture_time_id = testing::kAbsCaptureTimeId;
    config.known_streams_only = options.known_streams_only;
    const int64_t bytes_without = testing::LiveBytes();
    estimator_ = testing::Create(config);
    bytes_ = testing::LiveBytes() - bytes_without;
    if (options.known_streams_only) {
      for (const uint32_t ssrc : {kCallSsrc, kNewcomerSsrc}) {
        const remb_stream stream = {.struct_size = sizeof stream,
                                    .ssrc = ssrc,
                                    .kind = REMB_KIND_VIDEO,
                                    .clock_rate_hz = 0,
                                    .abs_send_time_id = 0,
                                    .transmission_offset_id = 0,
                                    .abs_capture_time_id = 0};
        remb_add_stream(estimator_.get(), &stream);
      }
    }
  }

  FloodResult Run() {
    const int64_t flood_begin = options_.warm_up_us;
    const int64_t flood_end = flood_begin + options_.flood_us;
    const int64_t end = flood_end + options_.after_us;
    const int64_t newcomer_begin = flood_begin + options_.flood_us / 2;
    Call::Packet packet = call_.Next();
    for (int64_t now_us = kStepUs; now_us <= end; now_us += kStepUs) {
      for (; packet.arrival_us <= now_us; packet = call_.Next()) {
        OnCallPacket(packet, options_.newcomer && packet.arrival_us >= newcomer_begin);
      }
      const bool flooding = now_us > flood_begin && now_us <= flood_end;
      if (flooding && spoofer_) SpoofBatch(now_us);
      Observe(now_us, flooding);
    }
    if (result_.packets > 0) SetCost();
    result_.estimate_bps = estimate_.mean();
    result_.estimate_after_bps = estimate_after_.mean();
    result_.bytes = bytes_;
    return result_;
  }

 private:
  // A packet's header and size: what follows does not matter. So a batch needs little of the cache.
  static constexpr size_t kStart = 48;
  static constexpr size_t kMaxRtp = 1'500;
  struct Spoofed {
    std::array<uint8_t, kStart> start;
    int32_t size;
  };
  struct Heard {
    uint32_t ssrc;
    int64_t us;
  };
  struct Mean {
    double sum = 0;
    int64_t count = 0;

    void Add(double value) {
      sum += value;
      ++count;
    }
    double mean() const { return count ? sum / static_cast<double>(count) : 0; }
  };

  int64_t batch_size() const { return options_.packets_per_second * kStepUs / 1'000'000; }

  void SetCost() {
    const auto median = batch_ns_.begin() + static_cast<std::ptrdiff_t>(batch_ns_.size() / 2);
    std::nth_element(batch_ns_.begin(), median, batch_ns_.end());
    result_.median_ns = static_cast<double>(*median) / static_cast<double>(batch_size());
    const int64_t sum = std::accumulate(batch_ns_.begin(), batch_ns_.end(), int64_t{0});
    result_.mean_ns = static_cast<double>(sum) / static_cast<double>(result_.packets);
  }

  // Each fourth packet is the newcomer's, once that is there.
  void OnCallPacket(const Call::Packet& packet, bool newcomer) {
    const uint32_t ssrc = newcomer && packet.sequence_number % 4 == 0 ? kNewcomerSsrc : kCallSsrc;
    remb_packet members = testing::MakePacket(ssrc, packet.arrival_us, packet.payload_bytes);
    members.abs_send_time = testing::AbsSendTime(packet.sent_us);
    members.rtp_timestamp = static_cast<uint32_t>(packet.captured_us * 9 / 100);
    members.sequence_number = packet.sequence_number;
    heard_.push_back({.ssrc = ssrc, .us = packet.arrival_us});
    const std::vector<uint8_t> rtp = testing::RtpBytes(members);
    const int64_t bytes = testing::LiveBytes();
    remb_on_rtp_packet(estimator_.get(), packet.arrival_us, rtp.data(),
                       static_cast<int32_t>(rtp.size()));
    bytes_ += testing::LiveBytes() - bytes;
  }

  void SpoofBatch(int64_t now_us) {
    batch_.clear();
    const int64_t count = batch_size();
    for (int64_t i = 0; i < count; ++i) {
      const std::vector<uint8_t> rtp = spoofer_->Next(now_us);
      batch_.push_back({.start = {}, .size = static_cast<int32_t>(rtp.size())});
      std::copy_n(rtp.begin(), std::min(rtp.size(), kStart), batch_.back().start.begin());
      heard_.push_back({.ssrc = spoofer_->ssrc(), .us = now_us});
    }
    const int64_t bytes = testing::LiveBytes();
    const int64_t begin_ns = CpuNs();
    for (const Spoofed& packet : batch_) {
      std::copy(packet.start.begin(), packet.start.end(), buffer_.begin());
      const int32_t facts =
          remb_on_rtp_packet(estimator_.get(), now_us, buffer_.data(), packet.size);
      result_.malformed += facts < 0;
    }
    const int64_t end_ns = CpuNs();
    bytes_ += testing::LiveBytes() - bytes;
    batch_ns_.push_back(end_ns - begin_ns);
    result_.packets += count;
  }

  void Observe(int64_t now_us, bool flooding) {
    const remb_message message = testing::SendIfDue(estimator_.get(), now_us);
    if (message.bitrate_bps != 0) {
      call_.SetTarget(static_cast<double>(message.bitrate_bps));
      CheckRemb(message, now_us, flooding);
    }
    const auto estimate = static_cast<double>(remb_estimate(estimator_.get()));
    if (flooding) {
      estimate_.Add(estimate);
      result_.max_alive =
          std::max(result_.max_alive, testing::StatsOf(estimator_.get()).stream_count);
    }
    const int64_t end = options_.warm_up_us + options_.flood_us + options_.after_us;
    if (now_us > end - options_.after_us / 2) estimate_after_.Add(estimate);
  }

  void CheckRemb(const remb_message& message, int64_t now_us, bool flooding) {
    const std::vector<uint32_t> alive = HeardSince(now_us - kTimeoutUs);
    bool has_call = false;
    bool has_dead = false;
    for (int32_t i = 0; i < message.ssrc_count; ++i) {
      const uint32_t ssrc = message.ssrcs[i];
      has_call |= ssrc == kCallSsrc;
      has_dead |= !std::binary_search(alive.begin(), alive.end(), ssrc);
      result_.rembs_with_newcomer += flooding && ssrc == kNewcomerSsrc;
    }
    result_.max_listed = std::max(result_.max_listed, message.ssrc_count);
    result_.rembs_with_dead += has_dead;
    result_.rembs += flooding;
    result_.rembs_with_call += flooding && has_call;
  }

  // In numeric order.
  std::vector<uint32_t> HeardSince(int64_t us) const {
    std::vector<uint32_t> ssrcs;
    for (auto it = heard_.rbegin(); it != heard_.rend() && it->us >= us; ++it) {
      ssrcs.push_back(it->ssrc);
    }
    std::sort(ssrcs.begin(), ssrcs.end());
    return ssrcs;
  }

  FloodOptions options_;
  testing::Handle estimator_;
  int64_t bytes_ = 0;  // of its memory
  Call call_{Call::Options{}};
  std::optional<Spoofer> spoofer_;
  std::vector<Spoofed> batch_;
  std::array<uint8_t, kMaxRtp> buffer_ = {};  // of the packet that is taken
  std::vector<Heard> heard_;
  std::vector<int64_t> batch_ns_;
  Mean estimate_;
  Mean estimate_after_;
  FloodResult result_;
};

}  // namespace

FloodResult RunFlood(const Flood* flood, const FloodOptions& options) {
  return FloodedCall(flood, options).Run();
}

std::vector<std::string> Violations(const FloodResult& result, const FloodResult& without,
                                    const FloodOptions& options) {
  std::vector<std::string> violations;
  const auto check = [&](bool holds, const char* what) {
    if (!holds) violations.push_back(what);
  };
  // remb.h, max_streams: 16 384 by default, and what each costs.
  constexpr int64_t kFixedBytes = 16'384;
  constexpr int64_t kBytesPerStream = 1'100;
  // So few are no flood: docs/adaptive.md.
  constexpr int32_t kFewSsrcs = 16;
  check(result.bytes <= kFixedBytes + 16'384 * kBytesPerStream, "memory is above the cap");
  check(result.max_alive <= 16'384 + 2, "more SSRCs are alive than max_streams");
  check(result.max_listed <= REMB_MAX_SSRCS, "a REMB lists more than 255 SSRCs");
  check(result.rembs_with_dead == 0, "a REMB lists a dead SSRC");
  if (options.known_streams_only) {
    check(result.bytes == without.bytes, "memory grew by SSRCs that were not added");
    check(result.estimate_bps == without.estimate_bps &&
              result.estimate_after_bps == without.estimate_after_bps,
          "SSRCs that were not added change the estimate");
  } else if (options.profile == REMB_PROFILE_ADAPTIVE && !options.newcomer &&
             result.max_alive > kFewSsrcs) {
    const auto is_near = [](double a, double b) { return a > 0.9 * b && a < 1.1 * b; };
    check(is_near(result.estimate_bps, without.estimate_bps), "the estimate is off in the flood");
    check(is_near(result.estimate_after_bps, without.estimate_after_bps),
          "the estimate is off after the flood");
  }
  return violations;
}

}  // namespace remb::soak
