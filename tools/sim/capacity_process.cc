#include "tools/sim/capacity_process.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace remb::sim {
namespace {

// A walk that meets a bound is turned back: it stays as likely near the bounds as elsewhere.
double Reflect(double value, double low, double high) {
  if (low >= high) return low;
  while (value < low || value > high) value = value < low ? 2 * low - value : 2 * high - value;
  return value;
}

}  // namespace

CapacityProcess::CapacityProcess(CapacityConfig config, EventQueue* events, uint64_t seed,
                                 const std::string& link,
                                 std::function<void(int64_t bps)> on_change)
    : config_(std::move(config)),
      events_(events),
      random_(seed, link + "/capacity"),
      on_change_(std::move(on_change)) {
  if (config_.kind == CapacityConfig::Kind::kUniform) {
    Draw();
  } else {
    bps_ = std::clamp(config_.bps, config_.low_bps, config_.high_bps);
    log_rate_ = std::log(static_cast<double>(bps_));
  }
  Schedule();
}

void CapacityProcess::Draw() {
  const auto low = static_cast<double>(config_.low_bps);
  const auto high = static_cast<double>(config_.high_bps);
  if (config_.kind == CapacityConfig::Kind::kUniform) {
    bps_ = std::llround(random_.Uniform(low, high));
    return;
  }
  const double step = random_.Gaussian(0, config_.sigma);
  log_rate_ = Reflect(log_rate_ + step, std::log(low), std::log(high));
  bps_ = std::clamp(static_cast<int64_t>(std::llround(std::exp(log_rate_))), config_.low_bps,
                    config_.high_bps);
}

void CapacityProcess::Schedule() {
  Nanos time = config_.interval;
  if (config_.kind == CapacityConfig::Kind::kUniform) {
    time = static_cast<Nanos>(random_.Exponential(static_cast<double>(config_.interval)));
  }
  events_->After(time, [this] {
    Draw();
    Schedule();
    on_change_(bps_);
  });
}

}  // namespace remb::sim
