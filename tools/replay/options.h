// What replay can be asked to do, as ABSL_FLAG types.
#ifndef TOOLS_REPLAY_OPTIONS_H_
#define TOOLS_REPLAY_OPTIONS_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>
#include <vector>

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

// RTP synchronisation sources, "1,0x2a": decimal or hexadecimal.
struct Ssrcs {
  std::vector<uint32_t> values;
};
bool AbslParseFlag(absl::string_view text, Ssrcs* ssrcs, std::string* error);
std::string AbslUnparseFlag(const Ssrcs& ssrcs);

// A whole number from 0 to max.
template <int32_t max>
struct UpTo {
  int32_t value = 0;
};
bool ParseUpTo(absl::string_view text, int32_t max, int32_t* value, std::string* error);
template <int32_t max>
bool AbslParseFlag(absl::string_view text, UpTo<max>* number, std::string* error) {
  return ParseUpTo(text, max, &number->value, error);
}
template <int32_t max>
std::string AbslUnparseFlag(const UpTo<max>& number) {
  return std::to_string(number.value);
}

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_OPTIONS_H_
