#include "tools/replay/capture/guesses.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace remb::replay {
namespace {

constexpr double kMicrosPerSecond = 1e6;

// abs-send-time is compared over a time that queues do not change by its quarter, and over which a
// constant would stand still visibly; the mistakes of chance are one in 64 then.
constexpr int64_t kMaxLagUs = 2'000'000;
constexpr int64_t kMinLagUs = 100'000;
constexpr int64_t kMinValues = 10;
constexpr double kMinShare = 0.9;

// RTP clocks of usual codecs: RFC 3551, and RFC 7587 for Opus.
constexpr std::array<int32_t, 6> kClockRates = {8'000, 16'000, 32'000, 44'100, 48'000, 90'000};
constexpr int32_t kVideoClockRate = 90'000;
constexpr double kMaxRateError = 0.1;
constexpr int64_t kMinRateSpanUs = 500'000;

// An offset must leave less than this of the jitter to be believed.
constexpr double kMaxJitterLeft = 0.9;
// A step that says more is of a pause or of a clock that was set.
constexpr double kMaxStepMs = 1'000;

struct Sample {
  int64_t time_us;
  uint32_t value;
};

std::map<uint8_t, std::vector<Sample>> SamplesById(const RtpFlow& flow) {
  std::map<uint8_t, std::vector<Sample>> samples;
  for (const RtpRecord& packet : flow.packets) {
    for (const ThreeBytes& element : flow.Elements(packet)) {
      samples[element.id].push_back({packet.time_us, element.value});
    }
  }
  return samples;
}

// How many values, of how many, run with the clock.
std::pair<int64_t, int64_t> CountRunning(const std::vector<Sample>& samples) {
  int64_t forward_us = 0;
  for (size_t i = 1; i < samples.size(); ++i) {
    forward_us += std::max<int64_t>(0, samples[i].time_us - samples[i - 1].time_us);
  }
  const int64_t lag_us = std::min(kMaxLagUs, forward_us / 2);
  if (lag_us < kMinLagUs) return {0, 0};
  const double tolerance = 0x1p18 * static_cast<double>(lag_us) / kMicrosPerSecond / 4;
  int64_t running = 0;
  int64_t compared = 0;
  size_t before = 0;
  for (size_t i = 1; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    if (sample.time_us < samples[i - 1].time_us) before = i;  // the clock was set back
    while (before < i && samples[before + 1].time_us <= sample.time_us - lag_us) ++before;
    const int64_t elapsed_us = sample.time_us - samples[before].time_us;
    if (elapsed_us < lag_us) continue;
    ++compared;
    const double ticks = static_cast<double>(elapsed_us) * 0x1p18 / kMicrosPerSecond;
    const double step = static_cast<double>(sample.value) - samples[before].value;
    if (std::abs(std::remainder(step - ticks, 0x1p24)) < tolerance) ++running;
  }
  return {running, compared};
}

ClockRateGuess GuessClockRate(const std::vector<Sample>& samples) {
  // Each packet of the first half with one of the second. The median does not mind the odd packet
  // whose timestamp is of another kind: Chromium's first RTX packet has 0.
  std::vector<double> rates;
  const size_t half = samples.size() / 2;
  for (size_t i = 0; i < half; ++i) {
    const int64_t elapsed_us = samples[i + half].time_us - samples[i].time_us;
    const auto ticks = static_cast<int32_t>(samples[i + half].value - samples[i].value);
    if (elapsed_us >= kMinRateSpanUs) {
      rates.push_back(ticks * kMicrosPerSecond / static_cast<double>(elapsed_us));
    }
  }
  if (rates.empty()) return {kVideoClockRate, false, std::nullopt};
  const auto median = rates.begin() + static_cast<ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), median, rates.end());
  const double measured = *median;
  const int32_t nearest = *std::min_element(
      kClockRates.begin(), kClockRates.end(),
      [&](int32_t a, int32_t b) { return std::abs(measured - a) < std::abs(measured - b); });
  const bool sure = std::abs(measured - nearest) < kMaxRateError * nearest;
  return {sure ? nearest : kVideoClockRate, sure, measured};
}

double StepMs(double ms) { return std::min(std::abs(ms), kMaxStepMs); }

}  // namespace

std::optional<AbsSendTimeGuess> GuessAbsSendTime(const RtpFlow& flow) {
  std::optional<AbsSendTimeGuess> best;
  for (const auto& [id, samples] : SamplesById(flow)) {
    const auto [running, compared] = CountRunning(samples);
    if (compared < kMinValues) continue;
    const double share = static_cast<double>(running) / static_cast<double>(compared);
    if (share >= kMinShare && (!best || share > best->share)) best = {id, share, compared};
  }
  return best;
}

std::map<uint32_t, ClockRateGuess> GuessClockRates(const RtpFlow& flow) {
  std::map<uint32_t, std::vector<Sample>> samples;
  for (const RtpRecord& packet : flow.packets) {
    samples[packet.ssrc].push_back({packet.time_us, packet.timestamp});
  }
  std::map<uint32_t, ClockRateGuess> rates;
  for (const auto& [ssrc, of_ssrc] : samples) rates[ssrc] = GuessClockRate(of_ssrc);
  return rates;
}

std::optional<TransmissionOffsetGuess> GuessTransmissionOffset(
    const RtpFlow& flow, const std::map<uint32_t, ClockRateGuess>& rates, uint8_t other_id) {
  struct Last {
    const RtpRecord* packet;
    int32_t offset;
  };
  struct Jitter {
    std::map<uint32_t, Last> last;  // by SSRC
    double without_ms = 0;
    double with_ms = 0;
    int64_t steps = 0;
    bool varies = false;
  };
  std::map<uint8_t, Jitter> by_id;
  for (const RtpRecord& packet : flow.packets) {
    for (const ThreeBytes& element : flow.Elements(packet)) {
      if (element.id == other_id) continue;
      Jitter& jitter = by_id[element.id];
      const int32_t offset = Signed24(element.value);
      const auto [last, is_first] = jitter.last.try_emplace(packet.ssrc, Last{&packet, offset});
      if (is_first) continue;
      const Last before = last->second;
      last->second = {&packet, offset};
      const double ticks_per_ms = rates.at(packet.ssrc).rate_hz / 1e3;
      const double arrival_ms = static_cast<double>(packet.time_us - before.packet->time_us) / 1e3;
      const double late_ms =
          arrival_ms -
          static_cast<int32_t>(packet.timestamp - before.packet->timestamp) / ticks_per_ms;
      jitter.without_ms += StepMs(late_ms);
      jitter.with_ms += StepMs(late_ms - (offset - before.offset) / ticks_per_ms);
      jitter.varies |= offset != before.offset;
      ++jitter.steps;
    }
  }
  std::optional<TransmissionOffsetGuess> best;
  for (const auto& [id, jitter] : by_id) {
    if (!jitter.varies || jitter.steps < kMinValues) continue;
    if (jitter.with_ms > kMaxJitterLeft * jitter.without_ms) continue;
    const auto steps = static_cast<double>(jitter.steps);
    const TransmissionOffsetGuess guess = {id, jitter.without_ms / steps, jitter.with_ms / steps};
    if (!best || guess.with_ms < best->with_ms) best = guess;
  }
  return best;
}

}  // namespace remb::replay
