#include "cc/testing/random_connection.h"

#include <algorithm>
#include <cmath>

#include "cc/testing/packets.h"
#include "cc/testing/random.h"

namespace remb::testing {
namespace {

constexpr size_t kCalls = 4'000;
constexpr int64_t kMs = 1'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kFrame = 33'333;
constexpr int64_t kLongestQueue = 300 * kMs;
constexpr uint16_t kFirstSequenceNumber = 65'000;  // some wrap
// The sender's times are ahead of the receiver's by this much, so that they are positive.
constexpr int64_t kSenderAhead = int64_t{1} << 40;

constexpr uint32_t kSequence = REMB_STAMP_SEQUENCE_NUMBER;
constexpr uint32_t kCapture = REMB_STAMP_ABS_CAPTURE_TIME;
constexpr uint32_t kClockOffset = REMB_STAMP_CAPTURE_CLOCK_OFFSET;
constexpr uint32_t kAbsSendTime = REMB_STAMP_ABS_SEND_TIME;
constexpr uint32_t kOffset = REMB_STAMP_TRANSMISSION_OFFSET;
constexpr uint32_t kRtp = REMB_STAMP_RTP_TIMESTAMP;
// What a sender's packets carry, the usual more than once.
constexpr uint32_t kStamps[] = {kSequence | kRtp | kAbsSendTime,
                                kSequence | kRtp | kAbsSendTime,
                                kSequence | kRtp | kAbsSendTime | kOffset,
                                kSequence | kRtp | kAbsSendTime | kCapture,
                                kSequence | kRtp | kCapture,
                                kSequence | kRtp | kCapture | kClockOffset,
                                kSequence | kRtp | kOffset,
                                kSequence | kRtp,
                                kSequence,
                                kRtp,
                                kAbsSendTime,
                                0};

class Caller {
 public:
  explicit Caller(const RandomConnection& options)
      : options_(options),
        random_(options.seed),
        sequence_numbers_(options.ssrcs + 1, kFirstSequenceNumber),
        now_(options.start_us),
        queue_until_(now_) {}

  std::vector<Call> Calls() {
    while (calls_.size() < kCalls) {
      ChangeThings();
      now_ += OneIn(3) ? Below(300) : gap_ / 2 + Below(gap_);
      if (Enqueue()) AddPacket();
      if (OneIn(400)) AddStream();
      if (OneIn(900)) Add(Call::Kind::kRemoveStream).stream.ssrc = AnySsrc();
      if (OneIn(2'000)) Add(Call::Kind::kSetRtt).rtt_us = Below(400 * kMs);
      if (OneIn(10)) Add(Call::Kind::kPoll);
    }
    return calls_;
  }

 private:
  int64_t Below(int64_t n) { return random_.Uniform(0, n - 1); }
  bool OneIn(int64_t n) { return random_.OneIn(n); }
  uint32_t AnySsrc() { return 1 + static_cast<uint32_t>(Below(options_.ssrcs)); }

  Call& Add(Call::Kind kind) {
    Call& call = calls_.emplace_back();
    call.kind = kind;
    call.now_us = queue_until_;
    return call;
  }

  void ChangeThings() {
    if (OneIn(300)) capacity_bps_ = 100'000 << Below(9);
    if (OneIn(200)) gap_ = 100 << Below(8);
    if (OneIn(100)) payload_bytes_ = static_cast<int32_t>(Below(1'400));
    if (OneIn(200)) stamps_ = kStamps[Below(std::size(kStamps))];
    if (OneIn(500)) now_ += Below(OneIn(4) ? 30 * kSecond : 3 * kSecond);
    if (OneIn(1'500)) sender_ahead_ += Below(20 * kSecond) - 10 * kSecond;
    if (OneIn(3'000)) {
      now_ = std::max<int64_t>(0, now_ - 1'500 * kMs - Below(10 * kSecond));
      queue_until_ = now_;
    }
  }

  // False: a full queue drops the packet.
  bool Enqueue() {
    ssrc_ = OneIn(4) ? AnySsrc() : 1;
    const int64_t passed =
        std::max(queue_until_, now_) + payload_bytes_ * 8 * kSecond / capacity_bps_;
    const bool fits = passed <= now_ + kLongestQueue;
    if (fits) queue_until_ = passed;
    if (!fits || OneIn(25)) ++sequence_numbers_[ssrc_];
    return fits;
  }

  void AddPacket() {
    const int64_t sent = now_ + sender_ahead_;
    const int64_t frame = sent / kFrame * kFrame;
    remb_packet& packet = Add(Call::Kind::kPacket).packet;
    packet = MakePacket(ssrc_, sent, payload_bytes_);
    packet.arrival_us = std::max<int64_t>(
        0, queue_until_ + (OneIn(50) ? Below(20 * kMs) : 0) - (OneIn(200) ? Below(900 * kMs) : 0));
    packet.stamps = OneIn(60) ? stamps_ & ~kAbsSendTime : stamps_;
    if (!OneIn(5)) packet.stamps &= ~(kCapture | kClockOffset);
    packet.rtp_timestamp = static_cast<uint32_t>(frame * 9 / 100) + ssrc_ * 7'777'777;
    packet.transmission_offset = static_cast<int32_t>((sent - frame) * 9 / 100);
    packet.sequence_number = sequence_numbers_[ssrc_]++;
    if (OneIn(80)) packet.sequence_number = (packet.sequence_number - Below(30)) & 0xFFFF;
    packet.abs_capture_time =
        static_cast<int64_t>(static_cast<uint64_t>(frame) * (1u << 26) / 15'625);
    packet.capture_clock_offset = int64_t{ssrc_} << 30;
  }

  void AddStream() {
    remb_stream& stream = Add(Call::Kind::kAddStream).stream;
    stream.struct_size = sizeof stream;
    stream.ssrc = AnySsrc();
    stream.kind = OneIn(6) ? REMB_KIND_AUDIO : REMB_KIND_VIDEO;
    stream.clock_rate_hz = OneIn(3) ? 48'000 : 0;
  }

  const RandomConnection options_;
  Random random_;
  std::vector<Call> calls_;
  std::vector<uint16_t> sequence_numbers_;  // by SSRC
  int64_t now_;
  int64_t queue_until_;  // the bottleneck has sent all by then
  int64_t sender_ahead_ = kSenderAhead;
  int64_t capacity_bps_ = 2'000'000;
  int64_t gap_ = 5 * kMs;
  int32_t payload_bytes_ = 1'000;
  uint32_t stamps_ = kStamps[0];
  uint32_t ssrc_ = 1;  // of the packet on its way
};

}  // namespace

std::vector<Call> MakeCalls(const RandomConnection& options) { return Caller(options).Calls(); }

int32_t Make(const Call& call, remb_estimator* estimator) {
  switch (call.kind) {
    case Call::Kind::kPacket:
      return remb_on_packet(estimator, &call.packet);
    case Call::Kind::kAddStream:
      return remb_add_stream(estimator, &call.stream);
    case Call::Kind::kRemoveStream:
      return remb_remove_stream(estimator, call.stream.ssrc);
    case Call::Kind::kSetRtt:
      return remb_set_rtt(estimator, call.rtt_us);
    case Call::Kind::kPoll:
      break;
  }
  remb_message message = {};
  message.struct_size = sizeof message;
  const int32_t facts = remb_poll(estimator, call.now_us, &message);
  if (facts & REMB_DUE) remb_sent(estimator, call.now_us, message.bitrate_bps);
  return facts;
}

}  // namespace remb::testing
