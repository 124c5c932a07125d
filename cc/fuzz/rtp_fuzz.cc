// Any bytes as an RTP packet. The parser must read what a plain one does, and remb_on_rtp_packet
// take of it what remb_on_packet takes of the plain one's fields.

#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "cc/fuzz/plain_rtp.h"
#include "cc/fuzz/require.h"
#include "cc/rtp/rtp_header.h"
#include "cc/testing/estimator_view.h"

namespace {

using namespace remb::core;
using namespace remb::fuzz;
using namespace remb::testing;

// Those of the corpus, others of the one-byte form, those that only the two-byte form has, none.
constexpr PlainIds kIds[] = {{3, 2, 4}, {14, 1, 15}, {255, 16, 128}, {0, 0, 0}};

void CheckExtensions(const RtpHeader& header, const PlainRtp& plain, const PlainIds& ids) {
  const RtpExtensions found =
      ParseRtpExtensions(header, {.abs_send_time = RtpExtensionId(ids.abs_send_time),
                                  .transmission_offset = RtpExtensionId(ids.transmission_offset),
                                  .abs_capture_time = RtpExtensionId(ids.abs_capture_time)});
  const remb_packet packet = ToPacket(plain, ids, 0);
  const auto has = [&](uint32_t stamp) { return (packet.stamps & stamp) != 0; };
  REQUIRE(found.abs_send_time.has_value() == has(REMB_STAMP_ABS_SEND_TIME));
  REQUIRE(found.abs_send_time.value_or(0) == packet.abs_send_time);
  REQUIRE(found.transmission_offset.has_value() == has(REMB_STAMP_TRANSMISSION_OFFSET));
  REQUIRE(found.transmission_offset.value_or(0) == packet.transmission_offset);
  REQUIRE(found.abs_capture_time.has_value() == has(REMB_STAMP_ABS_CAPTURE_TIME));
  if (!found.abs_capture_time) return;
  const auto& [time, offset] = *found.abs_capture_time;
  REQUIRE(static_cast<int64_t>(time) == packet.abs_capture_time);
  REQUIRE(offset.has_value() == has(REMB_STAMP_CAPTURE_CLOCK_OFFSET));
  if (offset) REQUIRE(*offset == packet.capture_clock_offset);
}

void CheckParser(std::span<const uint8_t> bytes, const std::optional<PlainRtp>& plain) {
  const RtpHeader header = ParseRtpHeader(bytes);
  REQUIRE(header.is_rtp == plain.has_value());
  if (!header.is_rtp) return;
  REQUIRE(header.ssrc == plain->ssrc);
  REQUIRE(header.timestamp == plain->timestamp);
  REQUIRE(header.sequence_number == plain->sequence_number);
  REQUIRE(header.payload_bytes == plain->payload_bytes);
  for (const PlainIds& ids : kIds) CheckExtensions(header, *plain, ids);
}

// An estimator that takes the bytes, and one that takes fields.
class Pair {
 public:
  Pair(int32_t profile, int32_t clock) {
    remb_config config = ConfigOf(profile);
    config.clock = clock;
    config.abs_send_time_id = kIds[0].abs_send_time;
    config.transmission_offset_id = kIds[0].transmission_offset;
    config.abs_capture_time_id = kIds[0].abs_capture_time;
    by_bytes_ = Create(config);
    by_fields_ = Create(config);
  }

  void Take(std::span<const uint8_t> bytes, const PlainRtp& plain, const PlainIds& ids) {
    now_us_ += 7'000;  // beyond what makes one group
    const int32_t facts = remb_on_rtp_packet(by_bytes_.get(), now_us_, bytes.data(),
                                             static_cast<int32_t>(bytes.size()));
    REQUIRE(facts >= 0);
    const remb_packet packet = ToPacket(plain, ids, now_us_);
    REQUIRE(remb_on_packet(by_fields_.get(), &packet) == facts);
    REQUIRE(StreamOf(by_bytes_, plain.ssrc).stamps == packet.stamps);
  }

  void AddStream(uint32_t ssrc, const PlainIds& ids) {
    const auto id = [](int of) { return of == 0 ? REMB_ID_NONE : of; };
    const remb_stream stream = {.struct_size = sizeof stream,
                                .ssrc = ssrc,
                                .kind = REMB_KIND_VIDEO,
                                .clock_rate_hz = 0,
                                .abs_send_time_id = id(ids.abs_send_time),
                                .transmission_offset_id = id(ids.transmission_offset),
                                .abs_capture_time_id = id(ids.abs_capture_time)};
    REQUIRE(remb_add_stream(by_bytes_.get(), &stream) == REMB_OK);
    REQUIRE(remb_add_stream(by_fields_.get(), &stream) == REMB_OK);
  }

  void Compare(uint32_t ssrc) const {
    REQUIRE(ViewOf(by_bytes_) == ViewOf(by_fields_));
    const remb_stream_stats bytes = StreamOf(by_bytes_, ssrc);
    const remb_stream_stats fields = StreamOf(by_fields_, ssrc);
    REQUIRE(std::memcmp(&bytes, &fields, sizeof bytes) == 0);
  }

  void Refuse(std::span<const uint8_t> bytes) const {
    static const uint8_t nothing = 0;  // libFuzzer gives no address for no bytes
    REQUIRE(remb_on_rtp_packet(by_bytes_.get(), 0, bytes.empty() ? &nothing : bytes.data(),
                               static_cast<int32_t>(bytes.size())) == REMB_ERR_MALFORMED);
    REQUIRE(ViewOf(by_bytes_) == ViewOf(by_fields_));
  }

 private:
  static remb_stream_stats StreamOf(const Handle& handle, uint32_t ssrc) {
    remb_stream_stats stats = {};
    stats.struct_size = sizeof stats;
    REQUIRE(remb_get_stream_stats(handle.get(), ssrc, &stats) == REMB_OK);
    return stats;
  }

  Handle by_bytes_;
  Handle by_fields_;
  int64_t now_us_ = 1'000'000;
};

void CheckLibrary(Pair pair, std::span<const uint8_t> bytes, const std::optional<PlainRtp>& plain) {
  if (!plain) return pair.Refuse(bytes);
  pair.Take(bytes, *plain, kIds[0]);
  for (const PlainIds& ids : kIds) {
    pair.AddStream(plain->ssrc, ids);
    pair.Take(bytes, *plain, ids);
    pair.Compare(plain->ssrc);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65535) return 0;
  const std::span<const uint8_t> bytes(data, size);
  const std::optional<PlainRtp> plain = ReadRtp(bytes);
  CheckParser(bytes, plain);
  // One of the ways to take it for each input, or it would be slow.
  constexpr int32_t kClocks[] = {REMB_CLOCK_AUTO, REMB_CLOCK_TRANSMISSION_OFFSET,
                                 REMB_CLOCK_ABS_CAPTURE_TIME};
  const int choice = plain ? plain->sequence_number % 6 : 0;
  const int32_t profile = choice < 3 ? REMB_PROFILE_LIBWEBRTC : REMB_PROFILE_ADAPTIVE;
  CheckLibrary(Pair(profile, kClocks[choice % 3]), bytes, plain);
  return 0;
}
