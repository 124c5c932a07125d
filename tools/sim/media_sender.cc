#include "tools/sim/media_sender.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "tools/sim/ssrcs.h"

namespace remb::sim {
namespace {

// Chosen, not measured: stands for encoders' own dropping of frames, which ends what a fall of the
// target leaves waiting.
constexpr Nanos kMostPacerQueue = 250 * kMillisecond;
constexpr Nanos kAudioInterval = 20 * kMillisecond;
// abs-send-time has 24 bits and wraps each 64 s.
constexpr Nanos kAbsSendTimeWrap = 64 * kSecond;

int64_t StartBps(const FlowConfig& config) {
  for (const StreamConfig& stream : config.streams) {
    if (stream.kind == StreamConfig::Kind::kVideo) return stream.start_bps;
  }
  return MediaSender::kAudioBps;
}

// 6.18 fixed-point seconds, rounded as libwebrtc does.
uint32_t AbsSendTime(Nanos time) {
  return static_cast<uint32_t>(((time << 18) + kSecond / 2) / kSecond) & 0xffffff;
}

}  // namespace

MediaSender::MediaSender(const FlowConfig& config, size_t flow, EventQueue* queue, uint64_t seed,
                         PacketSink* out)
    : config_(config),
      flow_(flow),
      queue_(queue),
      out_(out),
      random_(seed, absl::StrCat(config.name, "/sender")),
      control_(StartBps(config), config.start_phase),
      pacer_(queue, config.pacing_factor, config.pacing_burst,
             [this](const Packet& packet) { Send(packet); }),
      prober_(queue, config.rtx, config.packet_bytes,
              Random(seed, absl::StrCat(config.name, "/prober")),
              [this](int32_t bytes) { SendProbe(bytes); }),
      clock_offset_(static_cast<Nanos>(random_.Uniform() * kAbsSendTimeWrap)) {
  streams_.reserve(config.streams.size());
  const auto any_timestamp = [this] { return static_cast<uint32_t>(random_.Uniform() * 0x1p32); };
  for (size_t i = 0; i < config.streams.size(); ++i) {
    const StreamConfig& stream = config.streams[i];
    const bool video = stream.kind == StreamConfig::Kind::kVideo;
    streams_.push_back(
        {.kind = stream.kind,
         .min_bps = stream.min_bps,
         .max_bps = video ? stream.max_bps : kAudioBps,
         .encoder = video ? Encoder::Create(stream, seed, absl::StrCat(config.name, "/encoder", i))
                          : nullptr,
         .ssrc = StreamSsrc(flow, i),
         .first_timestamp = any_timestamp()});
    if (video && first_video_ == nullptr) first_video_ = &streams_.back();
  }
  rtx_ = {.kind = StreamConfig::Kind::kVideo,
          .min_bps = 0,
          .max_bps = 0,
          .encoder = nullptr,
          .ssrc = RtxSsrc(flow),
          .first_timestamp = 0};
}

void MediaSender::Start() {
  started_ = true;
  control_.Start(queue_->now());
  UpdateTarget();
  Tick();
  if (!paused_) Activate();
  if (config_.padding_probes && active() && first_video_ != nullptr) prober_.Start();
}

void MediaSender::Stop() {
  started_ = false;
  next_tick_ = kStopped;
  Deactivate();
}

void MediaSender::Pause() {
  paused_ = true;
  Deactivate();
}

void MediaSender::Resume() {
  if (!paused_) return;
  paused_ = false;
  if (started_) Activate();
}

void MediaSender::Activate() {
  // The time of a pause earns no bytes.
  for (Stream& stream : streams_) {
    if (stream.encoder != nullptr) stream.encoder->Skip(queue_->now());
  }
  Allocate();
  // Cameras and microphones don't start together: the first picture comes within an interval.
  if (first_video_ != nullptr) {
    const auto interval = static_cast<double>(first_video_->encoder->NextInterval());
    next_picture_ = queue_->now() + static_cast<Nanos>(random_.Uniform() * interval);
    ScheduleVideo();
  }
  for (const Stream& stream : streams_) {
    if (stream.kind != StreamConfig::Kind::kAudio) continue;
    next_audio_ = queue_->now() + static_cast<Nanos>(random_.Uniform() * kAudioInterval);
    ScheduleAudio();
    break;
  }
}

void MediaSender::Deactivate() {
  next_picture_ = kStopped;
  next_audio_ = kStopped;
  prober_.Stop();
  pacer_.Clear();
}

void MediaSender::SetSourceMax(int64_t bps) {
  source_max_bps_ = bps == 0 ? std::numeric_limits<int64_t>::max() : bps;
  Allocate();
}

int64_t MediaSender::source_max_bps() const {
  int64_t sum = 0;
  for (const Stream& stream : streams_) sum += stream.max_bps;
  return std::min(sum, source_max_bps_);
}

void MediaSender::OnPacket(const Packet& packet) {
  const Feedback& feedback = packet.feedback;
  const Nanos now = queue_->now();
  if (feedback.remb_bps > 0) {
    remb_bps_ = feedback.remb_bps;
    control_.OnRemb(now, feedback.remb_bps);
  }
  if (feedback.has_report) {
    control_.OnRtt(now - packet.echo);
    control_.OnReport(now, feedback.expected, feedback.lost);
  }
  if (started_) UpdateTarget();
}

void MediaSender::Tick() {
  next_tick_ = queue_->now() + LossBasedControl::kUpdateInterval;
  queue_->At(next_tick_, [this] {
    if (queue_->now() != next_tick_) return;
    control_.Update(queue_->now());
    UpdateTarget();
    Tick();
  });
}

void MediaSender::UpdateTarget() {
  const int64_t target = std::max(LossBasedControl::kMinBps, std::min(remb_bps_, control_.bps()));
  if (target == target_bps_) return;
  target_bps_ = target;
  pacer_.SetTarget(target);
  Allocate();
  if (on_target_) on_target_(target);
}

void MediaSender::Allocate() {
  int64_t left = std::min(target_bps_, source_max_bps_);
  for (const Stream& stream : streams_) {
    if (stream.kind == StreamConfig::Kind::kAudio) left -= kAudioBps;
  }
  left = std::max<int64_t>(left, 0);
  for (Stream& stream : streams_) {
    if (stream.kind == StreamConfig::Kind::kAudio) continue;
    const bool on = &stream == first_video_ || left >= stream.min_bps;
    const int64_t bps = on ? std::min(left, stream.max_bps) : 0;
    stream.encoder->SetTarget(queue_->now(), bps);
    left -= bps;
  }
}

void MediaSender::ScheduleVideo() {
  queue_->At(next_picture_, [this] {
    if (queue_->now() == next_picture_) CapturePicture();
  });
}

void MediaSender::CapturePicture() {
  const Nanos now = queue_->now();
  const bool skip = pacer_.QueueTime() >= kMostPacerQueue;
  for (Stream& stream : streams_) {
    if (stream.encoder == nullptr) continue;
    if (skip) {
      stream.encoder->Skip(now);
    } else if (const int64_t bytes = stream.encoder->Encode(now); bytes > 0) {
      SendFrame(stream, bytes);
    }
  }
  next_picture_ = now + first_video_->encoder->NextInterval();
  ScheduleVideo();
}

void MediaSender::ScheduleAudio() {
  queue_->At(next_audio_, [this] {
    if (queue_->now() == next_audio_) CaptureAudio();
  });
}

void MediaSender::CaptureAudio() {
  for (Stream& stream : streams_) {
    if (stream.kind != StreamConfig::Kind::kAudio) continue;
    Packet packet = NewPacket(stream);
    packet.bytes =
        static_cast<int32_t>(kAudioBps * kAudioInterval / kSecond / 8) + config_.overhead_bytes;
    packet.marker = true;
    packet.frame_packets = 1;
    Send(packet);  // past the pacer, as in Chrome
  }
  next_audio_ = queue_->now() + kAudioInterval;
  ScheduleAudio();
}

void MediaSender::SendFrame(Stream& stream, int64_t bytes) {
  // About equal packets, as libwebrtc's packetizers make them.
  const int64_t count = (bytes + config_.packet_bytes - 1) / config_.packet_bytes;
  Packet packet = NewPacket(stream);
  packet.frame_packets = static_cast<int32_t>(count);
  for (int64_t i = 0; i < count; ++i) {
    packet.bytes =
        static_cast<int32_t>(bytes * (i + 1) / count - bytes * i / count) + config_.overhead_bytes;
    packet.marker = i == count - 1;
    pacer_.Enqueue(packet);
  }
}

void MediaSender::SendProbe(int32_t bytes) {
  Packet packet = NewPacket(config_.rtx ? rtx_ : *first_video_);
  packet.padding = true;
  packet.bytes = bytes + config_.overhead_bytes;
  Send(packet);
}

Packet MediaSender::NewPacket(const Stream& stream) const {
  Packet packet;
  packet.kind = Packet::Kind::kMedia;
  packet.flow = flow_;
  packet.ssrc = stream.ssrc;
  packet.captured = queue_->now();
  const bool audio = stream.kind == StreamConfig::Kind::kAudio;
  packet.rtp_timestamp =
      stream.first_timestamp + Ticks(packet.captured, audio ? kAudioClockRate : kVideoClockRate);
  return packet;
}

void MediaSender::Send(Packet packet) {
  const Nanos now = queue_->now();
  packet.sent = now;
  packet.abs_send_time = AbsSendTime(SenderTime(now));
  Stream& stream = packet.ssrc == rtx_.ssrc ? rtx_ : streams_[packet.ssrc - streams_[0].ssrc];
  packet.sequence = stream.next_sequence++;
  const bool audio = stream.kind == StreamConfig::Kind::kAudio;
  const int64_t rate = audio ? kAudioClockRate : kVideoClockRate;
  packet.transmission_offset =
      static_cast<int32_t>(Ticks(now, rate) - Ticks(packet.captured, rate));
  out_->OnPacket(packet);
}

Nanos MediaSender::SenderTime(Nanos time) const {
  return time + clock_offset_ +
         static_cast<Nanos>(static_cast<double>(time) * config_.clock_ppm * 1e-6);
}

uint32_t MediaSender::Ticks(Nanos time, int64_t rate) const {
  return static_cast<uint32_t>(SenderTime(time) / kMicrosecond * rate / 1'000'000);
}

}  // namespace remb::sim
