// What replay can be asked to do, as ABSL_FLAG types.
#ifndef TOOLS_REPLAY_OPTIONS_H_
#define TOOLS_REPLAY_OPTIONS_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>

namespace remb::replay {

// REMB_CLOCK_*: "abs-send-time", "toffset" or "rtp-timestamp".
struct Clock {
  int32_t value;
};
bool AbslParseFlag(absl::string_view text, Clock* clock, std::string* error);
std::string AbslUnparseFlag(const Clock& clock);

// REMB_PROFILE_*: "libwebrtc" or "adaptive".
struct Profile {
  int32_t value;
};
bool AbslParseFlag(absl::string_view text, Profile* profile, std::string* error);
std::string AbslUnparseFlag(const Profile& profile);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_OPTIONS_H_
