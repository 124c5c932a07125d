#include "tools/sim/pie.h"

#include <algorithm>

namespace remb::sim {
namespace {

// RFC 8033, sections 4.1 to 4.4: QDELAY_REF, T_UPDATE, MAX_BURST, alpha and beta in Hz.
constexpr Nanos kReference = 15 * kMillisecond;
constexpr Nanos kUpdateInterval = 15 * kMillisecond;
constexpr Nanos kMaxBurst = 150 * kMillisecond;
constexpr double kAlpha = 0.125;
constexpr double kBeta = 1.25;
constexpr int64_t kMeanPacketBytes = 1200;  // of media, libwebrtc's MTU

// How much smaller steps are where the probability is small: section 4.2.
double Scale(double probability) {
  if (probability < 1e-6) return 1.0 / 2048;
  if (probability < 1e-5) return 1.0 / 512;
  if (probability < 1e-4) return 1.0 / 128;
  if (probability < 1e-3) return 1.0 / 32;
  if (probability < 1e-2) return 1.0 / 8;
  if (probability < 1e-1) return 1.0 / 2;
  return 1;
}

}  // namespace

void Pie::Enqueue(const Packet& packet, Nanos now, Nanos /*wait*/) {
  RunUpdates(now);
  if (bytes_ + packet.bytes > limit_bytes_ || DropsEarly()) {
    accumulated_ = 0;
    Drop(packet);
    return;
  }
  packets_.push_back({.packet = packet, .arrived = now});
  bytes_ += packet.bytes;
}

bool Pie::Dequeue(Nanos now, WaitingPacket* next) {
  RunUpdates(now);
  if (packets_.empty()) return false;
  *next = packets_.front();
  packets_.pop_front();
  bytes_ -= next->packet.bytes;
  return true;
}

// Between two packets the queue does not change: updates can be made up for.
void Pie::RunUpdates(Nanos now) {
  for (; next_update_ <= now; next_update_ += kUpdateInterval) {
    Update(packets_.empty() ? 0 : next_update_ - packets_.front().arrived);
  }
}

void Pie::Update(Nanos delay) {
  double step = kAlpha * Seconds(delay - kReference) + kBeta * Seconds(delay - delay_);
  step *= Scale(probability_);
  if (probability_ >= 0.1) step = std::min(step, 0.02);
  probability_ += step;
  if (delay == 0 && delay_ == 0) probability_ *= 0.98;
  probability_ = std::clamp(probability_, 0.0, 1.0);
  burst_allowance_ = std::max<Nanos>(burst_allowance_ - kUpdateInterval, 0);
  if (probability_ == 0 && delay < kReference / 2 && delay_ < kReference / 2) {
    burst_allowance_ = kMaxBurst;
  }
  delay_ = delay;
}

bool Pie::DropsEarly() {
  if (burst_allowance_ > 0) return false;
  if (delay_ < kReference / 2 && probability_ < 0.2) return false;
  if (bytes_ <= 2 * kMeanPacketBytes) return false;
  // Neither two drops close to each other nor long stretches without: section 5.4.
  accumulated_ = probability_ == 0 ? 0 : accumulated_ + probability_;
  if (accumulated_ < 0.85) return false;
  return accumulated_ >= 8.5 || random_.Chance(probability_);
}

}  // namespace remb::sim
