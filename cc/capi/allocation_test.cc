// What the library allocates: nothing for a packet of a known stream, little in all. And what
// happens when an allocation fails, at every point where one can.
#include <remb/remb.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cc/testing/capture_times.h"
#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "cc/testing/test_malloc.h"

namespace remb::testing {
namespace {

constexpr uint32_t kNoAbsSendTime = REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_RTP_TIMESTAMP;

remb_config ConfigWith(int32_t clock, int32_t profile = REMB_PROFILE_LIBWEBRTC) {
  remb_config config = ConfigOf(profile);
  config.clock = clock;
  config.abs_send_time_id = kAbsSendTimeId;
  config.transmission_offset_id = kTransmissionOffsetId;
  config.abs_capture_time_id = kAbsCaptureTimeId;
  return config;
}

TEST_CASE("a packet of a known stream allocates nothing") {
  const std::string trace = GENERATE(from_range(kReferenceTraces));
  const int32_t clock =
      GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET,
               REMB_CLOCK_RTP_TIMESTAMP, REMB_CLOCK_ABS_CAPTURE_TIME);
  const bool abs_send_time = GENERATE(true, false);
  const bool as_rtp = GENERATE(true, false);
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  CAPTURE(trace, clock, abs_send_time, as_rtp, profile);
  const Handle handle = Create(ConfigWith(clock, profile));
  std::set<uint32_t> known;
  int64_t allocations = 0;
  std::vector<remb_packet> packets = ReadReferenceTrace(trace);
  AddCaptureTimes({}, packets);
  bool capture_time = false;
  for (remb_packet& packet : packets) {
    if (!abs_send_time) packet.stamps &= ~uint32_t{REMB_STAMP_ABS_SEND_TIME};
    const std::vector<uint8_t> rtp = RtpBytes(packet);
    bool is_new = known.insert(packet.ssrc).second;
    if (!capture_time && (packet.stamps & REMB_STAMP_ABS_CAPTURE_TIME)) {
      is_new = capture_time = true;  // the first of all may allocate too
    }
    const MallocScope scope;
    const int32_t facts = as_rtp ? remb_on_rtp_packet(handle.get(), packet.arrival_us, rtp.data(),
                                                      static_cast<int32_t>(rtp.size()))
                                 : remb_on_packet(handle.get(), &packet);
    if (facts & REMB_DUE) SendIfDue(handle.get(), packet.arrival_us);
    if (!is_new) allocations += scope.allocations();
  }
  CHECK(allocations == 0);
  // libwebrtc's makes an estimate of the bitrate alone.
  const bool has_send_times = abs_send_time || clock != REMB_CLOCK_ABS_SEND_TIME;
  if (has_send_times || profile == REMB_PROFILE_LIBWEBRTC) {
    CHECK(remb_estimate(handle.get()) > 0);
  }
}

TEST_CASE("audio that is left out reserves nothing for send times of its own") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const bool as_array = GENERATE(false, true);
  const Handle handle = Create(ConfigWith(REMB_CLOCK_AUTO, profile));
  constexpr uint32_t kAudio = 8;
  for (uint32_t ssrc = 1; ssrc <= kAudio; ++ssrc) {
    remb_stream stream = {};
    stream.struct_size = sizeof stream;
    stream.ssrc = ssrc;
    stream.kind = ssrc == kAudio ? REMB_KIND_AUDIO : REMB_KIND_VIDEO;
    REQUIRE(remb_add_stream(handle.get(), &stream) == REMB_OK);
  }
  const MallocScope scope;
  for (uint32_t i = 0; i < 1000; ++i) {
    remb_packet packet = {};
    packet.struct_size = sizeof packet;
    packet.ssrc = i % 2 ? kAudio : 1 + i / 2 % 7;
    packet.arrival_us = 1'000'000 + i * 5'000;
    packet.stamps = kNoAbsSendTime;
    if (packet.ssrc != kAudio) packet.stamps |= REMB_STAMP_ABS_SEND_TIME;
    packet.abs_send_time = static_cast<uint32_t>(packet.arrival_us * 4'096 / 15'625) & 0xFFFFFF;
    packet.payload_bytes = 1'000;
    REQUIRE((as_array ? remb_on_packets(handle.get(), &packet, 1)
                      : remb_on_packet(handle.get(), &packet)) >= 0);
  }
  CHECK(scope.allocations() == 0);
}

TEST_CASE("an estimator with one stream of 2 Mbit/s takes at most 6 KB, or 12 by adaptive") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const int32_t clock = GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_TRANSMISSION_OFFSET);
  constexpr int64_t kStepUs = 4000;  // of 1000 bytes: 2 Mbit/s
  const int64_t before = LiveBytes();
  Handle handle = Create(ConfigWith(clock, profile));
  for (int64_t us = 0; us < 60'000'000; us += kStepUs) {
    const remb_packet packet = MakePacket(1, us);
    if (remb_on_packet(handle.get(), &packet) & REMB_DUE) SendIfDue(handle.get(), us);
  }
  const int64_t bytes = LiveBytes() - before;
  // By RTP timestamps a stream has groups, filter and detector of its own besides.
  const int64_t libwebrtc_limit = clock == REMB_CLOCK_AUTO ? 6144 : 8192;
  CHECK(bytes <= (profile == REMB_PROFILE_LIBWEBRTC ? libwebrtc_limit : 12'288));
  handle.reset();
  CHECK(LiveBytes() == before);
}

TEST_CASE("an SSRC takes the bytes that remb.h says") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  struct Case {
    uint32_t stamps;
    int64_t libwebrtc_bytes;
    int64_t adaptive_bytes;
  };
  const Case each = GENERATE(
      Case{REMB_STAMP_ABS_SEND_TIME, 140, 140}, Case{REMB_STAMP_RTP_TIMESTAMP, 140 + 800, 140 + 24},
      Case{REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_ABS_CAPTURE_TIME, 140 + 56, 140 + 56});
  CAPTURE(profile, each.stamps);
  constexpr int64_t kCount = 16'384;
  const int64_t before = LiveBytes();
  Handle handle = Create(ConfigWith(REMB_CLOCK_AUTO, profile));
  for (uint32_t ssrc = 1; ssrc <= kCount; ++ssrc) {
    remb_packet packet = MakePacket(ssrc, ssrc);
    packet.stamps = each.stamps;
    REQUIRE(remb_on_packet(handle.get(), &packet) >= 0);
  }
  const int64_t bytes = LiveBytes() - before;
  CAPTURE(bytes / kCount);
  const bool libwebrtc = profile == REMB_PROFILE_LIBWEBRTC;
  const int64_t of_each = libwebrtc ? each.libwebrtc_bytes : each.adaptive_bytes;
  // Tables double: two thirds to four thirds of that.
  CHECK(bytes < 12'288 + kCount * of_each * 4 / 3);
  CHECK(bytes > kCount * of_each * 3 / 5);
}

TEST_CASE("a failed remb_create leaves nothing behind") {
  const bool stay_failing = GENERATE(false, true);
  int64_t points = 0;
  for (bool failed = true; failed; points += failed) {
    auto* const untouched = reinterpret_cast<remb_estimator*>(&points);
    remb_estimator* estimator = untouched;
    const int64_t before = LiveBlocks();
    int32_t status;
    {
      const MallocScope scope(points, stay_failing);
      status = remb_create(nullptr, &estimator);
      failed = scope.failures() > 0;
    }
    if (failed) {
      CHECK(status == REMB_ERR_NO_MEMORY);
      CHECK(estimator == untouched);
    } else {
      CHECK(status == REMB_OK);
      remb_destroy(estimator);
    }
    CHECK(LiveBlocks() == before);
  }
  CHECK(points > 0);
}

using Call = std::function<int32_t(remb_estimator*)>;

Call AddStream(uint32_t ssrc, int32_t kind) {
  return [=](remb_estimator* estimator) {
    const remb_stream stream = {.struct_size = sizeof stream,
                                .ssrc = ssrc,
                                .kind = kind,
                                .clock_rate_hz = 48'000,
                                .abs_send_time_id = 0,
                                .transmission_offset_id = 0,
                                .abs_capture_time_id = 0};
    return remb_add_stream(estimator, &stream);
  };
}

Call OnPacket(const remb_packet& packet) {
  return [=](remb_estimator* estimator) { return remb_on_packet(estimator, &packet); };
}

Call OnRtpPacket(const remb_packet& packet) {
  return [packet, rtp = RtpBytes(packet)](remb_estimator* estimator) {
    return remb_on_rtp_packet(estimator, packet.arrival_us, rtp.data(),
                              static_cast<int32_t>(rtp.size()));
  };
}

Call OnPackets(const std::vector<remb_packet>& packets) {
  return [=](remb_estimator* estimator) {
    return remb_on_packets(estimator, packets.data(), static_cast<int32_t>(packets.size()));
  };
}

// A session in which new SSRCs come in every way there is.
class Session {
 public:
  std::vector<Call> Make() {
    for (uint32_t ssrc = 1; ssrc <= 5; ++ssrc) Do(AddStream(ssrc, ssrc % 2));
    for (uint32_t ssrc = 4; ssrc < 30; ++ssrc) Do(OnPacket(Next(ssrc, true)));
    for (uint32_t ssrc = 20; ssrc < 40; ++ssrc) Do(OnRtpPacket(Next(ssrc, ssrc % 3 != 0)));
    DoBatch(30, 60, [](uint32_t ssrc) { return ssrc % 2 == 0; });
    // Long enough without abs-send-time for the automatic clock to go over to RTP timestamps.
    DoBatch(50, 120, [](uint32_t) { return false; });
    for (uint32_t ssrc = 110; ssrc < 140; ++ssrc) Do(OnPacket(Next(ssrc, false)));
    for (uint32_t ssrc = 100; ssrc < 110; ++ssrc) {
      Do([=](remb_estimator* estimator) { return remb_remove_stream(estimator, ssrc); });
    }
    Do([](remb_estimator* estimator) { return remb_set_max_bitrate(estimator, 400'000); });
    Do([us = us_](remb_estimator* estimator) { return remb_poll(estimator, us, nullptr); });
    Do([us = us_](remb_estimator* estimator) { return remb_sent(estimator, us, 400'000); });
    for (uint32_t ssrc = 300; ssrc < 310; ++ssrc) Do(AddStream(ssrc, REMB_KIND_VIDEO));
    DoBatch(1, 200, [](uint32_t ssrc) { return ssrc % 5 != 0; });
    us_ += 2'500'000;  // all fall silent
    DoBatch(400, 450, [](uint32_t) { return false; });
    us_ -= 1'500'000;  // the clock is set back
    DoBatch(440, 500, [](uint32_t) { return true; });
    Do([](remb_estimator* estimator) { return remb_reset(estimator); });
    DoBatch(500, 600, [](uint32_t ssrc) { return ssrc > 520; });
    for (uint32_t ssrc = 600; ssrc < 900; ++ssrc) Do(OnPacket(Next(ssrc, ssrc % 2 == 0)));
    for (uint32_t ssrc = 850; ssrc < 1000; ++ssrc) {
      remb_packet packet = Next(ssrc, false);
      if (ssrc % 4 == 0) {
        packet.stamps |= REMB_STAMP_ABS_CAPTURE_TIME;
        packet.abs_capture_time = NtpTime(static_cast<double>(us_) / 1e6);
      }
      Do(ssrc % 3 == 0 ? OnRtpPacket(packet) : OnPacket(packet));
    }
    DoBatch(950, 1100, [](uint32_t) { return false; });
    return std::move(calls_);
  }

 private:
  remb_packet Next(uint32_t ssrc, bool abs_send_time) {
    us_ += 7'000;
    remb_packet packet = MakePacket(ssrc, us_, 1200);
    if (!abs_send_time) packet.stamps = kNoAbsSendTime;
    return packet;
  }
  void Do(Call call) { calls_.push_back(std::move(call)); }
  template <typename HasAbsSendTime>
  void DoBatch(uint32_t first, uint32_t last, HasAbsSendTime abs_send_time) {
    std::vector<remb_packet> packets;
    for (uint32_t ssrc = first; ssrc < last; ++ssrc) {
      packets.push_back(Next(ssrc, abs_send_time(ssrc)));
      packets.push_back(Next(ssrc, abs_send_time(ssrc)));
    }
    Do(OnPackets(packets));
  }

  int64_t us_ = 1'000'000;
  std::vector<Call> calls_;
};

struct Answers {
  std::vector<int32_t> results;
  std::vector<View> views;  // after each call
  int64_t failures = 0;     // calls made to fail
  std::string wrong;        // what a failed call did that it must not
};

// Makes each call with every one of its allocations failing, and at last with none.
Answers Run(const remb_config& config, const std::vector<Call>& calls, bool fail,
            bool stay_failing) {
  const Handle handle = Create(config);
  Answers answers;
  for (const Call& call : calls) {
    for (int64_t point = fail ? 0 : MallocScope::kNever;; ++point) {
      const View before = ViewOf(handle);
      int32_t result;
      bool failed;
      {
        const MallocScope scope(point, stay_failing);
        result = call(handle.get());
        failed = scope.failures() > 0;
      }
      if (!failed) {
        answers.results.push_back(result);
        answers.views.push_back(ViewOf(handle));
        break;
      }
      ++answers.failures;
      const std::string which = "call " + std::to_string(answers.results.size()) + ", allocation " +
                                std::to_string(point);
      if (result != REMB_ERR_NO_MEMORY) answers.wrong = which + ": wrong result";
      if (ViewOf(handle) != before) answers.wrong = which + ": something changed";
    }
  }
  return answers;
}

TEST_CASE("a failed allocation changes nothing, and all goes on as if it had not been") {
  remb_config config =
      ConfigWith(GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_TRANSMISSION_OFFSET,
                          REMB_CLOCK_RTP_TIMESTAMP, REMB_CLOCK_ABS_CAPTURE_TIME),
                 GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE));
  config.max_streams = GENERATE(1, 17, 100, 16'384);
  config.initial_bitrate_bps = 500'000;
  const bool stay_failing = GENERATE(false, true);
  CAPTURE(config.profile, config.clock, config.max_streams, stay_failing);
  const std::vector<Call> calls = Session().Make();

  const Answers expected = Run(config, calls, false, false);
  const Answers answers = Run(config, calls, true, stay_failing);
  CHECK(answers.wrong.empty());
  if (config.max_streams > 1) CHECK(answers.failures > 5);
  CHECK(answers.results == expected.results);
  for (size_t i = 0; i < expected.views.size(); ++i) {
    CAPTURE(i);
    REQUIRE(answers.views[i] == expected.views[i]);
  }
}

TEST_CASE("a batch that failed leaves no SSRC behind") {
  const int32_t clock = GENERATE(REMB_CLOCK_AUTO, REMB_CLOCK_TRANSMISSION_OFFSET);
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const Handle handle = Create(ConfigWith(clock, profile));
  REQUIRE(AddStream(1, REMB_KIND_VIDEO)(handle.get()) == REMB_OK);
  REQUIRE(OnPacket(MakePacket(2, 1'000'000))(handle.get()) >= 0);
  std::vector<remb_packet> packets;
  for (uint32_t ssrc = 1; ssrc < 100; ++ssrc) {
    packets.push_back(MakePacket(ssrc, 1'000'000));
    if (ssrc % 2) packets.back().stamps = kNoAbsSendTime;
  }
  int64_t point = 0;
  for (;; ++point) {
    int32_t result;
    {
      const MallocScope scope(point);
      result = remb_on_packets(handle.get(), packets.data(), static_cast<int32_t>(packets.size()));
    }
    if (result >= 0) break;
    REQUIRE(result == REMB_ERR_NO_MEMORY);
    CHECK(SsrcsOf(handle.get()) == std::vector<uint32_t>{2});
    for (uint32_t ssrc = 3; ssrc < 100; ++ssrc) {
      REQUIRE(remb_remove_stream(handle.get(), ssrc) == REMB_ERR_NOT_FOUND);
    }
  }
  CHECK(point > 0);
  CHECK(SsrcsOf(handle.get()).size() == 99);

  // One that was added, and not yet heard, is still there.
  const Handle other = Create(ConfigWith(clock));
  REQUIRE(AddStream(1, REMB_KIND_VIDEO)(other.get()) == REMB_OK);
  {
    const MallocScope scope(0);
    REQUIRE(remb_on_packets(other.get(), packets.data(), static_cast<int32_t>(packets.size())) ==
            REMB_ERR_NO_MEMORY);
  }
  CHECK(remb_remove_stream(other.get(), 1) == REMB_OK);
}

TEST_CASE("failed allocations leak nothing") {
  const int32_t profile = GENERATE(REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE);
  const std::vector<Call> calls = Session().Make();
  const int64_t before = LiveBlocks();
  Run(ConfigWith(REMB_CLOCK_AUTO, profile), calls, true, false);
  CHECK(LiveBlocks() == before);
}

}  // namespace
}  // namespace remb::testing
