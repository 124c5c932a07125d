#include "cc/bwe/adaptive_estimator.h"

#include <algorithm>
#include <cstdlib>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

constexpr TimeDelta kUpdateInterval = TimeDelta::Millis(25);
// A pause is no time to grow in.
constexpr TimeDelta kMaxElapsed = TimeDelta::Millis(100);
// Senders take what audio needs first (Opus: 20 to 40 kbit/s). A lower rate may leave nothing for
// video, and without packets there are no updates: the estimate would stay where it is for ever.
constexpr double kMinRate = 50'000;
constexpr double kMaxRate = 1e12;  // the ABI's limit

// Where trains show so much room, a small queue is jitter, and then of the size that jitter has.
constexpr double kRoom = 1.3;
constexpr double kSmallQueue = 0.03;
constexpr double kJitterQueue = 2;
// Of the peak received: the path carries at least that, unless trains show less.
constexpr double kPeakPart = 0.7;
// The time that the share is measured over, in seconds: shorter the longer the queue, as what was
// before no longer counts.
constexpr double kShareWindow = 0.8;
constexpr double kMinShareWindow = 0.15;
constexpr double kShareWindowPerExcess = 12;
constexpr TimeDelta kStartWindow = TimeDelta::Millis(200);
// How long a packet that came too early waits for another.
constexpr TimeDelta kDoubt = TimeDelta::Millis(500);
// What is known of a clock that others took the place of: as long as the base is.
constexpr TimeDelta kFormerClockTime = TimeDelta::Seconds(20);
constexpr double kCut = 0.8;  // of the rate before: enough to empty a queue
// A longer path, not a queue: its delay is steady though the rate is used.
constexpr double kRebaseQueue = 0.004;
constexpr double kUsesRate = 1.1;  // times what is received
// A sender's pacer is seldom faster (Chrome: 2.5 times the rate).
constexpr double kMaxTrainSpeed = 3;

DataRate ToDataRate(double bps) { return DataRate::BitsPerSec(static_cast<int64_t>(bps)); }

}  // namespace

bool AdaptiveEstimator::OnRtpTimestamp(const ReceivedPacket& packet, bool use_transmission_offset,
                                       Timestamp now, const Stream* stream, StreamTable& streams) {
  if (!stream || !packet.has_rtp_timestamp()) return false;
  const bool offset = use_transmission_offset && packet.has_transmission_offset();
  const uint32_t timestamp =
      packet.rtp_timestamp + (offset ? static_cast<uint32_t>(packet.transmission_offset) : 0);
  const int64_t base_us = has_delay_ ? base_.us() : 0;
  const int64_t least_us = queue_.least_delay_us();
  const int64_t line_us = has_delay_ && least_us != RecentPackets::kNone ? least_us : base_us;
  const int64_t delay_us = streams.SendClock(*stream).Delay(
      timestamp, stream->config.clock_rate_hz, packet.arrival, std::max(line_us, base_us), base_us);
  return OnDelay(packet, delay_us, offset, now);
}

bool AdaptiveEstimator::OnDelayLeap(const ReceivedPacket& packet, int64_t delay_us, Timestamp now) {
  const int64_t step_us = delay_us - last_delay_us_;
  if (has_delay_ && step_us > kDelayLeapUs && WasKept(packet, delay_us)) return false;
  if (has_delay_ && std::abs(step_us) > SendClocks::kApartUs) {
    if (!clocks_.OnPacketOff({.delay_us = delay_us,
                              .bytes = packet.size.bytes(),
                              .bytes_before = packets_.bytes() - packet.size.bytes(),
                              .now = now,
                              .silence = now - last_update_,
                              .interval = trains_.interval()})) {
      trains_.OnUntimedPacket(packet.size);
      return false;
    }
    TakeClock(delay_us, now);
    return true;
  }
  if (has_delay_ && step_us < 0 && delay_us < base_.us() &&
      !IsConfirmed(packet.ssrc, delay_us, now)) {
    return false;
  }
  if (!has_delay_) {
    base_.Restart(delay_us, now);
    has_delay_ = true;
  } else if (step_us > 0) {
    steady_.OnLeap(last_delay_us_, now);
  } else {
    steady_.OnFall(delay_us);
  }
  return true;
}

bool AdaptiveEstimator::WasKept(const ReceivedPacket& packet, int64_t delay_us) {
  const int64_t send_us = packet.arrival.us() - delay_us;
  if (!kept_.OnLate({.send_us = send_us,
                     .arrival = packet.arrival,
                     .late_us = delay_us - last_delay_us_,
                     .send_gap_us = send_us - trains_.last_send_us()})) {
    return false;
  }
  // Nothing goes on across it: no rate, no train, and no queue that stands.
  share_.Restart();
  trains_.RestartClock();
  packets_.ForgetDelays();
  steady_.Restart();
  drain_.Restart();
  competition_.RestartClock();
  return true;
}

// Some senders stamp retransmissions with the time at which they were sent first, which where there
// are many looks like a clock of their own. A queue that was there before is there after them.
void AdaptiveEstimator::TakeClock(int64_t delay_us, Timestamp now) {
  const FormerClock left = {.base_us = base_.us(), .until = now};
  const std::optional<FormerClock> former = former_clock_;
  RestartClock();
  const bool returns = former && now - former->until <= kFormerClockTime &&
                       delay_us >= former->base_us - kDelayFallUs &&
                       delay_us <= former->base_us + SendClocks::kApartUs;
  base_.Restart(returns ? former->base_us : delay_us, now);
  has_delay_ = true;
  former_clock_ = left;
}

// One packet with a wrong send time would be the base for 20 s, and all others a queue: a delay so
// far below the base takes two packets, of one SSRC.
bool AdaptiveEstimator::IsConfirmed(uint32_t ssrc, int64_t delay_us, Timestamp now) {
  const bool confirmed = doubtful_ && now - *doubtful_ <= kDoubt && ssrc == doubtful_ssrc_ &&
                         std::abs(delay_us - doubtful_delay_us_) <= kDelayFallUs;
  doubtful_ = now;
  doubtful_delay_us_ = delay_us;
  doubtful_ssrc_ = ssrc;
  return confirmed;
}

void AdaptiveEstimator::OnTrainStart(const ReceivedPacket& packet, PacketTrains::Start start) {
  if (start.after_pause || kept_.HasJustEnded(packet.arrival)) share_.Restart();
  share_.OnTrainStart(packet.arrival, packets_.bytes() - packet.size.bytes());
  if (start.has_completed) start_up_.OnTrain(trains_.completed());
}

void AdaptiveEstimator::RestartClock() {
  has_delay_ = false;
  queue_ = {};  // its delays are by the clock before
  clocks_.Restart();
  former_clock_.reset();
  doubtful_.reset();
  trains_.RestartClock();
  packets_.ForgetDelays();
  steady_.Restart();
  drain_.Restart();
  competition_.RestartClock();
}

void AdaptiveEstimator::SetStartBitrate(DataRate rate) {
  rate_ = std::max(static_cast<double>(rate.bps()), kMinRate);
  valid_ = true;
}

bool AdaptiveEstimator::Update(Timestamp now) {
  const std::optional<DataRate> before = estimate();
  const bool first = next_update_ == Timestamp::Micros(0);
  if (first) last_queue_ = last_update_ = now;
  const double elapsed = std::min(now - last_update_, kMaxElapsed).seconds();
  last_update_ = now;
  next_update_ = now + kUpdateInterval;
  const std::optional<double> capacity = trains_.Capacity(now);
  const double path_rate =
      std::min(std::max(rate_, kPeakPart * threshold_peak_.value()), capacity.value_or(kMaxRate));
  queue_.Update(packets_, {.base_us = base_.us(),
                           .frame_interval = trains_.interval(),
                           .jitter = trains_.jitter(),
                           .rate = path_rate});
  Decide(now, elapsed, capacity);
  numbered_ = missing_ = 0;
  rate_ = std::clamp(rate_, kMinRate, kMaxRate);
  trains_.SetArrivalRateLimit(kMaxTrainSpeed * rate_);
  return estimate() != before;
}

inline void AdaptiveEstimator::Decide(Timestamp now, double elapsed,
                                      std::optional<double> capacity) {
  using Mode = AdaptiveSignals::Mode;
  const double excess = queue_.excess();
  const double window =
      std::clamp(kShareWindow - kShareWindowPerExcess * excess, kMinShareWindow, kShareWindow);
  const std::optional<double> share =
      share_.Rate(TimeDelta::Micros(static_cast<int64_t>(window * 1e6)));
  const double receive_rate = share.value_or(0);
  last_share_ = share;
  threshold_peak_.Update(receive_rate, elapsed);
  growth_peak_.Update(receive_rate, elapsed);
  if (share || capacity) valid_ = true;

  const std::optional<double> trains =
      capacity ? std::optional(back_off_.train_share() * *capacity) : std::nullopt;
  const bool false_alarm = excess < std::min(kSmallQueue, kJitterQueue * trains_.jitter()) &&
                           trains && *trains > kRoom * rate_;
  const bool busy = excess > 0 && !false_alarm;
  if (excess > 0) last_queue_ = now;

  const std::optional<double> competing =
      competition_.Update({.now = now,
                           .elapsed = elapsed,
                           .queue = queue_.queue(),
                           .excess = excess,
                           .receive_rate = receive_rate,
                           .receive_peak = growth_peak_.value(),
                           .busy = busy,
                           .share = share,
                           .trains = capacity,
                           .train_share = back_off_.train_share(),
                           .loss = missing_ > 0},
                          rate_);
  if (competing) {
    rate_ = *competing;
    mode_ = Mode::kCompetition;
    start_up_.End();
    back_off_.Forget();
  } else if (busy) {
    rate_ = back_off_.OnBusy({.excess = excess, .share = share, .trains = capacity}, rate_, now);
    mode_ = Mode::kBackOff;
    start_up_.End();
  } else {
    back_off_.OnFree(elapsed);
    const GrowthState state = {.rate = rate_,
                               .share = share,
                               .trains = trains,
                               .capacity = capacity,
                               .idle = (now - last_queue_).seconds(),
                               .episode = back_off_.Newest(now)};
    if (excess <= 0) {
      // Beyond what the path is known to carry there is but a queue.
      const double most = std::min(GrowthLimit(growth_peak_.value(), trains),
                                   trains_.Limit(now).value_or(kMaxRate));
      const double limit = std::max(rate_, most);
      rate_ = std::min(rate_ + GrowthPerSecond(state) * elapsed, limit);
    }
    rate_ = std::max(rate_, RateAfterEpisode(state));
    mode_ = excess > 0 ? Mode::kHold : Mode::kGrowth;
    if (start_up_.IsOn(now)) {
      mode_ = Mode::kStart;
      rate_ = std::max(
          rate_, start_up_.Rate(packets_.Rate(kStartWindow), capacity, trains_.SendRate(now)));
    }
  }
  rate_ = loss_response_.Update({.now = now,
                                 .packets = numbered_,
                                 .missing = missing_,
                                 .bytes = packets_.bytes(),
                                 .explained = busy || competing},
                                rate_);
  Rebase(now, receive_rate, capacity);
  if (competing) {
    drain_.Stop();  // it has drains of its own
  } else if (drain_.Update(queue_.queue(), queue_.threshold(), now)) {
    mode_ = Mode::kHold;
  }
  draining_ = drain_.active();
}

inline void AdaptiveEstimator::Rebase(Timestamp now, double receive_rate,
                                      std::optional<double> capacity) {
  if (!With(AdaptivePart::kRebase)) return;
  if (queue_.least_delay_us() == RecentPackets::kNone) return;
  // Where delays tremble, their least of a longer time does so less. Without a leap a queue that is
  // just below the threshold would be steady too.
  const bool trembles = steady_.HasLeapt(now) && trains_.jitter() > StandingQueue::kFreeJitter;
  const int64_t least_us = trembles ? queue_.long_least_delay_us() : queue_.least_delay_us();
  if (!steady_.Update(least_us, trains_.jitter(), now)) return;
  if (queue_.queue() <= kRebaseQueue) return;
  const std::optional<BackOff::Episode> episode = back_off_.Newest(now);
  // Soon after a leap the rate received is still that of before the cut. Otherwise it is a queue as
  // long as there was no cut to empty it.
  if (!steady_.HasLeapt(now)) {
    const double asked = drain_.HasFailed(now) ? QueueDrain::kFactor * rate_ : rate_;
    if (asked >= kUsesRate * receive_rate) return;
    const bool cut = mode_ == AdaptiveSignals::Mode::kCompetition ||
                     (episode && rate_ < kCut * episode->rate_before);
    if (!cut && !drain_.HasFailed(now)) return drain_.Ask(now);
  }
  base_.Restart(steady_.delay_us(), now);
  drain_.OnNewBase(now);
  // It was cut without cause.
  if (mode_ == AdaptiveSignals::Mode::kBackOff && episode && capacity) {
    rate_ = std::max(rate_, std::min(episode->rate_before, *capacity));
  }
  steady_.Restart();
}

std::optional<DataRate> AdaptiveEstimator::estimate() const {
  if (!valid_) return std::nullopt;
  return ToDataRate(draining_ ? std::max(QueueDrain::kFactor * rate_, kMinRate) : rate_);
}

std::optional<DataRate> AdaptiveEstimator::link_capacity() const {
  const std::optional<double> capacity = trains_.Capacity(last_update_);
  if (!capacity) return std::nullopt;
  return ToDataRate(*capacity);
}

BandwidthUsage AdaptiveEstimator::state() const {
  switch (mode_) {
    case AdaptiveSignals::Mode::kBackOff:
      return BandwidthUsage::kOverusing;
    case AdaptiveSignals::Mode::kHold:
      return BandwidthUsage::kUnderusing;
    default:
      return BandwidthUsage::kNormal;
  }
}

AdaptiveSignals AdaptiveEstimator::signals() const {
  const double base_us = has_delay_ ? static_cast<double>(base_.us()) : 0;
  return {.mode = mode_,
          .trains = trains_.count(),
          .base_delay_ms = base_us * 1e-3,
          .queue_ms = queue_.queue() * 1e3,
          .threshold_ms = queue_.threshold() * 1e3,
          .jitter_ms = trains_.jitter() * 1e3,
          .train_capacity_bps = trains_.Capacity(last_update_).value_or(0),
          .capacity_share_bps = last_share_.value_or(0),
          .train_share = back_off_.train_share()};
}

}  // namespace remb::core
