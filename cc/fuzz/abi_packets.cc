// The calls that take packets.
#include <algorithm>
#include <optional>

#include "cc/fuzz/abi_promises.h"
#include "cc/fuzz/abi_subject.h"
#include "cc/fuzz/plain_rtp.h"
#include "cc/fuzz/require.h"
#include "cc/testing/packets.h"

namespace remb::fuzz {
namespace {

constexpr int64_t kSetBackUs = 1'000'000;  // a packet older by more than this sets the clock back

}  // namespace

int64_t Subject::Time(Input& input) const {
  const auto choice = input.Take<uint8_t>();
  if (choice < 200) return now_us_ + input.Take<uint16_t>();
  if (choice < 220) return now_us_ + input.Take<uint32_t>();
  if (choice < 240) return now_us_ - input.Take<uint32_t>();
  return input.OneOf<int64_t>(
      {0, -1, REMB_MAX_TIME_US, REMB_MAX_TIME_US + 1, INT64_MIN, INT64_MAX});
}

void Subject::RtpPacket(Input& input) {
  const int64_t us = Time(input);
  const std::vector<uint8_t> bytes = input.Bytes(input.Take<uint8_t>());
  static const uint8_t nothing = 0;
  const auto other = input.OneOf<int32_t>({0, 0, 0, 0, 0, 0, 0, -1});
  const bool lies = other < 0 || other > 65'535;
  const int32_t size = lies ? other : static_cast<int32_t>(bytes.size());
  const int32_t status =
      remb_on_rtp_packet(handle_.get(), us, bytes.empty() ? &nothing : bytes.data(), size);
  const std::optional<PlainRtp> rtp = ReadRtp(bytes);
  if (lies) {
    REQUIRE(status == REMB_ERR_ARGUMENT);
  } else if (!IsTime(us)) {
    REQUIRE(status == REMB_ERR_TIME);
  } else if (!rtp) {
    REQUIRE(status == REMB_ERR_MALFORMED);
  } else {
    REQUIRE(status >= 0);
    Count(ToPacket(*rtp, {}, us));
  }
  After(status);
}

remb_packet Subject::AnyPacket(Input& input) const {
  remb_packet packet = testing::MakePacket(Ssrc(input), Time(input));
  packet.stamps = input.OneOf<uint32_t>({37, 36, 39, 44, 45, 60, 1, 4, 0, 8, 16, 64});
  packet.payload_bytes = input.OneOf<int32_t>({1'000, 0, 200, 201, 65'535, -1, 65'536});
  packet.sequence_number = input.Take<uint16_t>();
  switch (input.Take<uint8_t>() % 8) {
    case 0:
      packet.abs_send_time = input.Take<uint32_t>();
      break;
    case 1:
      packet.rtp_timestamp = input.Take<uint32_t>();
      break;
    case 2:
      packet.transmission_offset = input.Take<int32_t>();
      break;
    case 3:
      packet.abs_capture_time = input.Take<int64_t>();
      packet.capture_clock_offset = input.Take<int64_t>();
      break;
    case 4:
      packet.sequence_number = input.Take<int32_t>();
      break;
    default:  // the capture time that goes with the RTP timestamp
      packet.abs_capture_time = static_cast<int64_t>(static_cast<uint64_t>(packet.arrival_us) *
                                                     (uint64_t{1} << 26) / 15'625);
  }
  return packet;
}

bool Subject::IsLeftOut(uint32_t ssrc) const {
  const auto stream = added_.find(ssrc);
  if (stream == added_.end()) return config_.known_streams_only == 1;
  return stream->second == REMB_KIND_AUDIO && config_.count_audio == 0;
}

void Subject::Count(const remb_packet& packet) {
  if (packet.arrival_us > now_us_ || packet.arrival_us < now_us_ - kSetBackUs) {
    now_us_ = packet.arrival_us;
  }
  if (IsLeftOut(packet.ssrc)) return;
  ++packets_;
  bytes_ += packet.payload_bytes;
}

void Subject::Packet(Input& input) {
  Sized<remb_packet> packet(input, AnyPacket(input));
  const int32_t status = remb_on_packet(handle_.get(), packet.get());
  const int32_t wanted = packet.IsReadable() ? StatusOf(packet.value()) : REMB_ERR_STRUCT_SIZE;
  REQUIRE(wanted == REMB_OK ? status >= 0 : status == wanted);
  if (status >= 0) Count(packet.value());
  After(status);
  remb_stream_stats stats = {};
  stats.struct_size = sizeof stats;
  // One beyond max_streams is not remembered.
  if (status < 0 || remb_get_stream_stats(handle_.get(), packet.value().ssrc, &stats) < 0) return;
  REQUIRE(stats.last_packet_us == now_us_);
  REQUIRE(stats.stamps == packet.value().stamps);
}

void Subject::Packets(Input& input) {
  const int32_t count = input.OneOf<int32_t>({3, 2, 1, 0, -1, 8}) % 100;
  std::vector<uint8_t> all;
  std::vector<remb_packet> values;
  int32_t wanted = count < 0 ? REMB_ERR_ARGUMENT : REMB_OK;
  uint32_t stride = 0;
  for (int32_t i = 0; i < count; ++i) {
    Sized<remb_packet> packet(input, AnyPacket(input));
    if (i == 0) stride = packet.struct_size();
    if (wanted == REMB_OK) {
      wanted = packet.struct_size() != stride ? REMB_ERR_ARGUMENT
               : !packet.IsReadable()         ? REMB_ERR_STRUCT_SIZE
                                              : StatusOf(packet.value());
    }
    values.push_back(packet.value());
    // An element of another size lies where it would if it were of the first one's.
    std::vector<uint8_t> bytes = packet.bytes();
    bytes.resize(std::max<size_t>(std::min<size_t>(stride, sizeof(remb_packet) + 16), 4));
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  all.shrink_to_fit();
  const int32_t status =
      remb_on_packets(handle_.get(), reinterpret_cast<const remb_packet*>(all.data()), count);
  REQUIRE(wanted == REMB_OK ? status >= 0 : status == wanted);
  if (status >= 0) {
    for (const remb_packet& value : values) Count(value);
  }
  After(status);
}

void Subject::Flow(Input& input) {
  const uint32_t ssrc = Ssrc(input);
  const int count = input.Take<uint8_t>();
  const int64_t spacing_us = input.Take<uint16_t>();
  const int64_t growth_us = input.Take<int8_t>() * INT64_C(64);
  const int32_t payload_bytes = input.Take<uint16_t>() % 1'500;
  const uint32_t stamps = input.OneOf<uint32_t>({37, 36, 39, 45, 44, 61}) & 63;
  auto sequence_number = input.Take<uint16_t>();
  int32_t facts = REMB_OK;
  for (int i = 0; i < count; ++i) {
    sent_us_ += spacing_us;
    const int64_t us = std::clamp<int64_t>(now_us_ + spacing_us + growth_us, 0, REMB_MAX_TIME_US);
    remb_packet packet = testing::MakePacket(ssrc, us, payload_bytes);
    packet.stamps = stamps & REMB_STAMP_ABS_CAPTURE_TIME ? stamps : stamps & 47;
    packet.abs_send_time = testing::AbsSendTime(sent_us_);
    packet.rtp_timestamp = static_cast<uint32_t>(sent_us_ * 9 / 100);
    packet.abs_capture_time = sent_us_ * (INT64_C(1) << 26) / 15'625;
    packet.sequence_number = sequence_number++;
    facts = remb_on_packet(handle_.get(), &packet);
    REQUIRE(facts >= 0);
    Count(packet);
  }
  After(facts);
}

void Subject::Crowd(Input& input) {
  remb_packet packet = testing::MakePacket(Ssrc(input), 0);
  const int count = input.Take<uint16_t>() % 512;
  const int64_t spacing_us = input.Take<uint8_t>();
  int32_t facts = REMB_OK;
  for (int i = 0; i < count; ++i, ++packet.ssrc) {
    packet.arrival_us = std::min(now_us_ + spacing_us, REMB_MAX_TIME_US);
    facts = remb_on_packet(handle_.get(), &packet);
    REQUIRE(facts >= 0);
    Count(packet);
  }
  After(facts);
}

}  // namespace remb::fuzz
