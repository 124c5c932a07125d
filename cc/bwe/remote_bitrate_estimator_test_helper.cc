#include "cc/bwe/remote_bitrate_estimator_test_helper.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <utility>

#include "cc/bwe/abs_send_time_estimator.h"
#include "cc/bwe/single_stream_estimator.h"

namespace remb::core::test {
namespace {

constexpr int64_t kUsPerSecond = 1'000'000;
constexpr int64_t kStartUs = 100 * kUsPerSecond;
constexpr int64_t kSenderAheadUs = kUsPerSecond;
constexpr int64_t kCapacityBps = 1'000'000;

int64_t DivideRounded(int64_t a, int64_t b) { return (a + b / 2) / b; }

bool SendsEarlier(const StreamGenerator::Stream& a, const StreamGenerator::Stream& b) {
  return a.next_frame_us < b.next_frame_us;
}

class AbsSendTimeReceiver final : public RemoteBitrateEstimator {
 public:
  bool IncomingPacket(const ReceivedPacket& packet, Timestamp now) override {
    return estimator_.OnPacket(packet, packet.has_abs_send_time(), now, FindOrAdd(packet.ssrc), {},
                               streams_);
  }
  bool Process(Timestamp) override { return false; }  // it reports with packets only
  const AimdRateControl& rate_control() const override { return estimator_.rate_control(); }

 private:
  AbsSendTimeEstimator estimator_;
};

// The library makes periodic updates at the time when they are due; here they come when asked for.
class SingleStreamReceiver final : public RemoteBitrateEstimator {
 public:
  bool IncomingPacket(const ReceivedPacket& packet, Timestamp now) override {
    FindOrAdd(packet.ssrc);
    streams_.ReserveDetectors();
    return estimator_.OnPacket(packet, now, false, streams_.Find(packet.ssrc), {}, streams_);
  }
  bool Process(Timestamp now) override {
    constexpr TimeDelta kBeforeReport = TimeDelta::Millis(500);
    const TimeDelta interval =
        rate_control().ValidEstimate() ? rate_control().FeedbackInterval() : kBeforeReport;
    if (last_update_ && now.ms() < (*last_update_ + interval).ms()) return false;
    last_update_ = now;
    return estimator_.Update(now, streams_);
  }
  const AimdRateControl& rate_control() const override { return estimator_.rate_control(); }

 private:
  SingleStreamEstimator estimator_;
  std::optional<Timestamp> last_update_;
};

}  // namespace

Stream* RemoteBitrateEstimator::FindOrAdd(uint32_t ssrc) {
  Stream* stream = streams_.Find(ssrc);
  return stream ? stream : streams_.Add(ssrc, {});
}

std::unique_ptr<RemoteBitrateEstimator> NewAbsSendTime() {
  return std::make_unique<AbsSendTimeReceiver>();
}

std::unique_ptr<RemoteBitrateEstimator> NewSingleStream() {
  return std::make_unique<SingleStreamReceiver>();
}

uint32_t AbsSendTime(int64_t count, int64_t per_second) {
  return static_cast<uint32_t>(DivideRounded(count << 18, per_second)) & 0xFF'FFFF;
}

// By sums up to each stream, so that no bit/s is lost to rounding.
void StreamGenerator::SetBitrate(int64_t bps) {
  int64_t total_before = 0;
  for (const Stream& stream : streams_) total_before += stream.bitrate_bps;
  int64_t before = 0;
  int64_t after = 0;
  for (Stream& stream : streams_) {
    before += stream.bitrate_bps;
    stream.bitrate_bps = DivideRounded(before * bps, total_before) - after;
    after += stream.bitrate_bps;
  }
  REQUIRE(after == bps);
}

std::vector<StreamGenerator::Packet> StreamGenerator::SendFrame(int64_t now_us) {
  Stream& stream = *std::min_element(streams_.begin(), streams_.end(), SendsEarlier);
  if (now_us < stream.next_frame_us) return {};
  stream.next_frame_us = now_us + DivideRounded(kUsPerSecond, stream.fps);

  const int64_t frame_bits = DivideRounded(stream.bitrate_bps, stream.fps);
  const int64_t count = std::max<int64_t>(DivideRounded(frame_bits, 8 * kMtuBytes), 1);
  const int64_t bytes = DivideRounded(frame_bits, 8 * count);
  const int64_t send_us = now_us + kSenderAheadUs;
  const auto ticks = static_cast<uint32_t>(DivideRounded(send_us * kRtpTicksPerMs, 1000));
  const int64_t serialisation_us = DivideRounded(8 * bytes * 1000, capacity_bps_ / 1000);
  std::vector<Packet> packets;
  for (int64_t i = 0; i < count; ++i) {
    last_arrival_us_ = std::max(now_us, last_arrival_us_) + serialisation_us;
    packets.push_back({.ssrc = stream.ssrc,
                       .bytes = bytes,
                       .rtp_timestamp = stream.rtp_offset + ticks,
                       .send_us = send_us,
                       .arrival_us = last_arrival_us_});
  }
  return packets;
}

int64_t StreamGenerator::NextFrameUs() const {
  return std::min_element(streams_.begin(), streams_.end(), SendsEarlier)->next_frame_us;
}

RemoteBitrateEstimatorTest::RemoteBitrateEstimatorTest(NewEstimator& new_estimator)
    : estimator_(new_estimator()), generator_(kCapacityBps, kStartUs), now_us_(kStartUs) {}

void RemoteBitrateEstimatorTest::IncomingPacket(uint32_t ssrc, int64_t bytes,
                                                uint32_t rtp_timestamp, uint32_t abs_send_time) {
  const Timestamp now = Timestamp::Micros(now_us_);
  const ReceivedPacket packet{
      .ssrc = ssrc,
      .stamps = ReceivedPacket::kAbsSendTime | ReceivedPacket::kRtpTimestamp,
      .abs_send_time = abs_send_time,
      .rtp_timestamp = rtp_timestamp,
      .transmission_offset = 0,
      .size = DataSize::Bytes(bytes),
      .arrival = Timestamp::Millis(now.ms() + arrival_shift_ms_)};
  if (estimator_->IncomingPacket(packet, now)) OnReport();
}

void RemoteBitrateEstimatorTest::Process() {
  if (estimator_->Process(Timestamp::Micros(now_us_))) OnReport();
}

void RemoteBitrateEstimatorTest::OnReport() {
  updated_ = true;
  last_report_bps_ = estimator_->rate_control().LatestEstimate().bps();
}

bool RemoteBitrateEstimatorTest::TakeUpdate() { return std::exchange(updated_, false); }

bool RemoteBitrateEstimatorTest::GenerateAndProcessFrame(int64_t bitrate_bps) {
  generator_.SetBitrate(bitrate_bps);
  const int64_t sent_us = now_us_;
  bool overuse = false;
  for (const StreamGenerator::Packet& packet : generator_.SendFrame(sent_us)) {
    now_us_ = packet.arrival_us;
    updated_ = false;
    IncomingPacket(packet.ssrc, packet.bytes, packet.rtp_timestamp,
                   AbsSendTime(packet.send_us, kUsPerSecond));
    if (updated_ && last_report_bps_ < bitrate_bps) overuse = true;
  }
  Process();
  // With a queue that is before the arrivals of this frame.
  now_us_ = std::max(generator_.NextFrameUs(), sent_us);
  return overuse;
}

int64_t RemoteBitrateEstimatorTest::SteadyStateRun(int max_frames, int64_t start_bps, Bounds bounds,
                                                   int64_t target_bps) {
  int64_t bitrate_bps = start_bps;
  bool overuse_seen = false;
  for (int i = 0; i < max_frames; ++i) {
    const bool overuse = GenerateAndProcessFrame(bitrate_bps);
    if (overuse) {
      CHECK(last_report_bps_ > bounds.min_bps);
      CHECK(last_report_bps_ < bounds.max_bps);
      overuse_seen = true;
    }
    if (overuse || TakeUpdate()) bitrate_bps = last_report_bps_;
    if (overuse_seen && bitrate_bps > target_bps) break;
  }
  CHECK(overuse_seen);
  return bitrate_bps;
}

int64_t RemoteBitrateEstimatorTest::Estimate() const {
  if (estimator_->streams().alive_count() == 0 || !estimator_->rate_control().ValidEstimate()) {
    return 0;
  }
  return estimator_->rate_control().LatestEstimate().bps();
}

std::vector<uint32_t> RemoteBitrateEstimatorTest::Ssrcs() const {
  std::array<uint32_t, 64> ssrcs;
  const int count = estimator_->streams().MostRecent(Timestamp::Micros(now_us_), ssrcs);
  return {ssrcs.begin(), ssrcs.begin() + count};
}

}  // namespace remb::core::test
