// Calls at random, valid and not: what must hold after each of them.
#include <remb/remb.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::testing {
namespace {

class RandomCaller {
 public:
  explicit RandomCaller(uint32_t seed) : random_(seed), handle_(Create(RandomConfig())) {}

  void CallAndCheck() {
    const View before = ViewOf(handle_);
    const int64_t result = Call();
    const View after = ViewOf(handle_);
    if (result < 0) REQUIRE(after == before);
    Check(after);
  }

 private:
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <typename T>
  T AnyOf(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<uint32_t>(values.size()))];
  }

  remb_config RandomConfig() {
    remb_config config = ConfigOf(AnyOf({REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE}));
    config.clock = static_cast<int32_t>(Below(5));
    config.abs_capture_time_id = AnyOf({0, kAbsCaptureTimeId});
    config.max_streams = AnyOf({1, 2, 10, 300, 16'384});
    config.abs_send_time_id = kAbsSendTimeId;
    config.transmission_offset_id = kTransmissionOffsetId;
    config.clock_rate_hz = AnyOf({1'000, 90'000, 1'000'000});
    config.count_audio = static_cast<int32_t>(Below(2));
    config.initial_bitrate_bps = AnyOf<int64_t>({0, 1, 300'000, REMB_MAX_BITRATE_BPS});
    config.remb_interval_us = AnyOf<int64_t>({10'000, 1'000'000, 60'000'000});
    config.remb_start_interval_us = AnyOf<int64_t>({REMB_OFF, 0, 10'000});
    config.remb_start_duration_us = AnyOf<int64_t>({0, 10'000, 60'000'000});
    config.remb_min_interval_us = AnyOf<int64_t>({REMB_OFF, 0, 10'000});
    config.remb_fall_percent = AnyOf<int32_t>({REMB_OFF, 0, 1, 1000});
    config.remb_rise_percent = AnyOf<int32_t>({REMB_OFF, 0, 1, 1000});
    return config;
  }

  // Mostly a little later; at times a jump, also to where no time may be.
  int64_t Time() {
    if (OneIn(300)) {
      return AnyOf<int64_t>({-1, std::numeric_limits<int64_t>::min(), REMB_MAX_TIME_US + 1,
                             std::numeric_limits<int64_t>::max()});
    }
    if (OneIn(1000)) {
      us_ = AnyOf<int64_t>({0, 1, REMB_MAX_TIME_US, REMB_MAX_TIME_US - 3'000'000,
                            static_cast<int64_t>(random_() % REMB_MAX_TIME_US)});
    } else if (OneIn(50)) {
      us_ += AnyOf<int64_t>(
          {-1'000'001, -1'000'000, -10'000, 100'000, 1'000'000, 2'000'001, 86'400'000'000});
    } else {
      us_ += Below(20'000);
    }
    us_ = std::clamp<int64_t>(us_, 0, REMB_MAX_TIME_US);
    return us_;
  }
  uint32_t Ssrc() { return OneIn(10) ? static_cast<uint32_t>(random_()) : Below(400); }
  int64_t Rate() {
    return AnyOf<int64_t>({-1, 0, 1, 4'999, 5'000, 100'000, 1'000'000, REMB_MAX_BITRATE_BPS,
                           REMB_MAX_BITRATE_BPS + 1, std::numeric_limits<int64_t>::min()});
  }

  remb_packet Packet() {
    const int64_t us = Time();
    remb_packet packet = MakePacket(Ssrc(), us, AnyOf({0, 1, 200, 201, 1200, 65'535}));
    packet.abs_send_time = AbsSendTime(std::max<int64_t>(us, 0) / 2);
    if (OneIn(3)) packet.stamps = Below(8);
    if (!OneIn(3)) packet.stamps |= REMB_STAMP_SEQUENCE_NUMBER;
    packet.sequence_number = OneIn(20) ? static_cast<int32_t>(Below(65'536)) : sequence_number_++;
    if (OneIn(capture_)) Capture(packet, us);
    if (OneIn(20)) packet.abs_send_time = static_cast<uint32_t>(random_() & 0xFFFFFF);
    if (OneIn(20)) packet.rtp_timestamp = static_cast<uint32_t>(random_());
    packet.transmission_offset = static_cast<int32_t>(Below(1 << 24)) - (1 << 23);
    if (OneIn(200)) packet.stamps = AnyOf({16u, 64u});
    if (OneIn(200)) packet.abs_send_time = 1 << 24;
    if (OneIn(200)) packet.transmission_offset = 1 << 23;
    if (OneIn(200)) packet.payload_bytes = AnyOf({-1, 65'536});
    if (OneIn(200)) packet.sequence_number = AnyOf({-1, 65'536});
    if (OneIn(200)) packet.struct_size = Below(sizeof(remb_packet));
    return packet;
  }

  // Mostly by one clock, but not always.
  void Capture(remb_packet& packet, int64_t us) {
    packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
    packet.abs_capture_time = static_cast<int64_t>(static_cast<uint64_t>(std::max<int64_t>(us, 0)) *
                                                   (uint64_t{1} << 26) / 15'625);
    if (OneIn(3)) {
      packet.stamps |= REMB_STAMP_CAPTURE_CLOCK_OFFSET;
      packet.capture_clock_offset =
          AnyOf<int64_t>({0, 1, 1'000'000'000, std::numeric_limits<int64_t>::min(),
                          std::numeric_limits<int64_t>::max()});
    }
    if (OneIn(20)) packet.abs_capture_time = static_cast<int64_t>(random_());
  }

  int64_t OnRtpPacket() {
    remb_packet packet = Packet();
    packet.payload_bytes = std::clamp(packet.payload_bytes, 0, 1500);
    std::vector<uint8_t> rtp = RtpBytes(packet);
    if (OneIn(5)) {
      rtp.resize(Below(64));
      rtp.shrink_to_fit();
      for (uint8_t& byte : rtp) byte = static_cast<uint8_t>(random_());
      if (!rtp.empty()) rtp[0] = static_cast<uint8_t>(0x80 | (rtp[0] & 0x3F));
    }
    const uint8_t none = 0;
    return remb_on_rtp_packet(handle_.get(), packet.arrival_us, rtp.empty() ? &none : rtp.data(),
                              static_cast<int32_t>(rtp.size()));
  }

  int64_t OnPackets() {
    std::vector<remb_packet> packets(Below(20));
    for (remb_packet& packet : packets) packet = Packet();
    for (remb_packet& packet : packets) packet.struct_size = sizeof packet;
    return remb_on_packets(handle_.get(), packets.data(), static_cast<int32_t>(packets.size()));
  }

  int64_t AddStream() {
    remb_stream stream = {.struct_size = sizeof stream,
                          .ssrc = Ssrc(),
                          .kind = static_cast<int32_t>(Below(OneIn(10) ? 4 : 2)),
                          .clock_rate_hz = AnyOf({0, 1'000, 48'000, 1'000'000}),
                          .abs_send_time_id = AnyOf({0, 0, REMB_ID_NONE, 3, 255}),
                          .transmission_offset_id = AnyOf({0, REMB_ID_NONE, 3, 255}),
                          .abs_capture_time_id = AnyOf({0, 0, REMB_ID_NONE, 4})};
    if (OneIn(20)) stream.clock_rate_hz = AnyOf({-1, 999, 1'000'001});
    if (OneIn(20)) stream.abs_send_time_id = AnyOf({-2, 256});
    return remb_add_stream(handle_.get(), &stream);
  }

  int64_t SetMax() {
    const int64_t rate = Rate();
    const int32_t result = remb_set_max_bitrate(handle_.get(), rate);
    if (result >= 0) max_bps_ = rate == 0 ? REMB_MAX_BITRATE_BPS : rate;
    return result;
  }
  int64_t SetMin() {
    const int64_t rate = Rate();
    const int32_t result = remb_set_min_bitrate(handle_.get(), rate);
    if (result >= 0) min_bps_ = rate == 0 ? 5'000 : rate;
    return result;
  }

  int64_t Poll() {
    remb_message message = {};
    message.struct_size = sizeof message;
    const int64_t us = Time();
    const int32_t facts = remb_poll(handle_.get(), us, &message);
    if (facts > 0 && (facts & REMB_DUE)) {
      REQUIRE(message.bitrate_bps == remb_estimate(handle_.get()));
      REQUIRE(message.bitrate_bps > 0);
      REQUIRE(std::vector<uint32_t>(message.ssrcs, message.ssrcs + message.ssrc_count) ==
              SsrcsOf(handle_.get()));
      if (OneIn(2)) {
        REQUIRE(remb_sent(handle_.get(), us, message.bitrate_bps) == REMB_OK);
        REQUIRE_FALSE(remb_poll(handle_.get(), us, nullptr) & REMB_DUE);
      }
    } else {
      REQUIRE(message.bitrate_bps == 0);
    }
    return facts;
  }

  int64_t Call() {
    switch (Below(40)) {
      case 0:
        return AddStream();
      case 1:
        return remb_remove_stream(handle_.get(), Ssrc());
      case 2:
        return OneIn(50) ? remb_reset(handle_.get()) : REMB_OK;
      case 3:
        return remb_set_rtt(handle_.get(),
                            AnyOf<int64_t>({-1, 0, 1, 50'000, 60'000'000, 60'000'001}));
      case 4:
        return OneIn(5) ? SetMax() : SetMin();
      case 5:
        return remb_sent(handle_.get(), Time(), Rate());
      case 6:
      case 7:
      case 8:
        return Poll();
      case 9:
        return OnPackets();
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
        return OnRtpPacket();
      default: {
        const remb_packet packet = Packet();
        return remb_on_packet(handle_.get(), &packet);
      }
    }
  }

  void Check(const View& view) const {
    REQUIRE((view.estimate_bps == 0 ||
             (view.estimate_bps >= min_bps_ && view.estimate_bps <= max_bps_)));
    REQUIRE(view.ssrcs.size() <= REMB_MAX_SSRCS);
    REQUIRE(std::is_sorted(view.ssrcs.begin(), view.ssrcs.end()));
    REQUIRE(std::adjacent_find(view.ssrcs.begin(), view.ssrcs.end()) == view.ssrcs.end());
    REQUIRE((view.ssrcs.empty() || view.ssrcs.front() != 0));
    REQUIRE(view.next_poll_us >= 0);
    REQUIRE(static_cast<int32_t>(view.ssrcs.size()) <= view.stats.stream_count);
    REQUIRE(view.stats.estimate_bps >= 0);
    REQUIRE(view.stats.incoming_bitrate_bps >= 0);
    REQUIRE(view.stats.link_capacity_bps >= 0);
    REQUIRE(view.stats.threshold_ms >= 0);
    REQUIRE(view.stats.threshold_ms <= 600);
    REQUIRE(view.stats.offset_ms == view.stats.offset_ms);  // a number
    REQUIRE(view.stats.mode >= REMB_MODE_NONE);
    REQUIRE(view.stats.mode <= REMB_MODE_COMPETITION);
    REQUIRE(view.stats.queueing_delay_ms >= 0);
    REQUIRE(view.stats.queue_threshold_ms >= 0);
    REQUIRE(view.stats.jitter_ms >= 0);
    REQUIRE(view.stats.train_capacity_bps >= 0);
    REQUIRE(view.stats.capacity_share_bps >= 0);
    REQUIRE(view.stats.train_share >= 0);
    REQUIRE(view.stats.train_share <= 1.5);
  }

  std::mt19937_64 random_;
  uint32_t capture_ = AnyOf({2u, 20u, 1'000'000u});  // one packet in so many has a capture time
  Handle handle_;
  int64_t us_ = 1'000'000;
  uint16_t sequence_number_ = 0;
  int64_t min_bps_ = 5'000;
  int64_t max_bps_ = REMB_MAX_BITRATE_BPS;
};

TEST_CASE("calls at random") {
  const uint32_t seed = GENERATE(range(0u, 80u));
  CAPTURE(seed);
  RandomCaller caller(seed);
  for (int i = 0; i < 5000; ++i) caller.CallAndCheck();
}

TEST_CASE("errors on the way change no answer") {
  const std::vector<remb_packet> packets = ReadReferenceTrace("rfc52");
  remb_config config = ConfigOf(GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  config.abs_send_time_id = kAbsSendTimeId;
  const Handle undisturbed = Create(config);
  const Handle disturbed = Create(config);
  for (const remb_packet& packet : packets) {
    remb_packet bad = packet;
    bad.ssrc += 1;
    bad.stamps = 99;
    REQUIRE(remb_on_packet(disturbed.get(), &bad) == REMB_ERR_ARGUMENT);
    const remb_packet batch[2] = {packet, bad};
    REQUIRE(remb_on_packets(disturbed.get(), batch, 2) == REMB_ERR_ARGUMENT);
    const uint8_t rtp[12] = {0x40};
    REQUIRE(remb_on_rtp_packet(disturbed.get(), packet.arrival_us + 1, rtp, 12) ==
            REMB_ERR_MALFORMED);
    REQUIRE(remb_poll(disturbed.get(), -1, nullptr) == REMB_ERR_TIME);
    REQUIRE(remb_sent(disturbed.get(), packet.arrival_us, 0) == REMB_ERR_ARGUMENT);
    REQUIRE(remb_set_max_bitrate(disturbed.get(), 1) == REMB_ERR_ARGUMENT);
    const int32_t facts = remb_on_packet(undisturbed.get(), &packet);
    REQUIRE(remb_on_packet(disturbed.get(), &packet) == facts);
    if (facts & REMB_DUE) {
      SendIfDue(undisturbed.get(), packet.arrival_us);
      SendIfDue(disturbed.get(), packet.arrival_us);
    }
  }
  CHECK(ViewOf(disturbed) == ViewOf(undisturbed));
}

}  // namespace
}  // namespace remb::testing
