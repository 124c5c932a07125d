// A second, plain implementation of the libwebrtc profile, to compare the library with: from
// docs/algorithm.md and remb.h, sharing no code with cc/bwe, as simply as can be and without a care
// for speed. Arguments are taken to be valid, and abs-capture-time is not among its time sources.
#ifndef CC_TESTING_PLAIN_ESTIMATOR_H_
#define CC_TESTING_PLAIN_ESTIMATOR_H_

#include <remb/remb.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cc/testing/plain/abs_send_time_estimator.h"
#include "cc/testing/plain/remb_schedule.h"
#include "cc/testing/plain/single_stream_estimator.h"
#include "cc/testing/plain/streams.h"

namespace remb::plain {

// The functions are those of remb.h, without the prefix.
class Estimator {
 public:
  explicit Estimator(const remb_config& config);

  void Reset();
  int32_t AddStream(const remb_stream& added);
  int32_t RemoveStream(uint32_t ssrc);
  int32_t OnPacket(const remb_packet& packet);
  // The packet's RTP bytes, with the extension ids of cc/testing/packets.h.
  int32_t OnRtpPacket(remb_packet packet);
  void SetRtt(int64_t rtt);
  int32_t SetMaxBitrate(int64_t bps);
  int32_t SetMinBitrate(int64_t bps);
  int32_t Poll(int64_t now);
  void Sent(int64_t now, int64_t bps);

  int64_t NextPollUs() const;
  int64_t Estimate() const;
  std::vector<uint32_t> Ssrcs() const;
  remb_stats Stats() const;
  std::vector<uint32_t> Streams() const;
  std::optional<remb_stream_stats> StreamStats(uint32_t ssrc) const;

 private:
  // `back`: whose packet it is that brings this about.
  void StartMeasuring(std::optional<uint32_t> back);
  void StartEstimator(bool by_abs_send_time, std::optional<uint32_t> back);
  void Advance(int64_t now);
  // The packet's stream, made if it is new and there is place; else nullptr.
  Stream* Find(uint32_t ssrc);
  bool LeftOut(const Stream& stream) const;
  int32_t ClockRate(const Stream& stream) const;
  void ChooseClock(bool has_abs_send_time, uint32_t ssrc);
  bool Measure(const remb_packet& packet, Stream* stream, bool alone);
  void Report(int64_t now);
  int32_t Facts();
  int64_t DueAt(int64_t bps) const { return schedule_.DueAt(bps, max_bps_); }
  const RateControl& rate() const;
  // Where the stream's send times come from: REMB_CLOCK_*, REMB_REASON_*.
  std::pair<int32_t, int32_t> SourceOf(const Stream& stream) const;

  remb_config config_;
  RembSchedule schedule_;
  int64_t min_bps_;
  int64_t max_bps_;
  int64_t rtt_ = 200'000;

  plain::Streams streams_;
  int64_t now_ = 0;  // the newest time seen
  bool by_abs_send_time_ = false;
  int packets_without_ = 0;  // abs-send-time, in a row
  AbsSendTimeEstimator abs_send_time_;
  SingleStreamEstimator single_stream_;

  int64_t packets_ = 0;
  int64_t bytes_ = 0;
  int64_t incoming_bps_ = 0;
  int64_t reports_ = 0;
  int64_t last_report_ = -1;
  bool reported_ = false;  // in this call
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_ESTIMATOR_H_
