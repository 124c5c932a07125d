#include "tools/sim/tcp_sender.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

#include "tools/sim/cubic.h"
#include "tools/sim/new_reno.h"

namespace remb::sim {
namespace {

constexpr int64_t kEndless = std::numeric_limits<int64_t>::max();
constexpr Nanos kNever = -1;

std::unique_ptr<CongestionControl> MakeControl(const FlowConfig& config) {
  if (config.tcp == FlowConfig::Tcp::kCubic) {
    return std::make_unique<Cubic>(config.segment_bytes);
  }
  return std::make_unique<NewReno>(config.segment_bytes);
}

}  // namespace

TcpSender::TcpSender(const FlowConfig& config, size_t flow, EventQueue* events, uint64_t seed,
                     PacketSink* out)
    : config_(config),
      flow_(flow),
      events_(events),
      out_(out),
      files_(seed, absl::StrCat(config.name, "/", flow, "/files")),
      control_(MakeControl(config)),
      scoreboard_(config.segment_bytes) {}

void TcpSender::Start() {
  if (started_) return;
  started_ = true;
  if (config_.kind == FlowConfig::Kind::kShortTcp && !config_.starts_on) {
    Idle();
  } else {
    Connect();
  }
}

void TcpSender::Stop() {
  started_ = false;
  connected_ = false;
  connects_at_ = kNever;
}

void TcpSender::Connect() {
  connected_ = true;
  ++connections_;
  control_ = MakeControl(config_);
  rtt_ = RttEstimator();
  sampled_ = events_->now();
  scoreboard_.Reset();
  recovering_ = false;
  recovery_transmission_ = scoreboard_.transmissions();
  backoffs_ = 0;
  end_ = kEndless;
  if (config_.kind == FlowConfig::Kind::kShortTcp) {
    const int64_t sizes = config_.file_high_bytes - config_.file_low_bytes + 1;
    end_ = scoreboard_.next() + config_.file_low_bytes +
           static_cast<int64_t>(files_.Uniform() * static_cast<double>(sizes));
  }
  Send();
  RestartTimer();
}

void TcpSender::Idle() {
  connects_at_ = events_->now() + FromSeconds(files_.Exponential(Seconds(config_.idle_mean)));
  events_->At(connects_at_, [this] {
    // Another time: Stop() and Start() came between.
    if (events_->now() != connects_at_) return;
    connects_at_ = kNever;
    Connect();
  });
}

void TcpSender::OnPacket(const Packet& ack) {
  if (!connected_) return;  // those of an earlier connection are older than all that is known
  const Nanos now = events_->now();
  if (ack.echo >= sampled_) {
    rtt_.Add(now - ack.echo);
    sampled_ = now;
  }
  const int acknowledged = scoreboard_.OnAck(ack);
  if (scoreboard_.FindLosses() >= recovery_transmission_) OnLoss();
  if (acknowledged > 0) {
    backoffs_ = 0;
    if (scoreboard_.unacknowledged() == end_) {
      connected_ = false;
      Idle();
      return;
    }
    RestartTimer();
    if (!recovering_) {
      control_->OnAck(acknowledged, now, rtt_.smoothed());
    } else if (scoreboard_.unacknowledged() >= recovery_end_) {
      recovering_ = false;
    }
  }
  Send();
}

void TcpSender::Send() {
  while (scoreboard_.in_flight() + 1 <= control_->window()) {
    if (scoreboard_.lost() > 0) {
      Retransmit();
    } else if (scoreboard_.next() < end_) {
      const int64_t left = end_ - scoreboard_.next();
      const int bytes = static_cast<int>(std::min<int64_t>(config_.segment_bytes, left));
      Transmit(scoreboard_.SendNew(bytes, events_->now()));
    } else {
      return;
    }
  }
}

void TcpSender::Retransmit() {
  const Packet packet = scoreboard_.Retransmit(events_->now());
  // The repair of the first hole takes a round trip from here: without this, a lost one would
  // often end in a timeout where the round trip is longer than a second.
  if (packet.sequence == scoreboard_.unacknowledged()) RestartTimer();
  Transmit(packet);
}

void TcpSender::Transmit(Packet packet) {
  packet.flow = flow_;
  out_->OnPacket(packet);
}

// A loss of what was sent within a recovery is another one (RFC 5681 section 4.3: the loss of a
// retransmission reduces the window again). The first hole waits for room in the window like all
// others: sent at once, as RFC 6675 section 5 does, it meets the very queue that has just
// overflowed, and with that of a second its loss cost a timeout.
void TcpSender::OnLoss() {
  ++recoveries_;
  control_->OnLoss(FlightSize());
  recovering_ = true;
  recovery_end_ = scoreboard_.next();
  recovery_transmission_ = scoreboard_.transmissions();
  RestartTimer();  // what showed the loss has arrived: the path is alive
}

void TcpSender::OnTimeout() {
  ++timeouts_;
  control_->OnTimeout(FlightSize(), /*again=*/backoffs_ > 0);
  ++backoffs_;
  scoreboard_.LoseAll();
  recovering_ = false;  // the window grows by slow start while the holes are filled
  recovery_transmission_ = scoreboard_.transmissions();
  Send();
  RestartTimer();
}

// Beyond the window there is only what arrived while the first hole was open.
double TcpSender::FlightSize() const {
  return std::min<double>(scoreboard_.outstanding(), control_->window());
}

void TcpSender::RestartTimer() {
  deadline_ = events_->now() + rtt_.Timeout(backoffs_);
  if (wakes_at_ == kNever || deadline_ < wakes_at_) WakeAt(deadline_);
}

void TcpSender::WakeAt(Nanos time) {
  wakes_at_ = time;
  events_->At(time, [this] { OnTimer(); });
}

void TcpSender::OnTimer() {
  if (events_->now() != wakes_at_) return;  // an earlier one took its place
  wakes_at_ = kNever;
  if (!connected_) return;
  if (events_->now() < deadline_) {
    WakeAt(deadline_);
  } else {
    OnTimeout();
  }
}

}  // namespace remb::sim
