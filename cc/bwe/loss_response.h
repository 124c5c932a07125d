// Loss that answers to the rate tells of a limit that lets no queue grow, such as a policer; loss
// that does not is the medium's, and no reason to send less.
#ifndef CC_BWE_LOSS_RESPONSE_H_
#define CC_BWE_LOSS_RESPONSE_H_

#include <cstdint>
#include <optional>

#include "cc/bwe/units.h"

namespace remb::core {

// Which it is, a trial tells: the rate goes below what arrives. If nearly nothing is lost then,
// what arrived before is the limit and becomes a ceiling, which rises slowly at first; else the
// rate is again what it was, and so much loss is usual. Rates are in bits per second.
class LossResponse {
 public:
  // What happened since the update before.
  struct Input {
    Timestamp now;
    int packets;     // received with sequence numbers
    int missing;     // packets that these show to be lost
    int64_t bytes;   // received since the beginning
    bool explained;  // by a queue or a competitor, who decide on the rate then
  };

  // Gives the rate to have instead of `rate`.
  double Update(const Input& input, double rate);

 private:
  // So many packets that they tell whether some are lost; lost ones count.
  struct Slot {
    Timestamp begin = Timestamp::Micros(0);
    int packets = 0;
    int lost = 0;
  };
  struct Span {
    Timestamp begin;
    int64_t bytes;  // received before
    int slots = 0;
    int lossy = 0;  // slots with more loss than usual
    int packets = 0;
    int lost = 0;

    void Add(const Slot& slot, bool is_lossy);
    double loss() const { return static_cast<double>(lost) / packets; }  // of a slot at least
    double Received(const Input& input) const;
  };
  struct Trial {
    Timestamp begin;
    double rate_before;
    double limit;       // what was received while there was loss
    double loss;        // how much
    double lossy_part;  // of the slots
  };
  struct Ceiling {
    Timestamp since;
    double rate;  // at first
    double rise;
  };

  static Span Begin(const Input& input) { return {.begin = input.now, .bytes = input.bytes}; }
  void StartSlot(Timestamp now) { slot_ = {.begin = now}; }
  void Watch(const Input& input, bool lossy, double rate);
  // The rate to go on with when the trial is over.
  std::optional<double> Judge(const Input& input);
  double SetCeiling(Timestamp now, double limit);
  double CeilingAt(Timestamp now);

  bool started_ = false;
  Slot slot_;
  // Since `evidence_` for more loss than usual began to grow; in a trial, since its newest attempt.
  Span span_{.begin = Timestamp::Micros(0), .bytes = 0};
  double evidence_ = 0;
  Span onset_ = span_;  // what led to the trial
  std::optional<Trial> trial_;
  double usual_ = 0;
  Timestamp usual_since_ = Timestamp::Micros(0);
  std::optional<Ceiling> ceiling_;
};

}  // namespace remb::core

#endif  // CC_BWE_LOSS_RESPONSE_H_
