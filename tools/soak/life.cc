#include "tools/soak/life.h"

#include <algorithm>
#include <cmath>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::soak {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

// Of two wrapping stamps, whether the second has begun anew.
template <typename T>
bool HasWrapped(T from, T to, T half) {
  return to < from && from - to > half;
}

}  // namespace

void Life::GoOn(remb_estimator* estimator, remb_estimator* twin) {
  const int64_t dice = random_.Uniform(1, 100);
  if (sender_.ssrc == 0 || random_.OneIn(3)) NewSender();
  if (dice <= 65) return Talk(estimator, twin);
  if (dice > 90) return SetClock();
  const int64_t pause_us = LogUniform(kSecond, 4 * kHour);
  events_.pauses += pause_us >= kMinute;
  Pass(pause_us);
}

void Life::NewSender() {
  sender_ = {.ssrc = static_cast<uint32_t>(random_.Uniform(1, 0xFFFFFFFF)),
             .clock_offset_us = random_.Uniform(0, 1'000 * kHour),
             .rtp_offset = static_cast<uint32_t>(random_.Next()),
             .sequence_offset = static_cast<uint16_t>(random_.Next())};
  // Else RTP timestamps wrap but twice a day.
  if (random_.OneIn(2)) {
    const auto now = static_cast<uint32_t>((sender_.clock_offset_us + true_us_) * 9 / 100);
    sender_.rtp_offset = static_cast<uint32_t>(-random_.Uniform(0, 120 * 90'000)) - now;
  }
  ++events_.ssrcs;
}

void Life::Talk(remb_estimator* estimator, remb_estimator* twin) {
  const int64_t length_us = LogUniform(10 * kSecond, 30 * kMinute);
  const double drift_us_per_us = static_cast<double>(random_.Uniform(-100, 100)) * 1e-6;  // quartz
  const bool churn = random_.OneIn(4);  // a new SSRC each 5 s or so
  Call call({.capacity_bps = static_cast<double>(LogUniform(200'000, 8'000'000)),
             .max_bps = static_cast<double>(LogUniform(300'000, 6'000'000)),
             .start_us = true_us_,
             .seed = random_.Next()});
  const int64_t begin_us = true_us_;
  const double drift_us = sender_.drift_us;
  const uint16_t first_number = sender_.sequence_number;
  sender_.sequence_offset = static_cast<uint16_t>(first_number + 1);
  while (true_us_ - begin_us < length_us) {
    if (churn && random_.OneIn(1'000)) {
      remb_remove_stream(estimator, sender_.ssrc);
      remb_remove_stream(twin, sender_.ssrc);
      NewSender();
    }
    const Call::Packet packet = call.Next();
    true_us_ = packet.arrival_us;
    sender_.drift_us = drift_us + drift_us_per_us * static_cast<double>(packet.sent_us - begin_us);
    const remb_packet members = Stamp(packet, sender_.drift_us);
    const int32_t facts = remb_on_packet(estimator, &members);
    ++events_.packets;
    events_.refused += facts < 0;
    if (remb_on_packet(twin, &members) & REMB_DUE) testing::SendIfDue(twin, receiver_us());
    if (facts > 0 && facts & REMB_DUE) {
      const remb_message message = testing::SendIfDue(estimator, receiver_us());
      call.SetTarget(static_cast<double>(message.bitrate_bps));
    }
  }
}

remb_packet Life::Stamp(const Call::Packet& packet, double drift_us) {
  const int64_t clock_us = sender_.clock_offset_us + std::llround(drift_us);
  remb_packet members = testing::MakePacket(sender_.ssrc, receiver_us(), packet.payload_bytes);
  members.stamps |= REMB_STAMP_SEQUENCE_NUMBER;
  members.abs_send_time = testing::AbsSendTime(clock_us + packet.sent_us);
  members.rtp_timestamp =
      sender_.rtp_offset + static_cast<uint32_t>((clock_us + packet.captured_us) * 9 / 100);
  members.sequence_number = static_cast<uint16_t>(sender_.sequence_offset + packet.sequence_number);
  const auto number = static_cast<uint16_t>(members.sequence_number);
  events_.send_time_wraps +=
      HasWrapped<uint32_t>(sender_.abs_send_time, members.abs_send_time, 1 << 23);
  events_.rtp_wraps +=
      HasWrapped<uint32_t>(sender_.rtp_timestamp, members.rtp_timestamp, uint32_t{1} << 31);
  events_.sequence_wraps += HasWrapped<uint16_t>(sender_.sequence_number, number, 1 << 15);
  sender_.abs_send_time = members.abs_send_time;
  sender_.rtp_timestamp = members.rtp_timestamp;
  sender_.sequence_number = number;
  return members;
}

void Life::SetClock() {
  const int64_t jump_us = LogUniform(kSecond / 2, 24 * kHour);
  const bool back = random_.OneIn(2);
  (back ? events_.jumps_back : events_.jumps_forward) += 1;
  receiver_offset_us_ += back ? -jump_us : jump_us;
}

int64_t Life::LogUniform(int64_t low, int64_t high) {
  const double part = static_cast<double>(random_.Uniform(0, 1'000'000)) * 1e-6;
  const double ratio = static_cast<double>(high) / static_cast<double>(low);
  return std::llround(static_cast<double>(low) * std::pow(ratio, part));
}

}  // namespace remb::soak
