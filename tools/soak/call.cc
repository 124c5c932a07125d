#include "tools/soak/call.h"

#include <algorithm>
#include <cmath>

namespace remb::soak {
namespace {

constexpr int64_t kFrameUs = 33'333;
constexpr int64_t kDelayUs = 25'000;   // one way, without queue
constexpr int64_t kQueueUs = 300'000;  // what is longer is dropped
constexpr double kPacing = 2.5;        // times the target: Chrome's
constexpr int32_t kMaxPayload = 1'150;
constexpr int32_t kHeaders = 48;  // of RTP with extensions, UDP and IP

}  // namespace

Call::Call(const Options& options)
    : options_(options),
      random_(options.seed),
      target_bps_(options.start_bps),
      frame_us_(options.start_us),
      sent_us_(options.start_us),
      link_free_us_(static_cast<double>(options.start_us)) {}

void Call::SetTarget(double bps) { target_bps_ = std::min(bps, options_.max_bps); }

Call::Packet Call::Next() {
  while (under_way_.empty()) SendFrame();
  const Packet packet = under_way_.front();
  under_way_.pop_front();
  return packet;
}

void Call::SendFrame() {
  const double part = static_cast<double>(random_.Uniform(700, 1300)) / 1000;
  auto bytes = static_cast<int32_t>(std::max(part * target_bps_ / 8 * kFrameUs / 1e6, 50.0));
  sent_us_ = std::max(sent_us_, frame_us_);
  while (bytes > 0) {
    const int32_t payload = std::min(bytes, kMaxPayload);
    SendPacket(payload);
    sent_us_ += std::llround((payload + kHeaders) * 8e6 / (kPacing * target_bps_));
    bytes -= payload;
  }
  frame_us_ += kFrameUs;
}

void Call::SendPacket(int32_t payload_bytes) {
  const uint16_t sequence_number = sequence_number_++;
  const double queue_us = link_free_us_ - static_cast<double>(sent_us_);
  if (queue_us > kQueueUs) return;
  link_free_us_ = std::max(link_free_us_, static_cast<double>(sent_us_)) +
                  (payload_bytes + kHeaders) * 8e6 / options_.capacity_bps;
  under_way_.push_back({.arrival_us = std::llround(link_free_us_) + kDelayUs,
                        .sent_us = sent_us_,
                        .captured_us = frame_us_,
                        .payload_bytes = payload_bytes,
                        .sequence_number = sequence_number});
}

}  // namespace remb::soak
