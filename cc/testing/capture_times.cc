#include "cc/testing/capture_times.h"

#include <cmath>
#include <map>

namespace remb::testing {
namespace {

constexpr double kFirstNtp = 3'900'000'000;  // in 2023
constexpr double kClockRate = 90'000;
constexpr double kAbsSendTimeRate = 1 << 18;

// Turns a counter that wraps into one that does not.
class Unwrapper {
 public:
  explicit Unwrapper(int bits) : bits_(bits) {}

  int64_t Unwrap(uint32_t value) {
    const uint32_t shift = 32 - static_cast<uint32_t>(bits_);
    if (!first_) value_ += static_cast<int32_t>((value - last_) << shift) >> shift;
    first_ = false;
    last_ = value;
    return value_;
  }

 private:
  int bits_;
  bool first_ = true;
  uint32_t last_ = 0;
  int64_t value_ = 0;
};

struct Stream {
  Unwrapper rtp{32};
  bool rtx = false;
  double first_capture = 0;
  double last_stamp = -1;
};

}  // namespace

int64_t NtpTime(double seconds) {
  const double whole = std::floor(seconds);
  const auto fraction = static_cast<uint64_t>((seconds - whole) * 4294967296.0);
  return static_cast<int64_t>((static_cast<uint64_t>(static_cast<int64_t>(whole)) << 32) +
                              fraction);
}

void AddCaptureTimes(const CaptureTimes& options, std::vector<remb_packet>& packets) {
  Unwrapper abs_send_time(24);
  std::map<uint32_t, Stream> streams;
  for (remb_packet& packet : packets) {
    const double sent =
        kFirstNtp +
        static_cast<double>(abs_send_time.Unwrap(packet.abs_send_time)) / kAbsSendTimeRate;
    const bool is_new = !streams.contains(packet.ssrc);
    Stream& stream = streams[packet.ssrc];
    const double since_first =
        static_cast<double>(stream.rtp.Unwrap(packet.rtp_timestamp)) / kClockRate;
    if (is_new) {
      stream.rtx = packet.rtp_timestamp == 0;
      stream.first_capture = sent - packet.transmission_offset / kClockRate;
    }
    const double interval = static_cast<double>(options.interval_us) / 1e6;
    if (stream.last_stamp >= 0 && sent - stream.last_stamp < interval) continue;
    if (stream.rtx && !(options.of_sending && options.interval_us == 0)) continue;
    stream.last_stamp = sent;
    const double ntp = options.of_sending ? sent : stream.first_capture + since_first;
    packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
    packet.abs_capture_time = NtpTime(ntp);
    if (options.forwarded) {
      const double ahead = 13.37 * (packet.ssrc % 97) - 400;
      packet.stamps |= REMB_STAMP_CAPTURE_CLOCK_OFFSET;
      packet.capture_clock_offset = NtpTime(ahead);
      packet.abs_capture_time =
          static_cast<int64_t>(static_cast<uint64_t>(packet.abs_capture_time) +
                               static_cast<uint64_t>(packet.capture_clock_offset));
    }
  }
}

}  // namespace remb::testing
