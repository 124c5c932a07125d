// Parts of the adaptive estimator that a build can be without, to see what each is worth:
// tools/sim/without.sh. Nothing is left out but with -DREMB_WITHOUT=kJitter or the like.
#ifndef CC_BWE_ADAPTIVE_PARTS_H_
#define CC_BWE_ADAPTIVE_PARTS_H_

#ifndef REMB_WITHOUT
#define REMB_WITHOUT kNothing
#endif

namespace remb::core {

enum class AdaptivePart {
  kNothing,
  kTrains,           // rates that trains show, which the start takes up too
  kRoomGrowth,       // the growth that trains show room for
  kTrainLimit,       // growth ends where trains show that the path does
  kTrainShare,       // our part of what trains show: it is taken to be all
  kJitter,           // what the threshold allows for jitter, and false alarms
  kPacketThreshold,  // the threshold is 4 ms, however long a packet takes
  kRecovery,         // what the rate does after an episode
  kCompetition,
  kStartUp,
  kLossResponse,
  kRebase,
  kDrain,
};

constexpr bool With(AdaptivePart part) { return part != AdaptivePart::REMB_WITHOUT; }

}  // namespace remb::core

#endif  // CC_BWE_ADAPTIVE_PARTS_H_
