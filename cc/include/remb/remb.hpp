// libremb for C++20: RAII over the C ABI of <remb/remb.h>, whose documentation holds for everything
// here. Header-only. Errors are thrown as remb::Error; after one nothing has changed.
#ifndef REMB_REMB_HPP_
#define REMB_REMB_HPP_

#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace remb {

// A call of the library failed; what() says why, status() is the REMB_ERR_* value.
class Error : public std::runtime_error {
 public:
  explicit Error(int32_t status)
      : std::runtime_error(remb_status_string(status)), status_(status) {}
  int32_t status() const noexcept { return status_; }

 private:
  int32_t status_;
};

namespace internal {

// Passes a result through, or throws if it is an error.
template <typename Result>
Result Check(Result result) {
  if (result < 0) throw Error(static_cast<int32_t>(result));
  return result;
}

// A size in the ABI's 32 bits. Throws if it does not fit.
inline int32_t SizeOf(std::size_t size) {
  if (size > static_cast<std::size_t>(std::numeric_limits<int32_t>::max())) {
    throw Error(REMB_ERR_ARGUMENT);
  }
  return static_cast<int32_t>(size);
}

// Never nullptr, which an empty span may have: no bytes are malformed, not missing.
inline const uint8_t* BytesOf(std::span<const uint8_t> bytes) {
  static constexpr uint8_t kNone = 0;
  return bytes.empty() ? &kNone : bytes.data();
}

}  // namespace internal

// remb_config with every default set; change members, then give it to an Estimator.
struct Config : remb_config {
  Config() noexcept : remb_config{} { remb_config_init(this, sizeof(remb_config)); }
};

// remb_stream for one SSRC.
struct Stream : remb_stream {
  explicit Stream(uint32_t stream_ssrc) noexcept : remb_stream{} {
    struct_size = sizeof(remb_stream);
    ssrc = stream_ssrc;
  }
};

// remb_packet with nothing present yet.
struct Packet : remb_packet {
  Packet() noexcept : remb_packet{} { struct_size = sizeof(remb_packet); }
};

// remb_stats, as filled by Estimator::Stats().
struct Stats : remb_stats {
  Stats() noexcept : remb_stats{} { struct_size = sizeof(remb_stats); }
};

// remb_stream_stats, as filled by Estimator::StreamStats().
struct StreamStats : remb_stream_stats {
  StreamStats() noexcept : remb_stream_stats{} { struct_size = sizeof(remb_stream_stats); }
};

// A REMB: what Estimator::Poll() fills, and its RTCP bytes both ways.
struct Message : remb_message {
  Message() noexcept : remb_message{} { struct_size = sizeof(remb_message); }

  // Reads the first REMB of an RTCP packet.
  static Message Parse(std::span<const uint8_t> rtcp) {
    Message message;
    internal::Check(remb_parse(internal::BytesOf(rtcp), internal::SizeOf(rtcp.size()), &message));
    return message;
  }

  // The message as one RTCP packet.
  std::vector<uint8_t> Serialize() const {
    std::vector<uint8_t> bytes(REMB_MAX_MESSAGE_BYTES);
    bytes.resize(static_cast<std::size_t>(
        internal::Check(remb_write(this, bytes.data(), static_cast<int32_t>(bytes.size())))));
    return bytes;
  }
};

// An estimator, one per peer connection. Movable, not copyable; threads as in remb.h.
class Estimator {
 public:
  Estimator() : Estimator(Config()) {}
  explicit Estimator(const remb_config& config) {
    internal::Check(remb_create(&config, &estimator_));
  }
  ~Estimator() { remb_destroy(estimator_); }

  Estimator(Estimator&& other) noexcept : estimator_(std::exchange(other.estimator_, nullptr)) {}
  Estimator& operator=(Estimator&& other) noexcept {
    std::swap(estimator_, other.estimator_);
    return *this;
  }
  Estimator(const Estimator&) = delete;
  Estimator& operator=(const Estimator&) = delete;

  void Reset() { internal::Check(remb_reset(estimator_)); }

  void AddStream(const remb_stream& stream) {
    internal::Check(remb_add_stream(estimator_, &stream));
  }
  void RemoveStream(uint32_t ssrc) { internal::Check(remb_remove_stream(estimator_, ssrc)); }

  // These return facts: bits of REMB_ESTIMATE_UPDATED and REMB_DUE.

  int32_t OnRtpPacket(int64_t now_us, std::span<const uint8_t> rtp) {
    return internal::Check(remb_on_rtp_packet(estimator_, now_us, internal::BytesOf(rtp),
                                              internal::SizeOf(rtp.size())));
  }
  int32_t OnPacket(const remb_packet& packet) {
    return internal::Check(remb_on_packet(estimator_, &packet));
  }
  int32_t OnPackets(std::span<const remb_packet> packets) {
    return internal::Check(
        remb_on_packets(estimator_, packets.data(), internal::SizeOf(packets.size())));
  }
  int32_t OnPackets(std::span<const Packet> packets) {
    static_assert(sizeof(Packet) == sizeof(remb_packet));
    const remb_packet* first = packets.data();
    return OnPackets(std::span<const remb_packet>(first, packets.size()));
  }
  int32_t SetMaxBitrate(int64_t bitrate_bps) {
    return internal::Check(remb_set_max_bitrate(estimator_, bitrate_bps));
  }
  int32_t SetMinBitrate(int64_t bitrate_bps) {
    return internal::Check(remb_set_min_bitrate(estimator_, bitrate_bps));
  }
  int32_t Poll(int64_t now_us) { return internal::Check(remb_poll(estimator_, now_us, nullptr)); }
  int32_t Poll(int64_t now_us, remb_message& message) {
    return internal::Check(remb_poll(estimator_, now_us, &message));
  }

  void SetRtt(int64_t rtt_us) { internal::Check(remb_set_rtt(estimator_, rtt_us)); }
  void RembSent(int64_t now_us, int64_t bitrate_bps) {
    internal::Check(remb_sent(estimator_, now_us, bitrate_bps));
  }

  int64_t NextPollUs() const { return internal::Check(remb_next_poll_us(estimator_)); }
  int64_t Estimate() const { return internal::Check(remb_estimate(estimator_)); }
  // The SSRCs that a REMB would list now.
  std::vector<uint32_t> Ssrcs() const {
    std::vector<uint32_t> ssrcs(REMB_MAX_SSRCS);
    ssrcs.resize(static_cast<std::size_t>(
        internal::Check(remb_ssrcs(estimator_, ssrcs.data(), REMB_MAX_SSRCS))));
    return ssrcs;
  }
  remb::Stats Stats() const {
    remb::Stats stats;
    internal::Check(remb_get_stats(estimator_, &stats));
    return stats;
  }
  // The SSRCs known, in numeric order.
  std::vector<uint32_t> Streams() const {
    std::vector<uint32_t> ssrcs(
        static_cast<std::size_t>(internal::Check(remb_streams(estimator_, nullptr, 0))));
    internal::Check(remb_streams(estimator_, ssrcs.data(), internal::SizeOf(ssrcs.size())));
    return ssrcs;
  }
  remb::StreamStats StreamStats(uint32_t ssrc) const {
    remb::StreamStats stats;
    internal::Check(remb_get_stream_stats(estimator_, ssrc, &stats));
    return stats;
  }

 private:
  remb_estimator* estimator_ = nullptr;
};

}  // namespace remb

#endif  // REMB_REMB_HPP_
