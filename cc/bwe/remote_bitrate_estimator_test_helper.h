// Senders, a bottleneck and a receiver around one of the two estimators, with which the scenarios
// of libwebrtc's remote_bitrate_estimator unit tests run.
#ifndef CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_HELPER_H_
#define CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_HELPER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "cc/bwe/aimd_rate_control.h"
#include "cc/bwe/received_packet.h"
#include "cc/bwe/stream_table.h"
#include "cc/bwe/units.h"

namespace remb::core::test {

constexpr int64_t kMtuBytes = 1200;
constexpr int64_t kAcceptedErrorBps = 50'000;
constexpr uint32_t kDefaultSsrc = 1;
constexpr uint32_t kDefaultRtpOffset = 0xFFFF'F000;  // wraps soon
constexpr int64_t kRtpTicksPerMs = 90;

// count / per_second seconds as abs-send-time, rounded: 24 bits, 18 of them a fraction.
uint32_t AbsSendTime(int64_t count, int64_t per_second);
// Wraps as the 24 bits do.
constexpr uint32_t AddAbsSendTime(uint32_t a, uint32_t b) { return (a + b) & 0xFF'FFFF; }

// Video streams that share a rate, and the link they go through: a queue without end, where a
// packet waits for those before it and then for its own serialisation.
class StreamGenerator {
 public:
  struct Stream {
    uint32_t ssrc = kDefaultSsrc;
    int64_t fps = 30;
    int64_t bitrate_bps = 300'000;
    uint32_t rtp_offset = kDefaultRtpOffset;
    int64_t next_frame_us = 0;
  };
  struct Packet {
    uint32_t ssrc;
    int64_t bytes;
    uint32_t rtp_timestamp;
    int64_t send_us;  // by the sender's clock, which is one second ahead
    int64_t arrival_us;
  };

  StreamGenerator(int64_t capacity_bps, int64_t now_us)
      : capacity_bps_(capacity_bps), last_arrival_us_(now_us) {}

  void AddStream(const Stream& stream) { streams_.push_back(stream); }
  std::vector<Stream>& streams() { return streams_; }
  void SetCapacity(int64_t bps) { capacity_bps_ = bps; }
  // Splits a rate between the streams in the ratio they have now.
  void SetBitrate(int64_t bps);
  // Sends the next stream's frame, if it is due.
  std::vector<Packet> SendFrame(int64_t now_us);
  int64_t NextFrameUs() const;

 private:
  int64_t capacity_bps_;
  int64_t last_arrival_us_;
  std::vector<Stream> streams_;
};

// An estimator by libwebrtc's interface: arrival and system time apart, and periodic updates made
// when Process is called, which in these tests is after each frame.
class RemoteBitrateEstimator {
 public:
  virtual ~RemoteBitrateEstimator() = default;
  // Both give true if a report was made.
  virtual bool IncomingPacket(const ReceivedPacket& packet, Timestamp now) = 0;
  virtual bool Process(Timestamp now) = 0;
  virtual const AimdRateControl& rate_control() const = 0;
  StreamTable& streams() { return streams_; }

 protected:
  Stream* FindOrAdd(uint32_t ssrc);

  StreamTable streams_{64};
};

using NewEstimator = std::unique_ptr<RemoteBitrateEstimator>();
NewEstimator NewAbsSendTime;
NewEstimator NewSingleStream;

// The receiver. Time is microseconds since some beginning; an arrival is rounded to milliseconds.
class RemoteBitrateEstimatorTest {
 public:
  explicit RemoteBitrateEstimatorTest(NewEstimator& new_estimator);

  int64_t now_us() const { return now_us_; }
  void AdvanceMs(int64_t ms) { now_us_ += ms * 1000; }
  // Shifts the stamps of arrivals from now on, not `now`.
  void ShiftArrivals(int64_t ms) { arrival_shift_ms_ += ms; }
  StreamGenerator& generator() { return generator_; }

  // A packet that arrives now.
  void IncomingPacket(uint32_t ssrc, int64_t bytes, uint32_t rtp_timestamp, uint32_t abs_send_time);
  // Lets the estimator make its periodic update, if it is due.
  void Process();
  // Sends one frame at this rate, true if a report said less than the rate.
  bool GenerateAndProcessFrame(int64_t bitrate_bps);
  // Follows the estimate for so many frames, or until it exceeds the target after an over-use.
  // Gives the last rate.
  struct Bounds {
    int64_t min_bps;
    int64_t max_bps;
  };
  int64_t SteadyStateRun(int max_frames, int64_t start_bps, Bounds bounds, int64_t target_bps);

  // Whether there was a report since the last call.
  bool TakeUpdate();
  int64_t last_report_bps() const { return last_report_bps_; }
  // What a receiver would say now: 0 while no stream is alive.
  int64_t Estimate() const;
  std::vector<uint32_t> Ssrcs() const;
  void RemoveStream(uint32_t ssrc) { estimator_->streams().Remove(ssrc); }

 private:
  void OnReport();

  std::unique_ptr<RemoteBitrateEstimator> estimator_;
  StreamGenerator generator_;
  int64_t now_us_;
  int64_t arrival_shift_ms_ = 0;
  bool updated_ = false;
  int64_t last_report_bps_ = 0;
};

}  // namespace remb::core::test

#endif  // CC_BWE_REMOTE_BITRATE_ESTIMATOR_TEST_HELPER_H_
