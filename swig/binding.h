// What languages with threads and a garbage collector need beyond <remb/remb.hpp>: an estimator that can be closed early
// and is used by one thread at a time, and packets in columns.
#ifndef SWIG_BINDING_H_
#define SWIG_BINDING_H_

#include <remb/remb.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

namespace remb {

// Packets as columns, a column for each member of remb_packet. arrival_us, ssrc and payload_bytes have a value a packet; an
// empty one of the others means that no packet has it.
struct PacketColumns {
  std::span<const int64_t> arrival_us;
  std::span<const uint32_t> ssrc;
  std::span<const int32_t> payload_bytes;
  std::span<const uint32_t> abs_send_time;
  std::span<const uint32_t> rtp_timestamp;
  std::span<const int32_t> transmission_offset;
  std::span<const int32_t> sequence_number;
  std::span<const int64_t> abs_capture_time;
  std::span<const int64_t> capture_clock_offset;
  std::span<const uint32_t> stamps;  // empty: every packet has what there are columns of

  std::size_t size() const { return arrival_us.size(); }

  bool AreOfEqualLength() const {
    auto fits = [this](auto column) { return column.empty() || column.size() == size(); };
    return ssrc.size() == size() && payload_bytes.size() == size() && fits(abs_send_time) &&
           fits(rtp_timestamp) && fits(transmission_offset) && fits(sequence_number) &&
           fits(abs_capture_time) && fits(capture_clock_offset) && fits(stamps);
  }

  Packet operator[](std::size_t i) const {
    Packet packet;
    packet.arrival_us = arrival_us[i];
    packet.ssrc = ssrc[i];
    packet.payload_bytes = payload_bytes[i];
    auto take = [&](auto column, uint32_t stamp, auto& member) {
      if (column.empty()) return;
      member = column[i];
      packet.stamps |= stamp;
    };
    take(abs_send_time, REMB_STAMP_ABS_SEND_TIME, packet.abs_send_time);
    take(rtp_timestamp, REMB_STAMP_RTP_TIMESTAMP, packet.rtp_timestamp);
    take(transmission_offset, REMB_STAMP_TRANSMISSION_OFFSET, packet.transmission_offset);
    take(sequence_number, REMB_STAMP_SEQUENCE_NUMBER, packet.sequence_number);
    take(abs_capture_time, REMB_STAMP_ABS_CAPTURE_TIME, packet.abs_capture_time);
    take(capture_clock_offset, REMB_STAMP_CAPTURE_CLOCK_OFFSET, packet.capture_clock_offset);
    if (!stamps.empty()) packet.stamps = stamps[i];
    return packet;
  }
};

// Throws what Estimator::OnPacket would throw of the packet itself.
inline void Check(const Packet& packet) {
  auto within = [](int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
  };
  constexpr uint32_t kStamps = REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_TRANSMISSION_OFFSET |
                               REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_ABS_CAPTURE_TIME |
                               REMB_STAMP_CAPTURE_CLOCK_OFFSET | REMB_STAMP_SEQUENCE_NUMBER;
  if (!within(packet.arrival_us, 0, REMB_MAX_TIME_US)) throw Error(REMB_ERR_TIME);
  const bool offset_alone = (packet.stamps & REMB_STAMP_CAPTURE_CLOCK_OFFSET) &&
                            !(packet.stamps & REMB_STAMP_ABS_CAPTURE_TIME);
  const bool valid = (packet.stamps & ~kStamps) == 0 && !offset_alone &&
                     within(packet.payload_bytes, 0, 65535) &&
                     within(packet.sequence_number, 0, 65535) &&
                     within(packet.abs_send_time, 0, (1 << 24) - 1) &&
                     within(packet.transmission_offset, -(1 << 23), (1 << 23) - 1);
  if (!valid) throw Error(REMB_ERR_ARGUMENT);
}

// After Close() every call but Close() throws Error with REMB_ERR_NULL, which has no other cause here.
class SharedEstimator : public Estimator {
 public:
  using Estimator::Estimator;
  using Estimator::OnPackets;

  // To be held during any other call.
  std::mutex& mutex() { return mutex_; }

  void Close() { Estimator closed(std::move(*this)); }

  // As OnPacket for each packet, in order. If they are not empty, estimate_bps is set to Estimate() and facts to what
  // OnPacket returned, after each. All packets are checked before any is taken. Returns the facts of all together.
  int32_t OnPackets(const PacketColumns& packets, std::span<int64_t> estimate_bps = {},
                    std::span<int32_t> facts = {}) {
    auto fits = [&](auto column) { return column.empty() || column.size() == packets.size(); };
    if (!packets.AreOfEqualLength() || !fits(estimate_bps) || !fits(facts)) {
      throw Error(REMB_ERR_ARGUMENT);
    }
    for (std::size_t i = 0; i < packets.size(); ++i) Check(packets[i]);
    int32_t all = OnPackets(std::span<const Packet>());  // throws if closed
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const int32_t fact = OnPacket(packets[i]);
      if (!facts.empty()) facts[i] = fact;
      if (!estimate_bps.empty()) estimate_bps[i] = Estimate();
      all |= fact;
    }
    return all;
  }

 private:
  std::mutex mutex_;
};

}  // namespace remb

#endif  // SWIG_BINDING_H_
