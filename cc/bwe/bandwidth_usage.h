#ifndef CC_BWE_BANDWIDTH_USAGE_H_
#define CC_BWE_BANDWIDTH_USAGE_H_

#include <cstdint>

namespace remb::core {

// What the detector says of the path. The order matters: of several streams the worst, the largest,
// wins.
enum class BandwidthUsage : int8_t { kNormal = 0, kUnderusing = 1, kOverusing = 2 };

}  // namespace remb::core

#endif  // CC_BWE_BANDWIDTH_USAGE_H_
