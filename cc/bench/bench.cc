// What the library costs. The column Time is of one packet, in nanoseconds, but for the life and
// state of an estimator. Run with -c opt, best on a machine that does nothing else.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <remb/remb.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "cc/bench/traffic.h"
#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"

namespace remb::bench {
namespace {

using benchmark::State;

remb_config Config(int32_t profile) {
  remb_config config = testing::ConfigOf(profile);
  config.abs_send_time_id = testing::kAbsSendTimeId;
  config.transmission_offset_id = testing::kTransmissionOffsetId;
  return config;
}

void Handle(const testing::Handle& estimator, int32_t facts, int64_t now_us) {
  if (facts < 0) {
    std::fprintf(stderr, "%s\n", remb_status_string(facts));
    std::exit(1);
  }
  if (facts & REMB_DUE) testing::SendIfDue(estimator.get(), now_us);
}

void OnPacket(const testing::Handle& estimator, const remb_packet& packet) {
  Handle(estimator, remb_on_packet(estimator.get(), &packet), packet.arrival_us);
}

void OnRtpPacket(const testing::Handle& estimator, int64_t now_us,
                 const std::vector<uint8_t>& rtp) {
  Handle(estimator,
         remb_on_rtp_packet(estimator.get(), now_us, rtp.data(), static_cast<int32_t>(rtp.size())),
         now_us);
}

// Over a trace again and again, each time with a new estimator.

void TracePacket(State& state, int32_t profile, const std::string& name) {
  const std::vector<remb_packet> packets = testing::ReadReferenceTrace(name);
  testing::Handle estimator;
  size_t next = packets.size();
  for (auto _ : state) {
    if (next == packets.size()) {
      state.PauseTiming();
      estimator = testing::Create(Config(profile));
      next = 0;
      state.ResumeTiming();
    }
    OnPacket(estimator, packets[next++]);
  }
}

void TraceRtpPacket(State& state, int32_t profile, const std::string& name) {
  const std::vector<remb_packet> packets = testing::ReadReferenceTrace(name);
  std::vector<std::vector<uint8_t>> rtp;
  for (const remb_packet& packet : packets) rtp.push_back(testing::RtpBytes(packet));
  testing::Handle estimator;
  size_t next = packets.size();
  for (auto _ : state) {
    if (next == packets.size()) {
      state.PauseTiming();
      estimator = testing::Create(Config(profile));
      next = 0;
      state.ResumeTiming();
    }
    OnRtpPacket(estimator, packets[next].arrival_us, rtp[next]);
    ++next;
  }
}

// 5000 packets a second, of so many SSRCs in turn, all known.

std::pair<testing::Handle, Traffic> Warm(int32_t profile, int64_t streams) {
  std::pair<testing::Handle, Traffic> warm{testing::Create(Config(profile)),
                                           Traffic(static_cast<int>(streams))};
  for (int64_t i = 0; i < 2 * streams; ++i) OnPacket(warm.first, warm.second.NextPacket());
  return warm;
}

void StreamsPacket(State& state, int32_t profile) {
  auto [estimator, traffic] = Warm(profile, state.range(0));
  for (auto _ : state) OnPacket(estimator, traffic.NextPacket());
}

void StreamsRtpPacket(State& state, int32_t profile) {
  auto [estimator, traffic] = Warm(profile, state.range(0));
  for (auto _ : state) {
    const std::vector<uint8_t>& rtp = traffic.NextRtp();
    OnRtpPacket(estimator, traffic.now_us(), rtp);
  }
}

void StreamsPackets(State& state, int32_t profile) {
  auto [estimator, traffic] = Warm(profile, state.range(0));
  constexpr int kBatch = 100;
  std::vector<remb_packet> batch(kBatch);
  while (state.KeepRunningBatch(kBatch)) {
    for (remb_packet& packet : batch) packet = traffic.NextPacket();
    Handle(estimator, remb_on_packets(estimator.get(), batch.data(), kBatch), traffic.now_us());
  }
}

// 500 packets a second for each of so many estimators, in turn: of many, none stays in the cache.

void EstimatorsRtpPacket(State& state, int32_t profile) {
  constexpr int64_t kStepUs = 2000;
  constexpr int kWarmUp = 1100;  // packets: over 2 s, after which probes are no longer looked for
  remb_config config = Config(profile);
  config.initial_bitrate_bps = 1'000'000;
  std::vector<testing::Handle> estimators(static_cast<size_t>(state.range(0)));
  for (testing::Handle& estimator : estimators) estimator = testing::Create(config);
  Traffic traffic(1, kStepUs);
  const auto give_all = [&] {
    const std::vector<uint8_t>& rtp = traffic.NextRtp();
    for (const testing::Handle& estimator : estimators) {
      OnRtpPacket(estimator, traffic.now_us(), rtp);
    }
  };
  for (int i = 0; i < kWarmUp; ++i) give_all();
  while (state.KeepRunningBatch(state.range(0))) give_all();
}

void CreateDestroy(State& state, int32_t profile) {
  const remb_config config = Config(profile);
  for (auto _ : state) benchmark::DoNotOptimize(testing::Create(config));
}

// All that malloc gave, its own overhead included, with one stream of 2 Mbit/s.
void StateBytes(State& state, int32_t profile) {
  constexpr int64_t kStepUs = 4000;  // of 1000 bytes
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  for (auto _ : state) {
    const double before = in_use();
    const testing::Handle estimator = testing::Create(Config(profile));
    for (int64_t us = 0; us < 60'000'000; us += kStepUs) {
      OnPacket(estimator, testing::MakePacket(1, us));
      if (us == 1'000'000) state.counters["bytes_1s"] = in_use() - before;
    }
    state.counters["bytes_60s"] = in_use() - before;
  }
}

// The libwebrtc profile's names have no prefix.
void Register(int32_t profile, const std::string& prefix) {
  const auto add = [&](const std::string& name, auto function, auto... arguments) {
    return benchmark::RegisterBenchmark((prefix + name).c_str(), function, profile, arguments...);
  };
  const std::vector<std::string> traces = {"steady", "rfc52", "simulcast", "chromium-clean"};
  for (const std::string& name : traces) add("on_packet/" + name, TracePacket, name);
  for (const std::string& name : traces) add("on_rtp_packet/" + name, TraceRtpPacket, name);
  const auto for_ssrcs = [&](const char* name, auto function) {
    add(name, function)->ArgName("ssrcs")->RangeMultiplier(10)->Range(1, 10'000);
  };
  for_ssrcs("on_packet", StreamsPacket);
  for_ssrcs("on_rtp_packet", StreamsRtpPacket);
  for_ssrcs("on_packets", StreamsPackets);
  add("on_rtp_packet", EstimatorsRtpPacket)->ArgName("estimators")->Arg(1)->Arg(1000);
  add("create+destroy", CreateDestroy);
  add("state", StateBytes)->Iterations(1)->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace remb::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  remb::bench::Register(REMB_PROFILE_LIBWEBRTC, "");
  remb::bench::Register(REMB_PROFILE_ADAPTIVE, "adaptive/");
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
