#include "tools/sim/media_receiver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tools/sim/ssrcs.h"

namespace remb::sim {
namespace {

// RTP with both extensions in the one-byte form (RFC 8285 4.2).
constexpr int kAbsSendTimeId = 1;
constexpr int kTransmissionOffsetId = 2;
constexpr int32_t kHeaderBytes = 24;
constexpr uint8_t kPayloadType = 96;

constexpr uint32_t kReceiverSsrc = 1;
// RFC 3550 6.4.2.
constexpr int32_t kReportBytes = 8;
constexpr int32_t kReportBlockBytes = 24;

// Big-endian, the `bytes` lowest of `value`.
uint8_t* Put(uint8_t* at, uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    *at++ = static_cast<uint8_t>(value >> shift);
  }
  return at;
}

void WriteHeader(const Packet& packet, uint8_t* at) {
  at = Put(at, 0x90, 1);  // version 2, with an extension
  at = Put(at, static_cast<uint32_t>(packet.marker) << 7 | kPayloadType, 1);
  at = Put(at, static_cast<uint32_t>(packet.sequence), 2);
  at = Put(at, packet.rtp_timestamp, 4);
  at = Put(at, packet.ssrc, 4);
  at = Put(at, 0xBEDE0002, 4);  // two words follow
  at = Put(at, kAbsSendTimeId << 4 | 2, 1);
  at = Put(at, packet.abs_send_time, 3);
  at = Put(at, kTransmissionOffsetId << 4 | 2, 1);
  Put(at, static_cast<uint32_t>(packet.transmission_offset), 3);
}

}  // namespace

MediaReceiver::MediaReceiver(const FlowConfig& config, size_t flow, EventQueue* queue,
                             const Library& library, PacketSink* out)
    : config_(config),
      flow_(flow),
      queue_(queue),
      library_(library),
      out_(out),
      estimator_(nullptr, Destroy{library.destroy}),
      knowing_(queue, config.receiver.share, config.receiver.lag, [this](int64_t bps) {
        remb_message message{};
        message.struct_size = sizeof message;
        message.bitrate_bps = bps;
        SendRemb(message);
      }) {
  if (config.receiver.kind == ReceiverConfig::Kind::kLibrary) CreateEstimator();
}

void MediaReceiver::CreateEstimator() {
  remb_config config;
  Check(library_.config_init(&config, sizeof config));
  config.profile = config_.receiver.profile;
  config.clock = config_.receiver.clock;
  config.abs_send_time_id = kAbsSendTimeId;
  config.transmission_offset_id = kTransmissionOffsetId;
  config.clock_rate_hz = kVideoClockRate;
  remb_estimator* estimator;
  Check(library_.create(&config, &estimator));
  estimator_.reset(estimator);
  for (size_t i = 0; i < config_.streams.size(); ++i) {
    const bool audio = config_.streams[i].kind == StreamConfig::Kind::kAudio;
    remb_stream stream{};
    stream.struct_size = sizeof stream;
    stream.ssrc = StreamSsrc(flow_, i);
    stream.kind = audio ? REMB_KIND_AUDIO : REMB_KIND_VIDEO;
    stream.clock_rate_hz = audio ? kAudioClockRate : kVideoClockRate;
    Check(library_.add_stream(estimator, &stream));
  }
}

int32_t MediaReceiver::Check(int32_t status) const {
  if (status < 0) {
    std::fprintf(stderr, "%s: libremb: %s\n", config_.name.c_str(), library_.status_string(status));
    std::abort();
  }
  return status;
}

void MediaReceiver::Start() {
  running_ = true;
  if (estimator_ == nullptr) knowing_.Start();
  ScheduleReport();
}

void MediaReceiver::Stop() {
  running_ = false;
  knowing_.Stop();
  report_at_ = kNone;
  poll_at_ = kNone;
}

void MediaReceiver::OnPacket(const Packet& packet) {
  reception_.OnPacket(packet, queue_->now());
  newest_sent_ = packet.sent;
  newest_arrived_ = queue_->now();
  if (estimator_ == nullptr || !running_) return;
  Act(GiveToLibrary(packet));
}

int32_t MediaReceiver::GiveToLibrary(const Packet& packet) {
  const int32_t size = kHeaderBytes + packet.bytes - config_.overhead_bytes;
  if (static_cast<size_t>(size) > rtp_.size()) rtp_.resize(static_cast<size_t>(size));
  WriteHeader(packet, rtp_.data());
  if (on_given_ && !IsAudio(packet.ssrc)) {
    on_given_({ClockUs(), packet.abs_send_time, packet.rtp_timestamp, packet.transmission_offset,
               size - kHeaderBytes, packet.ssrc, static_cast<uint16_t>(packet.sequence)});
  }
  return Check(library_.on_rtp_packet(estimator_.get(), ClockUs(), rtp_.data(), size));
}

bool MediaReceiver::IsAudio(uint32_t ssrc) const {
  for (size_t i = 0; i < config_.streams.size(); ++i) {
    if (StreamSsrc(flow_, i) == ssrc) return config_.streams[i].kind == StreamConfig::Kind::kAudio;
  }
  return false;
}

void MediaReceiver::Act(int32_t facts) {
  if ((facts & REMB_DUE) != 0) {
    Poll();
  } else if ((facts & REMB_ESTIMATE_UPDATED) != 0) {
    TellEstimate();
  }
  SchedulePoll();
}

void MediaReceiver::Poll() {
  remb_message message;
  message.struct_size = sizeof message;
  message.sender_ssrc = kReceiverSsrc;
  const int32_t facts = Check(library_.poll(estimator_.get(), ClockUs(), &message));
  TellEstimate();
  if ((facts & REMB_DUE) == 0) return;
  SendRemb(message);
  Check(library_.sent(estimator_.get(), ClockUs(), message.bitrate_bps));
}

void MediaReceiver::TellEstimate() {
  const int64_t estimate = library_.estimate(estimator_.get());
  if (estimate != std::exchange(estimate_bps_, estimate) && on_estimate_) on_estimate_(estimate);
  remb_stats stats;
  stats.struct_size = sizeof stats;
  Check(library_.get_stats(estimator_.get(), &stats));
  if (stats.state != std::exchange(state_, stats.state) && on_state_) on_state_(stats.state);
}

void MediaReceiver::SchedulePoll() {
  const int64_t at_us = library_.next_poll_us(estimator_.get());
  if (at_us == INT64_MAX) {
    poll_at_ = kNone;
    return;
  }
  const Nanos now = queue_->now();
  const Nanos at = std::max(at_us * kMicrosecond - clock_offset_, now + kMicrosecond);
  if (poll_at_ != kNone && poll_at_ > now && poll_at_ <= at) return;  // looks again then
  poll_at_ = at;
  queue_->At(at, [this] {
    if (queue_->now() != poll_at_) return;
    poll_at_ = kNone;
    if (library_.next_poll_us(estimator_.get()) <= ClockUs()) Poll();
    SchedulePoll();
  });
}

void MediaReceiver::SendRemb(remb_message& message) {
  std::array<uint8_t, REMB_MAX_MESSAGE_BYTES> bytes;
  const int32_t size =
      Check(library_.write(&message, bytes.data(), static_cast<int32_t>(bytes.size())));
  // The sender gets what the bytes say, which has 18 significant bits.
  remb_message written;
  written.struct_size = sizeof written;
  Check(library_.parse(bytes.data(), size, &written));
  if (on_remb_) on_remb_(written.bitrate_bps);
  SendFeedback({.remb_bps = written.bitrate_bps}, size);
}

void MediaReceiver::ScheduleReport() {
  report_at_ = queue_->now() + config_.report_interval;
  queue_->At(report_at_, [this] {
    if (queue_->now() != report_at_) return;
    if (reception_.any()) SendReport();
    ScheduleReport();
  });
}

void MediaReceiver::SendReport() {
  SendFeedback(reception_.Report(), kReportBytes + kReportBlockBytes * reception_.ssrc_count());
}

void MediaReceiver::SendFeedback(const Feedback& feedback, int32_t bytes) {
  Packet packet;
  packet.kind = Packet::Kind::kFeedback;
  packet.backward = true;
  packet.flow = flow_;
  packet.bytes = bytes + config_.overhead_bytes;
  packet.sent = queue_->now();
  packet.feedback = feedback;
  // When the newest packet was sent, later by how long it has been here: as LSR and DLSR tell.
  packet.echo = newest_sent_ + queue_->now() - newest_arrived_;
  out_->OnPacket(packet);
}

}  // namespace remb::sim
