// What parsing a captured packet comes to.
#ifndef TOOLS_REPLAY_CAPTURE_PARSED_H_
#define TOOLS_REPLAY_CAPTURE_PARSED_H_

namespace remb::replay {

enum class Parsed {
  kOk,
  kNotIp,
  kNotUdp,
  kNotRtp,
  kFragment,   // not the first of its datagram, so without UDP header
  kCut,        // the capture ends before the headers do
  kMalformed,  // lengths that contradict each other
};
inline constexpr int kParsedCount = static_cast<int>(Parsed::kMalformed) + 1;

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_PARSED_H_
