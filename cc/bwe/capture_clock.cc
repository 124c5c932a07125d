#include "cc/bwe/capture_clock.h"

#include <algorithm>

namespace remb::core {
namespace {

// A stamp that is further off than this from where the RTP clock expects it is a jump of either
// clock, in 32.32: 100 ms.
constexpr int64_t kMaxError = (int64_t{1} << 32) / 10;
constexpr int kUnsteady = 2;  // jumps in a row
constexpr int kDense = 8;     // frames
// How long a deviation of the stamps takes to enter: long against their jitter, short against the
// drift of the two clocks, 100 us a second if they are bad.
constexpr int kSmoothingSeconds = 8;

// How far `to` is ahead of `from`, at most half the range.
int32_t TicksBetween(uint32_t from, uint32_t to) { return static_cast<int32_t>(to - from); }

// Added to an NtpTime it wraps as that does.
NtpTime NtpFromTicks(int32_t ticks, int clock_rate_hz) {
  return static_cast<NtpTime>(int64_t{ticks} * (int64_t{1} << 32) / clock_rate_hz);
}

}  // namespace

std::optional<NtpTime> CaptureClock::OnPacket(const ReceivedPacket& packet, int clock_rate_hz) {
  if (packet.has_capture_time()) OnStamp(packet, clock_rate_hz);
  // What comes before the first stamp says nothing: a stream has no such clock yet while none has.
  if (mapped_ && packet.has_rtp_timestamp()) NoteFrame(packet);
  return Time(packet, clock_rate_hz);
}

std::optional<NtpTime> CaptureClock::Time(const ReceivedPacket& packet, int clock_rate_hz) const {
  if (!packet.has_rtp_timestamp() || !mapped_ || jumps_in_a_row_ >= kUnsteady) return std::nullopt;

  if (packet.has_transmission_offset()) {
    return Smooth(packet.rtp_timestamp, clock_rate_hz) +
           NtpFromTicks(packet.transmission_offset, clock_rate_hz);
  }
  if (!dense_) return Smooth(packet.rtp_timestamp, clock_rate_hz);
  if (packet.has_capture_time()) return packet.capture_time;
  return stamp_ + NtpFromTicks(TicksBetween(stamp_rtp_, packet.rtp_timestamp), clock_rate_hz);
}

// Goes from where the mapping was towards the newest stamp, without a step.
NtpTime CaptureClock::Smooth(uint32_t rtp_timestamp, int clock_rate_hz) const {
  const int32_t ticks = TicksBetween(stamp_rtp_, rtp_timestamp);
  const auto error = static_cast<int64_t>(stamp_ - smooth_);
  const int64_t correction =
      error * std::clamp(ticks, 0, clock_rate_hz) / (kSmoothingSeconds * int64_t{clock_rate_hz});
  return smooth_ + NtpFromTicks(ticks, clock_rate_hz) + static_cast<NtpTime>(correction);
}

void CaptureClock::OnStamp(const ReceivedPacket& packet, int clock_rate_hz) {
  if (!packet.has_rtp_timestamp()) return;
  const int32_t ticks = TicksBetween(stamp_rtp_, packet.rtp_timestamp);
  const NtpTime expected = Smooth(packet.rtp_timestamp, clock_rate_hz);
  const auto error = static_cast<int64_t>(packet.capture_time - expected);
  if (!mapped_ || error > kMaxError || error < -kMaxError) {
    if (mapped_) {
      ++jumps_;
      jumps_in_a_row_ = static_cast<int8_t>(std::min(jumps_in_a_row_ + 1, kUnsteady));
    }
    mapped_ = true;
    smooth_ = packet.capture_time;
    frame_ = packet.rtp_timestamp;
  } else {
    if (ticks < 0) return;  // it came late: the mapping has a newer one
    if (ticks > 0) jumps_in_a_row_ = 0;
    smooth_ = expected;
  }
  stamp_rtp_ = packet.rtp_timestamp;
  stamp_ = packet.capture_time;
}

void CaptureClock::NoteFrame(const ReceivedPacket& packet) {
  const int32_t ticks = TicksBetween(frame_, packet.rtp_timestamp);
  if (ticks > 0) {
    // A stamp lost at times changes nothing.
    stamped_frames_ =
        static_cast<int8_t>(std::clamp(stamped_frames_ + (frame_stamped_ ? 1 : -1), 0, kDense));
    if (stamped_frames_ == kDense) dense_ = true;
    if (stamped_frames_ == 0) dense_ = false;
    frame_ = packet.rtp_timestamp;
    frame_stamped_ = false;
  }
  if (ticks >= 0) frame_stamped_ |= packet.has_capture_time();
}

}  // namespace remb::core
