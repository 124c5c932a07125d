#include "cc/testing/plain/random_calls.h"

#include <remb/remb.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "cc/testing/packets.h"
#include "cc/testing/plain/random_config.h"
#include "cc/testing/plain/random_traffic.h"
#include "cc/testing/plain/side_by_side.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {
namespace {

constexpr int kMostPackets = 6'000;  // of one input, so that none takes long
constexpr int64_t kHour = 3600 * kSecond;

class Caller {
 public:
  explicit Caller(std::span<const uint8_t, kConfigBytes> config)
      : sides_(RandomConfig(config)), traffic_(config[15] + uint64_t{1}) {}

  void Do(Command command, uint8_t argument);
  void End() {
    Flush();
    sides_.CompareAll();
  }

 private:
  void Change(Command what, uint8_t argument);
  void Call(Command call, uint8_t argument);
  void Probe(uint8_t argument);
  void AddStream(uint8_t argument);
  void Give(const remb_packet& packet);
  void Flush();

  SideBySide sides_;
  Traffic traffic_;
  int packets_left_ = kMostPackets;
  enum class Form { kFields, kBytes, kArrays } form_ = Form::kFields;
  std::vector<remb_packet> array_;  // to be given together
  bool send_rembs_ = false;
};

void Caller::Do(Command command, uint8_t argument) {
  if (command < kAnyPacket) return Change(command, argument);
  if (command < kPackets) {
    Flush();
    return Call(command, argument);
  }
  for (int i = 0; i <= argument; ++i) {
    if (const std::optional<remb_packet> packet = traffic_.Next()) Give(*packet);
  }
}

void Caller::Change(Command what, uint8_t argument) {
  const int64_t squared = int64_t{argument} * argument;
  Traffic& t = traffic_;
  switch (what) {
    case kGap:
      t.gap = squared;
      break;
    case kQueueGrowth:
      t.queue_growth = (int64_t{argument} - 128) * 50;
      break;
    case kJitter:
      t.jitter = squared;
      break;
    case kPayload:
      t.payload_bytes = argument == 255 ? 20'000 : argument * 6;
      break;
    case kLate:
      t.late_one_in = argument;
      break;
    case kLost:
      t.lost_one_in = argument;
      break;
    case kStreams:
      t.streams = argument < 200 ? 1u + argument / 20 : (argument - 199u) * 60;
      break;
    case kFirstSsrc:
      t.first_ssrc = argument == 255 ? 0xFFFF'FFFCu : argument;
      break;
    case kStamps:
      t.stamps = argument % 8;
      break;
    case kForm:
      form_ = AnyOf(argument, {Form::kFields, Form::kBytes, Form::kArrays});
      break;
    case kPause: {
      const int64_t pause =
          TimeOf(argument, {kMs, 100 * kMs, kSecond, 1'999'999, 2 * kSecond, 2'000'001, 3 * kSecond,
                            64 * kSecond, 5 * kHour, 100 * kHour});
      t.send += pause;
      t.receive += pause;
      break;
    }
    case kReceiverJump:
      t.receive += TimeOf(argument, {-1, -kMs, -kSecond, -kSecond - 1, -10 * kSecond, -5 * kHour,
                                     10 * kSecond, 500 * kMs, 1'500 * kMs, kHour});
      t.receive = std::max<int64_t>(t.receive, 0);
      break;
    case kAbsSendTimeJump:
      t.abs_send_time_start += static_cast<uint32_t>(squared << 8);
      break;
    case kRtpJump:
      t.rtp_start += static_cast<uint32_t>(squared << 16);
      break;
    case kSenderTime:
      t.send = TimeOf(argument, {63 * kSecond, 47'721 * kSecond, 0});
      break;
    default:
      t.transmission_offset = (argument - 128) * (argument % 2 ? 65'536 : 90);
      break;
  }
}

void Caller::Call(Command call, uint8_t argument) {
  Traffic& t = traffic_;
  const int64_t squared = int64_t{argument} * argument;
  switch (call) {
    case kAnyPacket:
      t.stamps ^= static_cast<uint32_t>(t.random.Uniform(0, 7));
      Give(t.Packet(static_cast<uint32_t>(t.random.Next()), t.random.Uniform(0, kHour),
                    t.receive += argument * 10));
      break;
    case kFlood:
      for (int i = 0; i < argument * 8; ++i) {
        Give(t.Packet(static_cast<uint32_t>(t.random.Next()), t.send += 20, t.receive += 20));
      }
      break;
    case kProbe:
      Probe(argument);
      break;
    case kSendIfDue:
      sides_.SendIfDue(t.receive += TimeOf(argument, {0, 1, kMs, 100 * kMs, 500 * kMs}));
      break;
    case kPollWhenDue: {
      const int64_t next = remb_next_poll_us(sides_.library());
      if (next < t.receive + kHour) sides_.Poll(t.receive = std::max(t.receive, next));
      break;
    }
    case kPollLate:
      sides_.Poll(std::max<int64_t>(0, t.receive - argument * 20 * kMs));
      break;
    case kSent:
      sides_.Sent(t.receive, 1 + squared * 100);
      break;
    case kAddStream:
      AddStream(argument);
      break;
    case kRemoveStream:
      sides_.RemoveStream(t.Ssrc(argument));
      break;
    case kRtt:
      sides_.SetRtt(TimeOf(argument, {0, 1, 10 * kMs, 50 * kMs, kSecond, 60 * kSecond}));
      break;
    case kMaxBitrate:
      sides_.SetMaxBitrate(squared * 100);
      break;
    case kMinBitrate:
      sides_.SetMinBitrate(squared * 10);
      break;
    case kReset:
      if (argument == 0) sides_.Reset();
      break;
    default:
      send_rembs_ = argument % 2 != 0;
      break;
  }
}

void Caller::Probe(uint8_t argument) {
  const int64_t gap = TimeOf(argument, {500, 999, 1'000, 3'000, 10'000});
  const int64_t spread = TimeOf(argument / 5, {0, 0, 2'001, -400});
  for (int i = 0; i < 5 + argument / 64; ++i) {
    Give(traffic_.Packet(traffic_.Ssrc(0), traffic_.send += gap, traffic_.receive += gap + spread));
  }
}

void Caller::AddStream(uint8_t argument) {
  sides_.AddStream({
      .struct_size = sizeof(remb_stream),
      .ssrc = traffic_.Ssrc(argument),
      .kind = traffic_.random.OneIn(3) ? REMB_KIND_AUDIO : REMB_KIND_VIDEO,
      .clock_rate_hz = AnyOf(argument, {0, 48'000, 90'000, 1'000}),
      .abs_send_time_id = AnyOf(argument / 4, {0, REMB_ID_NONE, testing::kAbsSendTimeId}),
      .transmission_offset_id =
          AnyOf(argument / 12, {0, REMB_ID_NONE, testing::kTransmissionOffsetId}),
      .abs_capture_time_id = 0,
  });
}

void Caller::Give(const remb_packet& packet) {
  if (packets_left_ == 0) return;
  --packets_left_;
  if (form_ == Form::kArrays) {
    array_.push_back(packet);
    if (array_.size() >= 8) Flush();
    return;
  }
  const bool as_bytes = form_ == Form::kBytes && packet.payload_bytes <= 1'500;
  const int32_t facts = as_bytes ? sides_.OnRtpPacket(packet) : sides_.OnPacket(packet);
  if (send_rembs_ && facts & REMB_DUE) sides_.SendIfDue(packet.arrival_us);
}

void Caller::Flush() {
  if (!array_.empty()) sides_.OnPackets(array_);
  array_.clear();
}

}  // namespace

void MakeCalls(std::span<const uint8_t> bytes) {
  std::array<uint8_t, kConfigBytes> config = {};
  const size_t known = std::min<size_t>(bytes.size(), kConfigBytes);
  std::copy_n(bytes.begin(), known, config.begin());
  Caller caller(config);
  for (size_t i = known; i < bytes.size(); i += 2) {
    const uint8_t argument = i + 1 < bytes.size() ? bytes[i + 1] : 0;
    caller.Do(static_cast<Command>(bytes[i] % kCommands), argument);
  }
  caller.End();
}

}  // namespace remb::plain
