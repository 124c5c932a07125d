// The Kalman filter: docs/algorithm.md, "Filter and detector".
#ifndef CC_TESTING_PLAIN_DELAY_FILTER_H_
#define CC_TESTING_PLAIN_DELAY_FILTER_H_

#include <remb/remb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>

#include "cc/testing/plain/packet_groups.h"

namespace remb::plain {

struct DelayFilter {
  // arrival delta - send delta = slope * size delta + offset + noise
  double slope = 8.0 / 512;
  double offset = 0;
  double previous_offset = 0;
  double e[2][2] = {{100, 0}, {0, 0.1}};  // how uncertain slope and offset are
  double noise_mean = 0;
  double noise_variance = 50;
  int deltas = 0;
  std::deque<double> send_deltas_ms;  // the newest 60

  // `state` is the detector's (REMB_STATE_*) before these deltas.
  void Update(const Deltas& d, int32_t state) {
    send_deltas_ms.push_back(d.send_ms);
    if (send_deltas_ms.size() > 60) send_deltas_ms.pop_front();
    const double frame_ms = *std::min_element(send_deltas_ms.begin(), send_deltas_ms.end());
    deltas = std::min(deltas + 1, 1000);

    e[0][0] += 1e-13;
    e[1][1] += 1e-3;
    // The offset moves against what was detected: believe it sooner.
    if ((state == REMB_STATE_OVERUSING && offset < previous_offset) ||
        (state == REMB_STATE_UNDERUSING && offset > previous_offset)) {
      e[1][1] += 10 * 1e-3;
    }

    const double h[2] = {static_cast<double>(d.bytes), 1};
    const double residual = static_cast<double>(d.arrival_ms) - d.send_ms - slope * h[0] - offset;
    if (state == REMB_STATE_NORMAL) LearnNoise(residual, frame_ms);

    const double eh[2] = {e[0][0] * h[0] + e[0][1] * h[1], e[1][0] * h[0] + e[1][1] * h[1]};
    const double denominator = noise_variance + h[0] * eh[0] + h[1] * eh[1];
    const double k[2] = {eh[0] / denominator, eh[1] / denominator};
    const double i_kh[2][2] = {{1 - k[0] * h[0], -k[0] * h[1]}, {-k[1] * h[0], 1 - k[1] * h[1]}};
    double product[2][2];
    for (int row = 0; row < 2; ++row) {
      for (int column = 0; column < 2; ++column) {
        product[row][column] = i_kh[row][0] * e[0][column] + i_kh[row][1] * e[1][column];
      }
    }
    std::copy(&product[0][0], &product[0][0] + 4, &e[0][0]);
    slope += k[0] * residual;
    previous_offset = offset;
    offset += k[1] * residual;
  }

 private:
  void LearnNoise(double residual, double frame_ms) {
    const double limit = 3 * std::sqrt(noise_variance);
    const double r = std::clamp(residual, -limit, limit);
    const double alpha = deltas <= 300 ? 0.01 : 0.002;
    const double beta = std::pow(1 - alpha, frame_ms * 30.0 / 1000.0);
    noise_mean = beta * noise_mean + (1 - beta) * r;
    noise_variance = beta * noise_variance + (1 - beta) * (noise_mean - r) * (noise_mean - r);
    noise_variance = std::max(noise_variance, 1.0);
  }
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_DELAY_FILTER_H_
