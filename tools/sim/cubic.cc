#include "tools/sim/cubic.h"

#include <algorithm>
#include <cmath>

namespace remb::sim {
namespace {

// RFC 9438 section 4.3: with this increase a flow that cuts to kBeta takes what NewReno does.
constexpr double kRenoIncrease = 3 * (1 - Cubic::kBeta) / (1 + Cubic::kBeta);

}  // namespace

double Cubic::Avoid(int segments, Nanos now, Nanos rtt) {
  if (!epoch_start_) StartEpoch(now);
  const Nanos elapsed = now - *epoch_start_;
  const double window = this->window();
  reno_window_ += (reno_window_ < prior_window_ ? kRenoIncrease : 1) * segments / window;
  if (CubicWindow(elapsed) < reno_window_) return std::max(window, reno_window_);
  // Section 4.2: what the function has a round trip from now, within half as much again.
  const double target = std::clamp(CubicWindow(elapsed + rtt), window, 1.5 * window);
  return window + (target - window) / window;
}

double Cubic::Reduce(double flight, bool timeout) {
  prior_window_ = window();
  epoch_start_.reset();
  if (timeout) {
    max_window_ = 0;  // section 4.8: the next epoch has its maximum where it starts
  } else if (window() < max_window_) {
    max_window_ = window() * (1 + kBeta) / 2;  // section 4.7: makes room for others sooner
  } else {
    max_window_ = window();
  }
  return flight * kBeta;
}

void Cubic::StartEpoch(Nanos now) {
  epoch_start_ = now;
  reno_window_ = window();
  max_window_ = std::max(max_window_, window());
  time_to_max_ = std::cbrt((max_window_ - window()) / kC);
}

double Cubic::CubicWindow(Nanos elapsed) const {
  const double t = Seconds(elapsed) - time_to_max_;
  return kC * t * t * t + max_window_;
}

}  // namespace remb::sim
