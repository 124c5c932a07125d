// What languages with threads and a garbage collector need beyond <remb/remb.hpp>: an estimator
// that can be closed early and is used by one thread at a time, and packets in columns.
#ifndef SWIG_BINDING_H_
#define SWIG_BINDING_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <remb/remb.hpp>
#include <span>
#include <utility>

namespace remb {

// Packets as columns, a column for each member of remb_packet. arrival_us, ssrc and payload_bytes
// have a value a packet; an empty one of the others means that no packet has it.
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

  // The stamps that there are columns of.
  uint32_t Stamps() const {
    uint32_t found = 0;
    auto look = [&](auto column, uint32_t stamp) { found |= column.empty() ? 0 : stamp; };
    look(abs_send_time, REMB_STAMP_ABS_SEND_TIME);
    look(rtp_timestamp, REMB_STAMP_RTP_TIMESTAMP);
    look(transmission_offset, REMB_STAMP_TRANSMISSION_OFFSET);
    look(sequence_number, REMB_STAMP_SEQUENCE_NUMBER);
    look(abs_capture_time, REMB_STAMP_ABS_CAPTURE_TIME);
    look(capture_clock_offset, REMB_STAMP_CAPTURE_CLOCK_OFFSET);
    return found;
  }

  // With all_stamps where there is no column of them: Stamps().
  Packet At(std::size_t i, uint32_t all_stamps) const {
    auto value = [i](auto column) { return column.empty() ? 0 : column[i]; };
    Packet packet;
    packet.arrival_us = arrival_us[i];
    packet.ssrc = ssrc[i];
    packet.payload_bytes = payload_bytes[i];
    packet.stamps = stamps.empty() ? all_stamps : stamps[i];
    packet.abs_send_time = value(abs_send_time);
    packet.rtp_timestamp = value(rtp_timestamp);
    packet.transmission_offset = value(transmission_offset);
    packet.sequence_number = value(sequence_number);
    packet.abs_capture_time = value(abs_capture_time);
    packet.capture_clock_offset = value(capture_clock_offset);
    return packet;
  }
};

// Throws what Estimator::OnPacket would throw of the packet itself, and if it has other stamps than
// these.
inline void Check(const Packet& packet, uint32_t stamps) {
  auto within = [](int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
  };
  if (!within(packet.arrival_us, 0, REMB_MAX_TIME_US)) throw Error(REMB_ERR_TIME);
  const bool offset_alone = (packet.stamps & REMB_STAMP_CAPTURE_CLOCK_OFFSET) &&
                            !(packet.stamps & REMB_STAMP_ABS_CAPTURE_TIME);
  const bool valid =
      (packet.stamps & ~stamps) == 0 && !offset_alone && within(packet.payload_bytes, 0, 65535) &&
      within(packet.sequence_number, 0, 65535) && within(packet.abs_send_time, 0, (1 << 24) - 1) &&
      within(packet.transmission_offset, -(1 << 23), (1 << 23) - 1);
  if (!valid) throw Error(REMB_ERR_ARGUMENT);
}

// After Close() every call but Close() throws Error with REMB_ERR_NULL, which has no other cause
// here.
class SharedEstimator : public Estimator {
 public:
  using Estimator::Estimator;
  using Estimator::OnPackets;

  // To be held during any other call.
  std::mutex& mutex() { return mutex_; }

  void Close() { Estimator closed(std::move(*this)); }

  // As OnPacket for each packet, in order. If they are not empty, estimate_bps is set to Estimate()
  // and facts to what OnPacket returned, after each. All packets are checked before any is taken.
  // Returns the facts of all together.
  int32_t OnPackets(const PacketColumns& packets, std::span<int64_t> estimate_bps = {},
                    std::span<int32_t> facts = {}) {
    auto fits = [&](auto column) { return column.empty() || column.size() == packets.size(); };
    if (!packets.AreOfEqualLength() || !fits(estimate_bps) || !fits(facts)) {
      throw Error(REMB_ERR_ARGUMENT);
    }
    const uint32_t stamps = packets.Stamps();
    for (std::size_t i = 0; i < packets.size(); ++i) Check(packets.At(i, stamps), stamps);
    int32_t all = OnPackets(std::span<const Packet>());  // throws if closed
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const int32_t fact = OnPacket(packets.At(i, stamps));
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
