#include "cc/testing/plain/side_by_side.h"

#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>

#include "cc/testing/packets.h"

namespace remb::plain {
namespace {

// All streams are compared after each call if there are no more, else after each 256th.
constexpr int32_t kFewStreams = 16;

[[noreturn]] void Differ(const std::string& what) { throw std::logic_error(what); }

template <typename T>
void Equal(const char* what, const T& library, const T& plain) {
  if (std::memcmp(&library, &plain, sizeof(T)) == 0) return;
  std::ostringstream text;
  text.precision(17);
  text << what << ": the library says " << library << ", the plain implementation " << plain;
  Differ(text.str());
}

void Equal(const char* what, const std::vector<uint32_t>& library,
           const std::vector<uint32_t>& plain) {
  Equal(what, library.size(), plain.size());
  for (size_t i = 0; i < library.size(); ++i) Equal(what, library[i], plain[i]);
}

void Equal(const remb_stats& library, const remb_stats& plain) {
  if (std::memcmp(&library, &plain, sizeof plain) == 0) return;
#define EQUAL(member) Equal("remb_stats." #member, library.member, plain.member)
  EQUAL(state);
  EQUAL(clock);
  EQUAL(stream_count);
  EQUAL(packets);
  EQUAL(bytes);
  EQUAL(reports);
  EQUAL(last_report_us);
  EQUAL(estimate_bps);
  EQUAL(incoming_bitrate_bps);
  EQUAL(link_capacity_bps);
  EQUAL(last_remb_us);
  EQUAL(last_remb_bps);
  EQUAL(groups);
  EQUAL(send_delta_ms);
  EQUAL(arrival_delta_ms);
  EQUAL(size_delta_bytes);
  EQUAL(offset_ms);
  EQUAL(modified_offset_ms);
  EQUAL(threshold_ms);
  EQUAL(noise_variance_ms2);
#undef EQUAL
  Differ("remb_stats differs in a member of the adaptive profile");
}

void Equal(const remb_stream_stats& library, const remb_stream_stats& plain) {
#define EQUAL(member) Equal("remb_stream_stats." #member, library.member, plain.member)
  EQUAL(ssrc);
  EQUAL(kind);
  EQUAL(added);
  EQUAL(alive);
  EQUAL(clock);
  EQUAL(clock_reason);
  EQUAL(stamps);
  EQUAL(state);
  EQUAL(last_packet_us);
  EQUAL(packets);
  EQUAL(bytes);
#undef EQUAL
}

}  // namespace

SideBySide::SideBySide(const remb_config& config)
    : library_(testing::Create(config)), plain_(config) {
  CompareAll();
}

int32_t SideBySide::OnPacket(const remb_packet& packet) {
  const int32_t facts = remb_on_packet(library_.get(), &packet);
  Compare("remb_on_packet", facts, plain_.OnPacket(packet), packet.ssrc);
  return facts;
}

int32_t SideBySide::OnPackets(const std::vector<remb_packet>& packets) {
  const int32_t facts =
      remb_on_packets(library_.get(), packets.data(), static_cast<int32_t>(packets.size()));
  int32_t plain_facts = 0;
  for (const remb_packet& packet : packets) {
    // Updated if it was by any packet; due if it is at last.
    plain_facts = (plain_facts & REMB_ESTIMATE_UPDATED) | plain_.OnPacket(packet);
  }
  Compare("remb_on_packets", facts, plain_facts, packets.empty() ? 0 : packets.back().ssrc);
  return facts;
}

int32_t SideBySide::OnRtpPacket(const remb_packet& packet) {
  const std::vector<uint8_t> rtp = testing::RtpBytes(packet);
  const int32_t facts = remb_on_rtp_packet(library_.get(), packet.arrival_us, rtp.data(),
                                           static_cast<int32_t>(rtp.size()));
  Compare("remb_on_rtp_packet", facts, plain_.OnRtpPacket(packet), packet.ssrc);
  return facts;
}

int32_t SideBySide::Poll(int64_t now) {
  const remb_message untouched = {.struct_size = sizeof(remb_message),
                                  .sender_ssrc = 0,
                                  .bitrate_bps = 0,
                                  .ssrc_count = -1,
                                  .ssrcs = {}};
  remb_message message = untouched;
  const int32_t facts = remb_poll(library_.get(), now, &message);
  Compare("remb_poll", facts, plain_.Poll(now), 0);
  if (facts & REMB_DUE) {
    Equal("remb_message.bitrate_bps", message.bitrate_bps, plain_.Estimate());
    Equal("remb_message.ssrcs",
          std::vector<uint32_t>(message.ssrcs, message.ssrcs + message.ssrc_count), plain_.Ssrcs());
  } else if (std::memcmp(&message, &untouched, sizeof message) != 0) {
    Differ("remb_poll touched a message that is not due");
  }
  return facts;
}

void SideBySide::Sent(int64_t now, int64_t bps) {
  const int32_t status = remb_sent(library_.get(), now, bps);
  plain_.Sent(now, bps);
  Compare("remb_sent", status, REMB_OK, 0);
}

void SideBySide::SendIfDue(int64_t now) {
  if (Poll(now) & REMB_DUE) Sent(now, plain_.Estimate());
}

void SideBySide::AddStream(const remb_stream& stream) {
  const int32_t status = remb_add_stream(library_.get(), &stream);
  Compare("remb_add_stream", status, plain_.AddStream(stream), stream.ssrc);
}

void SideBySide::RemoveStream(uint32_t ssrc) {
  const int32_t status = remb_remove_stream(library_.get(), ssrc);
  Compare("remb_remove_stream", status, plain_.RemoveStream(ssrc), ssrc);
}

void SideBySide::Reset() {
  const int32_t status = remb_reset(library_.get());
  plain_.Reset();
  Compare("remb_reset", status, REMB_OK, 0);
}

void SideBySide::SetRtt(int64_t rtt) {
  const int32_t status = remb_set_rtt(library_.get(), rtt);
  plain_.SetRtt(rtt);
  Compare("remb_set_rtt", status, REMB_OK, 0);
}

void SideBySide::SetMaxBitrate(int64_t bps) {
  const int32_t facts = remb_set_max_bitrate(library_.get(), bps);
  Compare("remb_set_max_bitrate", facts, plain_.SetMaxBitrate(bps), 0);
}

void SideBySide::SetMinBitrate(int64_t bps) {
  const int32_t facts = remb_set_min_bitrate(library_.get(), bps);
  Compare("remb_set_min_bitrate", facts, plain_.SetMinBitrate(bps), 0);
}

void SideBySide::Compare(const char* call, int64_t result, int64_t plain_result, uint32_t ssrc) {
  ++calls_;
  try {
    Equal(testing::StatsOf(library_.get()), plain_.Stats());
    Equal("remb_estimate", remb_estimate(library_.get()), plain_.Estimate());
    Equal("remb_next_poll_us", remb_next_poll_us(library_.get()), plain_.NextPollUs());
    CompareStream(ssrc);
    Equal("result", result, plain_result);
    const int32_t streams = remb_streams(library_.get(), nullptr, 0);
    if (streams <= kFewStreams || calls_ % 256 == 0) CompareAll();
  } catch (const std::logic_error& difference) {
    Differ("call " + std::to_string(calls_) + ", " + call + ": " + difference.what());
  }
}

void SideBySide::CompareAll() const {
  Equal("remb_ssrcs", testing::SsrcsOf(library_.get()), plain_.Ssrcs());
  std::vector<uint32_t> ssrcs(static_cast<size_t>(remb_streams(library_.get(), nullptr, 0)));
  remb_streams(library_.get(), ssrcs.data(), static_cast<int32_t>(ssrcs.size()));
  Equal("remb_streams", ssrcs, plain_.Streams());
  for (const uint32_t ssrc : ssrcs) CompareStream(ssrc);
}

void SideBySide::CompareStream(uint32_t ssrc) const {
  remb_stream_stats stats = {};
  stats.struct_size = sizeof stats;
  const int32_t status = remb_get_stream_stats(library_.get(), ssrc, &stats);
  const std::optional<remb_stream_stats> plain = plain_.StreamStats(ssrc);
  Equal("remb_get_stream_stats", status, plain ? REMB_OK : REMB_ERR_NOT_FOUND);
  if (plain) Equal(stats, *plain);
}

}  // namespace remb::plain
