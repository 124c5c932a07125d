#include "tools/soak/probe.h"

#include <cstddef>
#include <cstring>

#include "cc/testing/estimator_view.h"
#include "cc/testing/packets.h"
#include "tools/soak/call.h"

namespace remb::soak {
namespace {

constexpr uint32_t kSsrc = 0x50A;
constexpr int64_t kAnswerUs = 100'000;

// What the encoder sends: less than the path's 2 Mbit/s, more, and less again.
double TargetAt(int64_t us) {
  if (us < 10'000'000) return 1e6;
  return us < 20'000'000 ? 2.5e6 : 0.8e6;
}

Answer AnswerOf(const remb_estimator* estimator, int64_t begin_us) {
  Answer answer = {.estimate_bps = remb_estimate(estimator), .stats = testing::StatsOf(estimator)};
  // Counted, or as of before the begin.
  remb_stats& stats = answer.stats;
  stats.packets = stats.bytes = stats.reports = stats.groups = stats.trains = 0;
  if (stats.last_report_us >= 0) stats.last_report_us -= begin_us;
  if (stats.last_remb_us >= 0) stats.last_remb_us -= begin_us;
  return answer;
}

}  // namespace

bool Answer::operator==(const Answer& other) const {
  return estimate_bps == other.estimate_bps && std::memcmp(&stats, &other.stats, sizeof stats) == 0;
}

Probe::Probe() {
  Call call(Call::Options{.seed = 99});
  for (;;) {
    const Call::Packet packet = call.Next();
    if (packet.arrival_us > kLengthUs) return;
    remb_packet members = testing::MakePacket(kSsrc, packet.arrival_us, packet.payload_bytes);
    members.abs_send_time = testing::AbsSendTime(packet.sent_us);
    members.rtp_timestamp = static_cast<uint32_t>(packet.captured_us * 9 / 100);
    members.stamps |= REMB_STAMP_SEQUENCE_NUMBER;
    members.sequence_number = packet.sequence_number;
    packets_.push_back(members);
    call.SetTarget(TargetAt(packet.captured_us));
  }
}

Answers Probe::Ask(remb_estimator* estimator, int64_t begin_us) const {
  Answers answers;
  int64_t next_us = kAnswerUs;
  for (remb_packet packet : packets_) {
    for (; next_us <= packet.arrival_us; next_us += kAnswerUs) {
      testing::SendIfDue(estimator, begin_us + next_us);
      answers.push_back(AnswerOf(estimator, begin_us));
    }
    packet.arrival_us += begin_us;
    if (remb_on_packet(estimator, &packet) & REMB_DUE) {
      testing::SendIfDue(estimator, packet.arrival_us);
    }
  }
  return answers;
}

double MeanOfEnd(const Answers& answers) {
  constexpr size_t kEnd = 200;
  double sum = 0;
  for (size_t i = answers.size() - kEnd; i < answers.size(); ++i) {
    sum += static_cast<double>(answers[i].estimate_bps);
  }
  return sum / kEnd;
}

}  // namespace remb::soak
