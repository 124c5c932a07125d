#include "tools/sim/cross_traffic.h"

#include <absl/strings/str_cat.h>

namespace remb::sim {

CrossTraffic::CrossTraffic(const FlowConfig& config, size_t flow, EventQueue* events, uint64_t seed,
                           PacketSink* out)
    : flow_(flow),
      bytes_(config.cross_packet_bytes),
      bps_(config.cross_bps),
      events_(events),
      out_(out),
      phase_(seed, absl::StrCat(config.name, "/", flow, "/phase")) {}

void CrossTraffic::Start() {
  if (started_) return;
  started_ = true;
  missing_ = static_cast<int64_t>(phase_.Uniform() * static_cast<double>(bytes_ * 8 * kSecond));
  updated_ = events_->now();
  Schedule();
}

void CrossTraffic::Stop() {
  started_ = false;
  due_ = -1;
}

void CrossTraffic::SetRate(int64_t bps) {
  if (started_) Advance();
  bps_ = bps;
  if (started_) Schedule();
}

void CrossTraffic::Advance() {
  missing_ -= (events_->now() - updated_) * bps_;
  updated_ = events_->now();
}

void CrossTraffic::Schedule() {
  if (bps_ == 0) {
    due_ = -1;
    return;
  }
  due_ = events_->now() + (missing_ + bps_ - 1) / bps_;
  events_->At(due_, [this] { OnTime(); });
}

void CrossTraffic::OnTime() {
  if (events_->now() != due_) return;  // the rate has changed since
  Advance();
  missing_ += bytes_ * 8 * kSecond;
  Schedule();
  out_->OnPacket(
      {.kind = Packet::Kind::kCross, .flow = flow_, .bytes = bytes_, .sent = events_->now()});
}

}  // namespace remb::sim
