// All streams on one line of send times: docs/algorithm.md, "Reports", with abs-send-time.
#ifndef CC_TESTING_PLAIN_ABS_SEND_TIME_ESTIMATOR_H_
#define CC_TESTING_PLAIN_ABS_SEND_TIME_ESTIMATOR_H_

#include <remb/remb.h>

#include <cstdint>
#include <optional>

#include "cc/testing/plain/bitrate_window.h"
#include "cc/testing/plain/probes.h"
#include "cc/testing/plain/rate_control.h"
#include "cc/testing/plain/send_line.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {

class AbsSendTimeEstimator {
 public:
  RateControl rate;
  BitrateWindow bitrate;
  SendLine line = SendLine(335'544, 1000.0 / (1 << 26));  // ticks of 2^-26 s

  // A packet without abs-send-time counts in the bitrate and may be the one at which an update is
  // due. `alone`: no stream was alive when it came. True: it made a report.
  bool OnPacket(int64_t now, std::optional<uint32_t> abs_send_time, int64_t bytes, bool alone) {
    bitrate.Add(now, bytes);
    if (alone) line.Restart();
    bool update = !last_report_ || Ms(now) - Ms(*last_report_) > Ms(rate.FeedbackInterval());
    if (abs_send_time) {
      if (AdoptProbe(now, *abs_send_time, bytes)) update = true;
      line.Add(*abs_send_time << 8, now, bytes);  // 24 bits become 32, which wrap with them
    }
    const std::optional<int64_t> throughput = bitrate.Rate(now);
    if (line.state() == REMB_STATE_OVERUSING && throughput &&
        rate.MayReduceAgain(*throughput, now)) {
      update = true;
    }
    if (!update) return false;
    rate.Update(line.state(), throughput, now);
    if (rate.valid()) last_report_ = now;
    return rate.valid();
  }

 private:
  bool AdoptProbe(int64_t now, uint32_t abs_send_time, int64_t bytes) {
    if (!first_packet_) first_packet_ = now;
    const bool probing = !rate.valid() || now - *first_packet_ < 2 * kSecond;
    if (bytes <= 200 || !probing) return false;
    const int64_t bps = rate.valid() ? rate.bps() : 0;
    const std::optional<int64_t> better = probes_.Add(abs_send_time, now, bytes, bps);
    if (better) rate.Adopt(*better, now);
    return better.has_value();
  }

  Probes probes_;
  std::optional<int64_t> first_packet_;  // with abs-send-time
  std::optional<int64_t> last_report_;
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_ABS_SEND_TIME_ESTIMATOR_H_
