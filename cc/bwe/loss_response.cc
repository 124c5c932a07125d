#include "cc/bwe/loss_response.h"

#include <algorithm>
#include <cmath>

#include "cc/bwe/adaptive_parts.h"

namespace remb::core {
namespace {

// Slots, not packets, are evidence: many packets lost at once say little more than one.
constexpr TimeDelta kSlotTime = TimeDelta::Millis(100);
constexpr int kSlotPackets = 20;
// A sender holds its own rate at 2 % of loss and more (libwebrtc's
// send_side_bandwidth_estimation.cc); one packet in 20 is the least that a slot can tell.
constexpr double kFreeLoss = 0.03;
constexpr double kUsualTimes = 2;   // so that chance seldom makes more of the usual
constexpr double kMostUsual = 0.5;  // of a slot: who loses half asks again, whatever was usual
// A cumulative sum (Page, 1954): a lossy slot adds the half that any other takes. Bursts of loss
// once in half a second do not add up to this, nor do single packets at 2 % of loss.
constexpr double kLossySlots = 0.5;
constexpr double kEvidence = 3.5;

constexpr double kTrialPart = 0.9;  // of what is received
// Until the sender has followed and what was under way has arrived: loss before says nothing.
constexpr TimeDelta kReaction = TimeDelta::Millis(800);
// An attempt's slots are enough when so many would be lossy had nothing changed.
constexpr double kExpectedLossy = 6;
constexpr int kMostLossy = 1;
constexpr double kAnswer = 0.25;  // of the loss may stay where the rate made it
// With fewer packets an attempt takes too long: at this rate, of 1200 bytes each, 8 s.
constexpr double kLeastLimit = 150'000;
constexpr TimeDelta kRemember = TimeDelta::Seconds(120);

constexpr double kLimitPart = 0.97;
// Of the ceiling's logarithm, per second squared: 13 % in 8 s, as it may be a mistake or the limit
// another by now; slower each time that it is found again, down to 13 % in 22 s.
constexpr double kFirstRise = 0.004;
constexpr double kLeastRise = 0.0005;
constexpr double kSameLimit = 0.15;
constexpr double kForget = 4;  // times the first

}  // namespace

void LossResponse::Span::Add(const Slot& slot, bool is_lossy) {
  ++slots;
  lossy += is_lossy ? 1 : 0;
  packets += slot.packets;
  lost += slot.lost;
}

double LossResponse::Span::Received(const Input& input) const {
  return 8 * static_cast<double>(input.bytes - bytes) / (input.now - begin).seconds();
}

double LossResponse::Update(const Input& input, double rate) {
  if (!With(AdaptivePart::kLossResponse)) return rate;
  if (input.explained || !started_) {
    started_ = true;
    trial_.reset();
    evidence_ = 0;
    span_ = Begin(input);
    StartSlot(input.now);
    return rate;
  }
  slot_.packets += input.packets + input.missing;
  slot_.lost += input.missing;
  if (slot_.packets >= kSlotPackets && input.now - slot_.begin >= kSlotTime) {
    if (input.now - usual_since_ > kRemember) usual_ = 0;
    const double usual = std::min(kFreeLoss + kUsualTimes * usual_, kMostUsual);
    const bool lossy = slot_.lost > usual * slot_.packets;
    span_.Add(slot_, lossy);
    StartSlot(input.now);
    if (!trial_) {
      Watch(input, lossy, rate);
    } else if (const std::optional<double> verdict = Judge(input)) {
      rate = *verdict;
      trial_.reset();
      evidence_ = 0;
      span_ = Begin(input);
    }
  }
  if (trial_) return std::min(rate, std::max(kTrialPart * trial_->limit, kLeastLimit));
  return ceiling_ ? std::min(rate, CeilingAt(input.now)) : rate;
}

void LossResponse::Watch(const Input& input, bool lossy, double rate) {
  evidence_ += (lossy ? 1 : 0) - kLossySlots;
  if (evidence_ <= 0) {
    evidence_ = 0;
    span_ = Begin(input);
  }
  if (evidence_ < kEvidence) return;
  onset_ = span_;
  trial_ = {.begin = input.now,
            .rate_before = rate,
            .limit = onset_.Received(input),
            .loss = onset_.loss(),
            .lossy_part = static_cast<double>(onset_.lossy) / onset_.slots};
  span_ = Begin(input);
}

std::optional<double> LossResponse::Judge(const Input& input) {
  const bool answers = span_.loss() < kAnswer * trial_->loss;
  if (span_.lossy <= kMostLossy) {
    if (span_.slots * trial_->lossy_part < kExpectedLossy) return std::nullopt;
    if (answers) return SetCeiling(input.now, trial_->limit);
  }
  if (span_.begin - trial_->begin < kReaction) {
    // While there is loss, what is received is the limit: the longer, the surer.
    if (span_.lossy > kMostLossy) {
      trial_->limit = std::min(trial_->limit, onset_.Received(input));
    }
    span_ = Begin(input);
    return std::nullopt;
  }
  if (answers) {
    // Not below the limit yet, which was believed to be higher than it is.
    trial_->begin = input.now;
    trial_->limit = std::min(trial_->limit, span_.Received(input));
    trial_->loss = span_.loss();
    span_ = Begin(input);
    return std::nullopt;
  }
  usual_ = std::max(trial_->loss, span_.loss());
  usual_since_ = input.now;
  return trial_->rate_before;
}

double LossResponse::SetCeiling(Timestamp now, double limit) {
  const double rate = std::max(kLimitPart * limit, kLeastLimit);
  const bool again = ceiling_ && std::abs(std::log(rate / ceiling_->rate)) < kSameLimit;
  const double rise = again ? std::max(ceiling_->rise / 2, kLeastRise) : kFirstRise;
  ceiling_ = {.since = now, .rate = rate, .rise = rise};
  return rate;
}

double LossResponse::CeilingAt(Timestamp now) {
  const double age = (now - ceiling_->since).seconds();
  const double factor = std::exp(0.5 * ceiling_->rise * age * age);
  const double rate = factor * ceiling_->rate;
  if (factor > kForget) ceiling_.reset();
  return rate;
}

}  // namespace remb::core
